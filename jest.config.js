/** One configuration for the whole tree: swc compiles, PostgreSQL is real and started once a run. */
const swc = {
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    keepClassNames: true,
  },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
};

module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/test', '<rootDir>/tools'],
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  moduleNameMapper: {
    '^@kontor/event-sourcing/testing$': '<rootDir>/libs/event-sourcing/src/testing',
    '^@kontor/(money|event-sourcing|contracts|event-log|postgres|service-host|testkit)$':
      '<rootDir>/libs/$1/src',
    '^@kontor/([a-z-]+)$': '<rootDir>/services/$1/src',
  },
  globalSetup: '<rootDir>/test/setup/global-setup.js',
  globalTeardown: '<rootDir>/test/setup/global-teardown.js',
  setupFiles: ['<rootDir>/test/setup/seed.js'],
  testTimeout: 30_000,
  maxWorkers: 2,
};
