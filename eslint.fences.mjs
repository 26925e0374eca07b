/**
 * The fences: what a room of the house may not do. Apart from the rest of the configuration, so
 * that test/architecture can prove on planted files that each fence is closed.
 */
import tseslint from 'typescript-eslint';

const TYPESCRIPT = ['**/*.ts'];
const DOMAIN = ['services/*/src/domain/**/*.ts', 'libs/money/src/**/*.ts'];
const TESTS = [
  '**/*.spec.ts',
  '**/*.contract.ts',
  'libs/*/test/**',
  'services/*/test/**',
  'libs/testkit/**',
  'libs/*/src/testing/**',
];

const everywhere = [
  { selector: 'TSEnumDeclaration', message: 'A set of values is a union of string literals.' },
  { selector: 'ExportDefaultDeclaration', message: 'Exports are named.' },
];

const inDomain = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'A rule takes its instant as an argument; it never reads a clock.',
  },
  {
    selector: ':function[async=true]',
    message: 'A rule answers at once; waiting is for adapters.',
  },
  { selector: 'Decorator', message: 'Decorators belong to adapters, handlers and modules.' },
];

export const fences = tseslint.config(
  {
    files: TYPESCRIPT,
    languageOptions: { parser: tseslint.parser },
    rules: {
      'no-restricted-syntax': ['error', ...everywhere],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'] }],
    },
  },
  {
    files: TYPESCRIPT,
    ignores: TESTS.concat('test/**'),
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@kontor/testkit', '@kontor/event-sourcing/testing'],
              message: 'Only tests use the testkit.',
            },
          ],
        },
      ],
    },
  },
  {
    files: DOMAIN,
    ignores: TESTS,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex:
                '^(node:|@nestjs/|typeorm|pg$|kafkajs|zod|nestjs-zod|rxjs|fs$|crypto$|@kontor/(?!money$|event-sourcing$))|/(app|adapters)/',
              message: 'domain/ knows money and event-sourcing, nothing else.',
            },
          ],
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Pass the instant in.' },
        { object: 'Math', property: 'random', message: 'Rules have no chance in them.' },
      ],
      'no-restricted-globals': [
        'error',
        ...[
          'process',
          'setTimeout',
          'setInterval',
          'setImmediate',
          'fetch',
          'crypto',
          'performance',
        ],
      ],
      'no-restricted-syntax': ['error', ...everywhere, ...inDomain],
    },
  },
);
