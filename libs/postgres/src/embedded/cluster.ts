/**
 * One PostgreSQL data folder: made once, started, found again when it is already running, stopped.
 *
 * Source: docs/adr/0002-postgres-writes-kafka-publishes.md (why a real PostgreSQL, also embedded).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  openSync,
  closeSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { Client } from 'pg';
import {
  isReachableByOthers,
  locateBinaries,
  makeFolder,
  unprivilegedUser,
  type Binaries,
  type PostgresUser,
} from './binaries';

export const DATABASE_USER = 'kontor';
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
/** Where a cluster lives when root's data folder is in a home that nobody else may enter. */
const SHARED_HOME = '/var/lib/kontor';
/** After a kill it first does again what is in up to two gigabytes of WAL. */
const READY_TIMEOUT_MS = 300_000;
const READY_POLL_MS = 25;
const STOP_TIMEOUT_MS = 30_000;

export interface ClusterFolder {
  /** PGDATA. */
  readonly pgdata: string;
  readonly passwordFile: string;
  readonly logFile: string;
  readonly user: PostgresUser | undefined;
  readonly binaries: Binaries;
}

export interface RunningPostmaster {
  readonly pid: number;
  readonly port: number;
  /** Undefined when an earlier process started it. */
  readonly child: ChildProcess | undefined;
}

/** Decides where everything is. Makes folders, starts nothing. */
export function clusterFolder(dataDir: string): ClusterFolder {
  const user = unprivilegedUser();
  makeFolder(dataDir);
  const home = !user || isReachableByOthers(dataDir) ? path.resolve(dataDir) : sharedHome(dataDir);
  return {
    pgdata: path.join(home, 'postgres'),
    passwordFile: path.join(path.resolve(dataDir), 'postgres-password'),
    logFile: path.join(path.resolve(dataDir), 'postgres.log'),
    user,
    binaries: locateBinaries(user),
  };
}

function sharedHome(dataDir: string): string {
  const name = createHash('sha256').update(path.resolve(dataDir)).digest('hex').slice(0, 16);
  const home = path.join(SHARED_HOME, name);
  makeFolder(home);
  return home;
}

/**
 * Makes the data folder at the first start. It is made beside its place and renamed, so that a
 * start that was killed half-way leaves nothing that looks like a database.
 */
export async function initialise(folder: ClusterFolder): Promise<void> {
  if (existsSync(path.join(folder.pgdata, 'PG_VERSION'))) return;
  const making = `${folder.pgdata}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { mode: PRIVATE_FOLDER });
  const password = randomBytes(24).toString('base64url');
  const passwordCopy = `${making}.password`;
  writeFileSync(passwordCopy, password, { mode: PRIVATE_FILE });
  give(folder.user, making, passwordCopy);
  try {
    await run(folder, folder.binaries.initdb, [
      ...['-D', making, '-U', DATABASE_USER, '--pwfile', passwordCopy],
      ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--data-checksums'],
      // Text sorts by code point on every machine, so that replays give the same rows everywhere.
      ...['--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C'],
    ]);
    writeFileSync(folder.passwordFile, password, { mode: PRIVATE_FILE });
    chmodSync(folder.passwordFile, PRIVATE_FILE);
    renameSync(making, folder.pgdata);
  } finally {
    rmSync(passwordCopy, { force: true });
  }
}

/** Starts PostgreSQL, or finds the one that runs on this folder already. Ready for queries. */
export async function startPostmaster(
  folder: ClusterFolder,
  wantedPort?: number,
): Promise<RunningPostmaster> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  let child: ChildProcess | undefined;
  for (;;) {
    const found = readPidFile(folder);
    const ready = await readyPostmaster(folder, found);
    if (ready) return { ...ready, child: child?.pid === ready.pid ? child : undefined };
    // A postmaster that ended at once met the old one's shared memory, or lost a race: try again.
    if (hasEnded(child) && !(found && isPostgres(found.pid)))
      child = spawnPostgres(folder, wantedPort ?? (await freePort()));
    if (Date.now() > deadline)
      throw new Error(`PostgreSQL did not start: see ${folder.logFile}\n${logTail(folder)}`);
    await pause(READY_POLL_MS);
  }
}

async function readyPostmaster(
  folder: ClusterFolder,
  found: { pid: number; port: number } | undefined,
): Promise<{ pid: number; port: number } | undefined> {
  return found && isAlive(found.pid) && (await answers(folder, found.port)) ? found : undefined;
}

const hasEnded = (child: ChildProcess | undefined): boolean =>
  !child || child.exitCode !== null || child.signalCode !== null;

/** Fast shutdown: sessions end, everything committed is on disk. Kills nothing else. */
export async function stopPostmaster(pid: number): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (isAlive(pid)) {
    if (Date.now() > deadline) throw new Error(`PostgreSQL (pid ${pid}) does not stop`);
    await pause(READY_POLL_MS);
  }
}

export function urlOf(folder: ClusterFolder, port: number, database: string): string {
  const password = readFileSync(folder.passwordFile, 'utf8').trim();
  return `postgres://${DATABASE_USER}:${password}@127.0.0.1:${port}/${database}`;
}

/** Line 1 is the pid, line 4 the port. */
export function readPidFile(folder: ClusterFolder): { pid: number; port: number } | undefined {
  try {
    const lines = readFileSync(path.join(folder.pgdata, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    const port = Number(lines[3]);
    return pid > 0 && port > 0 ? { pid, port } : undefined;
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A child that ended and was not collected yet is no longer a server.
    return !/^State:\s+Z/m.test(procFile(pid, 'status'));
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** A pid in an old file may belong to somebody else by now. */
function isPostgres(pid: number): boolean {
  if (!isAlive(pid)) return false;
  const command = procFile(pid, 'cmdline');
  return command === '' || command.includes('postgres');
}

function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

function spawnPostgres(folder: ClusterFolder, port: number): ChildProcess {
  const log = openSync(folder.logFile, 'a', PRIVATE_FILE);
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // TCP only: a socket's folder would have to be short, private and reachable all at once.
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '128MB',
    // After a checkpoint the first change of a page is logged with the whole page, and events have
    // random keys: under steady load frequent checkpoints make that most of the WAL. Fewer of them
    // cost disk, and time when PostgreSQL starts after a kill.
    max_wal_size: '2GB',
    checkpoint_timeout: '15min',
    // What the default makes of small shared_buffers is full before a large batch commits.
    wal_buffers: '16MB',
    jit: 'off',
    log_min_messages: 'warning',
    log_timezone: 'UTC',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(folder.binaries.postgres, ['-D', folder.pgdata, ...options], {
    // A session of its own: Ctrl-C in the terminal must not reach it before we have drained.
    detached: true,
    stdio: ['ignore', log, log],
    cwd: path.dirname(folder.pgdata),
    ...(folder.user && { uid: folder.user.uid, gid: folder.user.gid }),
  });
  child.on('error', () => undefined);
  child.unref();
  closeSync(log);
  return child;
}

function run(folder: ClusterFolder, command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: path.dirname(folder.pgdata),
      // initdb looks for its user's home; a broken locale of the caller must not stop it.
      env: { ...process.env, LC_ALL: 'C' },
      ...(folder.user && { uid: folder.user.uid, gid: folder.user.gid }),
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`${path.basename(command)} ended with ${code}: ${output}`)),
    );
  });
}

async function answers(folder: ClusterFolder, port: number): Promise<boolean> {
  const client = new Client({
    connectionString: urlOf(folder, port, 'postgres'),
    connectionTimeoutMillis: 2_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address
          ? resolve(address.port)
          : reject(new Error('no free port')),
      );
    });
  });
}

function give(user: PostgresUser | undefined, ...paths: readonly string[]): void {
  if (user) for (const each of paths) chownSync(each, user.uid, user.gid);
}

function logTail(folder: ClusterFolder): string {
  return existsSync(folder.logFile)
    ? readFileSync(folder.logFile, 'utf8').split('\n').slice(-10).join('\n')
    : '';
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
