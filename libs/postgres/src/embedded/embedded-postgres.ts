/**
 * The embedded database of an installation: one PostgreSQL under its data folder, used by one
 * server at a time.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import {
  clusterFolder,
  initialise,
  isAlive,
  readPidFile,
  startPostmaster,
  stopPostmaster,
  urlOf,
  type ClusterFolder,
  type RunningPostmaster,
} from './cluster';

const DATABASE = 'kontor';
/** The PostgreSQL that this build brings. */
const POSTGRES_MAJOR = '18';
/** Taken by a server for as long as it lives, so that a data folder has one server at a time. */
const SERVER_LOCK = 7_307_199_621;
/** A killed server's session is gone within a moment. */
const LOCK_WAIT_MS = 3_000;
const RETRY_MS = 200;

export class DataFolderInUse extends Error {
  constructor(dataDir: string) {
    super(`The data folder ${dataDir} is in use by another running Kontor server.`);
  }
}

export class DataFolderVersion extends Error {
  constructor(dataDir: string, found: string) {
    super(
      `The data folder ${dataDir} was made with PostgreSQL ${found}; this build brings ` +
        `${POSTGRES_MAJOR}. Take a backup with the version that made it and restore it here.`,
    );
  }
}

export interface EmbeddedPostgres {
  /** Changes never: also after PostgreSQL was killed and started again. */
  readonly url: string;
  readonly pid: () => number;
  /** False when a PostgreSQL left behind by a killed server was found running and is used on. */
  readonly startedHere: boolean;
  /** Gives the data folder back and stops PostgreSQL: the last thing a server does. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL, or goes on with the one that a killed server left running, and
 * starts it again whenever it ends by itself.
 *
 * Errors: DataFolderInUse, DataFolderVersion, or what PostgreSQL wrote when it did not start.
 */
export async function startEmbeddedPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  const folder = clusterFolder(dataDir);
  refuseOtherVersion(folder, dataDir);
  await initialise(folder);
  const postmaster = await startPostmaster(folder);
  const supervised = new SupervisedPostgres(folder, postmaster);
  try {
    await supervised.takeServerLock(dataDir);
    await createDatabase(folder, postmaster.port);
  } catch (error) {
    await supervised.abandon(postmaster.child !== undefined);
    throw error;
  }
  supervised.watch();
  return supervised;
}

/** The address of the PostgreSQL that runs under a data folder; undefined when none does. */
export function runningEmbeddedUrl(dataDir: string): string | undefined {
  if (!existsSync(dataDir)) return undefined;
  const folder = clusterFolder(dataDir);
  const found = readPidFile(folder);
  return found && isAlive(found.pid) ? urlOf(folder, found.port, DATABASE) : undefined;
}

/** Whether a database was made under a data folder. */
export const hasEmbeddedPostgres = (dataDir: string): boolean =>
  existsSync(dataDir) && existsSync(clusterFolder(dataDir).pgdata);

function refuseOtherVersion(folder: ClusterFolder, dataDir: string): void {
  const file = path.join(folder.pgdata, 'PG_VERSION');
  if (!existsSync(file)) return;
  const found = readFileSync(file, 'utf8').trim();
  if (found !== POSTGRES_MAJOR) throw new DataFolderVersion(dataDir, found);
}

async function createDatabase(folder: ClusterFolder, port: number): Promise<void> {
  const client = new Client({ connectionString: urlOf(folder, port, 'postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [
      DATABASE,
    ]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

class SupervisedPostgres implements EmbeddedPostgres {
  readonly url: string;
  readonly startedHere: boolean;
  private readonly port: number;
  private current: RunningPostmaster;
  private lock: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopping = false;
  private restarting: Promise<void> | undefined;

  constructor(
    private readonly folder: ClusterFolder,
    postmaster: RunningPostmaster,
  ) {
    this.current = postmaster;
    this.port = postmaster.port;
    this.startedHere = postmaster.child !== undefined;
    this.url = urlOf(folder, postmaster.port, DATABASE);
  }

  readonly pid = (): number => this.current.pid;

  async takeServerLock(dataDir: string): Promise<void> {
    const deadline = Date.now() + LOCK_WAIT_MS;
    const client = new Client({ connectionString: urlOf(this.folder, this.port, 'postgres') });
    client.on('error', () => undefined);
    await client.connect();
    for (;;) {
      const { rows } = await client.query<{ taken: boolean }>(
        'SELECT pg_try_advisory_lock($1) AS taken',
        [SERVER_LOCK],
      );
      if (rows[0]?.taken) break;
      if (Date.now() > deadline) {
        await client.end();
        throw new DataFolderInUse(dataDir);
      }
      await pause(RETRY_MS);
    }
    this.lock = client;
  }

  /** Looks every moment whether PostgreSQL lives; starts it again on the same port when not. */
  watch(): void {
    this.timer = setInterval(() => {
      if (this.stopping || this.restarting || isAlive(this.current.pid)) return;
      this.restarting = this.restart().finally(() => (this.restarting = undefined));
    }, RETRY_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.restarting;
    await this.lock?.end().catch(() => undefined);
    await stopPostmaster(this.current.pid);
  }

  /** Gives up a start: stops PostgreSQL only if this process started it. */
  async abandon(startedByUs: boolean): Promise<void> {
    await this.lock?.end().catch(() => undefined);
    if (startedByUs) await stopPostmaster(this.current.pid);
  }

  private async restart(): Promise<void> {
    while (!this.stopping) {
      try {
        this.current = await startPostmaster(this.folder, this.port);
        await this.lock?.end().catch(() => undefined);
        await this.takeServerLock(this.folder.pgdata);
        return;
      } catch {
        // The port or the shared memory may need a moment; the server answers 503 meanwhile.
        await pause(RETRY_MS);
      }
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
