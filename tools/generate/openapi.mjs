/**
 * Generates schemas/openapi.json from the controllers of all services. Needs a built tree.
 *
 * `node tools/generate/openapi.mjs` writes; with `--check` it fails when the file is stale.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const require = createRequire(import.meta.url);
const { API_VERSION, openApiDocument } = require('@kontor/service-host');

/** What a service exports is its definition; the composition root exports none. */
const isDefinition = (value) =>
  typeof value === 'object' && value !== null && 'migrationsDir' in value && 'module' in value;
const definitions = readdirSync(path.join(root, 'services'))
  .filter((service) => service !== 'all-in-one')
  .sort()
  .flatMap((service) => Object.values(require(`@kontor/${service}`)).filter(isDefinition));

const file = path.join(root, 'schemas/openapi.json');
const document = openApiDocument(definitions, { version: API_VERSION });
const text = await format(JSON.stringify(document), { parser: 'json', printWidth: 100 });
if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
  console.error('schemas/openapi.json is stale: run `npm run generate`');
  process.exitCode = 1;
}
