/**
 * Method: a small tree with one planted violation of every rule of who may import whom. A rule
 * that does not report its violation is a fence with a hole.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

interface Report {
  readonly summary: {
    readonly violations: readonly { readonly rule: { readonly name: string } }[];
  };
}

const root = path.join(__dirname, '../..');
const planted = path.join(__dirname, 'fixtures/tree');

describe('import boundaries', () => {
  const { stdout } = spawnSync(
    process.execPath,
    [
      path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      ...['libs', 'services', 'test', '--output-type', 'json'],
      ...['--config', path.join(root, '.dependency-cruiser.cjs')],
    ],
    { cwd: planted, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const reported = new Set(
    (JSON.parse(stdout) as Report).summary.violations.map(({ rule }) => rule.name),
  );

  it.each([
    'no-cycles',
    'money-imports',
    'postgres-imports',
    'pure-libs-use-no-node',
    'contracts-know-no-framework',
    'kafkajs-only-in-event-log',
    'typeorm-only-in-postgres',
    'services-never-import-each-other',
    'testkit-only-in-tests',
    'domain-imports-nothing-above-it',
    'app-imports-no-adapter',
    'adapters-know-no-module',
    'e2e-is-black-box',
  ])('the fence %s is closed', (rule) => expect([...reported]).toContain(rule));
});
