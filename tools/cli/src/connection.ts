import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { Api } from './api';
import { Unusable } from './command';

const DEFAULT_URL = 'http://127.0.0.1:8080';
const DEFAULT_FOLDER = '.kontor';

/** Where the server is and who asks. Errors: Unusable without a key or with a malformed address. */
export function connect(environment: NodeJS.ProcessEnv): Api {
  const url = environment['KONTOR_URL'] || DEFAULT_URL;
  if (!URL.canParse(url)) throw new Unusable(`KONTOR_URL is no address: ${url}`);
  const key = environment['KONTOR_API_KEY'];
  if (!key) throw new Unusable(keyMissing(environment['KONTOR_DATA_DIR'] || DEFAULT_FOLDER));
  return new Api(url.replace(/\/+$/, ''), key);
}

/** A key is never taken silently; where it can be had is said. */
function keyMissing(folder: string): string {
  const file = path.resolve(folder, 'api-key');
  const missing = 'KONTOR_API_KEY is not set: an API key with the scope admin.';
  return isReadable(file)
    ? `${missing}\nThe embedded server keeps its own here: export KONTOR_API_KEY="$(cat ${file})"`
    : missing;
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
