/** How the code reads, kept by machine. Numbers and reasons: docs/contributing.md. */
import tseslint from 'typescript-eslint';
import { fences } from './eslint.fences.mjs';

const TESTS = [
  '**/*.spec.ts',
  '**/*.contract.ts',
  'test/**/*.ts',
  'libs/*/test/**/*.ts',
  'services/*/test/**/*.ts',
  'libs/testkit/**/*.ts',
];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '.kontor/**',
      'libs/contracts/src/generated/**',
      'test/architecture/fixtures/**',
      '**/*.js',
      '**/*.mjs',
    ],
  },
  ...fences,
  {
    files: ['**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: './tsconfig.spec.json', tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      complexity: ['error', 10],
      'max-depth': ['error', 3],
      'max-params': ['error', 4],
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', 70],
    },
  },
  {
    files: TESTS,
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      'max-lines': ['error', 500],
      'max-lines-per-function': 'off',
      complexity: 'off',
      'max-params': 'off',
    },
  },
);
