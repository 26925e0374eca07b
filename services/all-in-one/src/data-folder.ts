/**
 * What an installation keeps beside its database: the format of the folder, and the API keys that
 * were generated for it.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

/** Grows when an older build must not open the folder any more. */
const FORMAT = 1;
const PRIVATE_FILE = 0o600;
const VERSION_FILE = 'version.json';
/** There from the first to the last moment of a restore into this folder. */
const RESTORE_FILE = 'restore-unfinished';

export class NewerDataFolder extends Error {
  constructor(dataDir: string, format: unknown) {
    super(
      `The data folder ${dataDir} was made by a newer version of Kontor (format ${String(format)}, ` +
        `this build knows ${FORMAT}).`,
    );
  }
}

/** A restore into the folder was begun and did not come to its end. */
export class UnfinishedFolder extends Error {
  constructor(dataDir: string) {
    super(
      `A restore into the data folder ${dataDir} was begun and not finished: it runs, or it was ` +
        'interrupted. Restore the backup again, into a new folder.',
    );
  }
}

/** A restore overwrites nothing. */
export class FolderNotEmpty extends Error {
  constructor(dataDir: string, found: string) {
    super(`The data folder ${dataDir} is not empty (${found}): restore into a new one.`);
  }
}

export type KeyMode = 'live' | 'test';

const KEY_FILES: Readonly<Record<KeyMode, string>> = { live: 'api-key', test: 'test-api-key' };

/**
 * Makes the folder at the first start and checks it at every later one.
 *
 * Errors: NewerDataFolder, UnfinishedFolder.
 */
export function openDataFolder(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true });
  if (existsSync(path.join(dataDir, RESTORE_FILE))) throw new UnfinishedFolder(dataDir);
  openVersion(dataDir);
}

/**
 * Makes a folder that no server starts on before `endRestore`. Key files may be there already.
 *
 * Errors: FolderNotEmpty, UnfinishedFolder.
 */
export function beginRestore(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true });
  if (existsSync(path.join(dataDir, RESTORE_FILE))) throw new UnfinishedFolder(dataDir);
  const keys = Object.values(KEY_FILES);
  const found = readdirSync(dataDir).find((name) => !keys.includes(name));
  if (found !== undefined) throw new FolderNotEmpty(dataDir, found);
  writeFileSync(path.join(dataDir, RESTORE_FILE), '', { mode: PRIVATE_FILE, flag: 'wx' });
  openVersion(dataDir);
}

export const endRestore = (dataDir: string): void => rmSync(path.join(dataDir, RESTORE_FILE));

function openVersion(dataDir: string): void {
  const file = path.join(dataDir, VERSION_FILE);
  if (!existsSync(file)) {
    writeWhole(file, `${JSON.stringify({ format: FORMAT })}\n`);
    return;
  }
  const format = formatOf(readFileSync(file, 'utf8'));
  if (format === undefined || format > FORMAT) throw new NewerDataFolder(dataDir, format);
}

export const keyFile = (dataDir: string, mode: KeyMode): string =>
  path.join(dataDir, KEY_FILES[mode]);

/** A key generated at an earlier start. */
export function readKey(dataDir: string, mode: KeyMode): string | undefined {
  const file = keyFile(dataDir, mode);
  if (!existsSync(file)) return undefined;
  const key = readFileSync(file, 'utf8').trim();
  return key === '' ? undefined : key;
}

export const keepKey = (dataDir: string, mode: KeyMode, key: string): void =>
  writeWhole(keyFile(dataDir, mode), `${key}\n`);

function formatOf(text: string): number | undefined {
  try {
    const { format } = JSON.parse(text) as { format?: unknown };
    return typeof format === 'number' ? format : undefined;
  } catch {
    return undefined;
  }
}

/** Beside its place first: a start that is killed half-way leaves no half file. */
function writeWhole(file: string, text: string): void {
  const making = `${file}.${process.pid}`;
  writeFileSync(making, text, { mode: PRIVATE_FILE });
  renameSync(making, file);
}
