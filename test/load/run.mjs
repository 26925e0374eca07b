/** Runs one bench or all: `npm run bench -- <name>`. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const all = readdirSync(here)
  .filter((file) => file.endsWith('.bench.mjs'))
  .map((file) => file.replace('.bench.mjs', ''));
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
/** Runs for longer than the others together. */
const ONLY_BY_NAME = ['soak'];
const usual = all.filter((name) => !ONLY_BY_NAME.includes(name));
for (const name of wanted.length > 0 ? wanted : usual) {
  if (!all.includes(name)) throw new Error(`no bench "${name}": there are ${all.join(', ')}`);
  const { run } = await import(pathToFileURL(path.join(here, `${name}.bench.mjs`)).href);
  await run();
}
