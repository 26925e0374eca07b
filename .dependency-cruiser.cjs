/**
 * Who may import whom, over the whole tree. test/architecture proves on a planted tree that each
 * rule is closed. The table in words: docs/adr/0009-import-boundaries.md.
 */
const inside = (project, folder = '') => `^${project}/src/${folder}`;
const TEST_FILES = '(\\.spec\\.ts|\\.contract\\.ts|/test/|/testing/)';
const SERVICE = '^services/([^/]+)/src/';
const outside = (names) => `(^|node_modules/)(${names})(/|$)`;

/** Production code of a lib may import only these libs (and itself). */
const libMayImport = (lib, allowed) => ({
  name: `${lib}-imports`,
  severity: 'error',
  from: { path: inside(`libs/${lib}`), pathNot: TEST_FILES },
  to: {
    path: '^(libs|services|tools)/',
    pathNot: [lib, ...allowed].map((name) => `^libs/${name}/`),
  },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    libMayImport('money', []),
    libMayImport('event-sourcing', []),
    libMayImport('contracts', []),
    libMayImport('postgres', ['money', 'event-sourcing', 'contracts']),
    libMayImport('event-log', ['money', 'event-sourcing', 'contracts', 'postgres']),
    libMayImport('service-host', ['money', 'event-sourcing', 'contracts', 'postgres', 'event-log']),
    libMayImport('testkit', [
      'money',
      'event-sourcing',
      'contracts',
      'postgres',
      'event-log',
      'service-host',
    ]),
    {
      name: 'pure-libs-use-no-platform',
      comment: 'money and event-sourcing run anywhere: no Node modules, no framework, no driver.',
      severity: 'error',
      from: { path: '^libs/(money|event-sourcing)/src/', pathNot: TEST_FILES },
      to: { path: outside('@nestjs|typeorm|pg|kafkajs'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-libs-use-no-node',
      severity: 'error',
      from: { path: '^libs/(money|event-sourcing)/src/', pathNot: TEST_FILES },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'contracts-know-no-framework',
      severity: 'error',
      from: { path: '^libs/contracts/src/', pathNot: TEST_FILES },
      to: { path: outside('@nestjs|typeorm|pg|kafkajs') },
    },
    {
      name: 'kafkajs-only-in-event-log',
      severity: 'error',
      from: {
        path: '^(libs|services|tools)/',
        pathNot: ['^libs/event-log/', '^libs/testkit/', TEST_FILES],
      },
      to: { path: outside('kafkajs') },
    },
    {
      name: 'typeorm-only-in-postgres',
      severity: 'error',
      from: {
        path: '^(libs|services|tools)/',
        pathNot: ['^libs/postgres/', 'adapters/postgres/', TEST_FILES],
      },
      to: { path: outside('typeorm') },
    },
    {
      name: 'services-never-import-each-other',
      severity: 'error',
      from: { path: SERVICE, pathNot: '^services/all-in-one/' },
      to: { path: '^services/([^/]+)/', pathNot: '^services/$1/' },
    },
    {
      name: 'testkit-only-in-tests',
      severity: 'error',
      from: { path: '^(libs|services|tools)/', pathNot: ['^libs/testkit/', TEST_FILES] },
      to: { path: '^libs/testkit/|/testing/' },
    },
    {
      name: 'domain-imports-nothing-above-it',
      severity: 'error',
      from: { path: '^services/[^/]+/src/domain/', pathNot: TEST_FILES },
      to: { pathNot: ['^services/[^/]+/src/domain/', '^libs/money/', '^libs/event-sourcing/'] },
    },
    {
      name: 'app-imports-no-adapter',
      severity: 'error',
      from: { path: '^services/[^/]+/src/app/', pathNot: TEST_FILES },
      to: { path: '^services/[^/]+/src/adapters/|\\.module\\.ts$|/main\\.ts$' },
    },
    {
      name: 'adapters-know-no-module',
      severity: 'error',
      from: { path: '^services/[^/]+/src/adapters/', pathNot: TEST_FILES },
      to: { path: '\\.module\\.ts$|/main\\.ts$' },
    },
    {
      name: 'e2e-is-black-box',
      comment:
        'Tests that span projects see contracts and the testkit, never a service from inside.',
      severity: 'error',
      from: { path: '^test/(e2e|faults|replay)/' },
      to: { path: '^(services|libs)/', pathNot: ['^libs/contracts/', '^libs/testkit/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    exclude: { path: 'test/architecture/fixtures|/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.spec.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default', 'types'],
    },
  },
};
