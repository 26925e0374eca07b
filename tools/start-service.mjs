/** `npm run start:service -- rating`: one service of the built tree, in this process. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const services = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../services');
const [name = ''] = process.argv.slice(2);
const main = path.join(services, name, 'dist/main.js');
if (!/^[a-z-]+$/.test(name) || !existsSync(main)) {
  console.error(`npm run start:service -- <service>, one of: ${readdirSync(services).join(', ')}`);
  process.exit(1);
}
await import(pathToFileURL(main).href);
