/**
 * Generates docs/reference/config.md, errors.md and metrics.md from the tables of libs/service-host. Needs a
 * built tree.
 *
 * `node tools/generate/reference.mjs` writes; with `--check` it fails when a file is stale.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const { configReference, errorReference, metricReference } = createRequire(import.meta.url)(
  '@kontor/service-host',
);

const target = path.join(root, 'docs/reference');
const files = new Map([
  ['config.md', configReference()],
  ['errors.md', errorReference()],
  ['metrics.md', metricReference()],
]);

mkdirSync(target, { recursive: true });
for (const [name, text] of files) {
  const file = path.join(target, name);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`docs/reference/${name} is stale: run \`npm run generate\``);
    process.exitCode = 1;
  }
}
