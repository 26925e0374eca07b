/**
 * What faults are done to: the product as processes, its PostgreSQL, and between them what can be cut.
 */
import {
  type ApiClient,
  type DedicatedBroker,
  freePort,
  makeDataDir,
  type RunningServer,
  startBroker,
  startCluster,
  startPostgres,
  startServer,
} from '@kontor/testkit';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { embeddedDatabaseUrl, postmasterOf } from './books';
import { mountDisk, type SmallDisk, whyNoDisk } from './small-disk';
import { TcpProxy } from './tcp-proxy';

/** Starts of a process that ends while what it needs is away; what supervises it would do the same. */
const START_ATTEMPTS = 20;

export interface World {
  /** Names of the processes. */
  readonly processes: readonly string[];
  /** Where clients may ask: any of them at any time. */
  readonly apis: readonly ApiClient[];
  /** Past every proxy. */
  databaseUrl(): string;
  process(name: string): RunningServer;
  /** kill -9, and a start on the same port. */
  restart(name: string): Promise<void>;
  crashPostgres(): void;
  /** Between services and PostgreSQL; undefined where the product starts PostgreSQL itself. */
  readonly postgresProxy: TcpProxy | undefined;
  /** PostgreSQL's; undefined where none can be mounted. */
  readonly disk: SmallDisk | undefined;
  /** The wall clock of one process is off by this much; 0 = right. */
  shiftClock(name: string, shiftMs: number): void;
  readonly kafka: KafkaOfWorld | undefined;
  stop(): Promise<void>;
}

export interface KafkaOfWorld {
  readonly proxy: TcpProxy;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Nothing when it runs. */
  start(): Promise<void>;
}

/** Holds end soon after they expire, so that a test sees it. */
const ENVIRONMENT = { KONTOR_HOLD_GRACE_S: '1' };

interface Clocks {
  readonly env: Readonly<Record<string, string>>;
  shift(server: RunningServer, shiftMs: number): void;
  remove(): void;
}

function openClocks(): Clocks {
  const folder = mkdtempSync(path.join(tmpdir(), 'kontor-clocks-'));
  const preload = path.resolve(__dirname, 'shifted-clock.js');
  return {
    env: { FAULTS_CLOCK_DIR: folder, NODE_OPTIONS: `--require ${preload}` },
    shift: (server, shiftMs) =>
      writeFileSync(path.join(folder, String(server.port)), String(shiftMs)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function untilStarted(start: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await start();
    } catch (error) {
      if (attempt >= START_ATTEMPTS) throw error;
    }
}

/** It may be down already, by an earlier fault: no process, or no file that names one. */
function unlessDown(crash: () => void): void {
  try {
    crash();
  } catch (error) {
    if (!/ESRCH|ENOENT/.test(String(error))) throw error;
  }
}

/** PostgreSQL's data: on a disk that can be filled where there can be one. */
function makeDisk(): { readonly folder: string; readonly disk: SmallDisk | undefined } {
  if (whyNoDisk() !== undefined) return { folder: makeDataDir(), disk: undefined };
  const disk = mountDisk();
  return { folder: disk.folder, disk };
}

function removeDisk({ folder, disk }: ReturnType<typeof makeDisk>): void {
  if (disk) disk.remove();
  else rmSync(folder, { recursive: true, force: true });
}

/** Everything in one process, on the PostgreSQL that it starts. */
export async function openEmbeddedWorld(): Promise<World> {
  const clocks = openClocks();
  const place = makeDisk();
  const options = { dataDir: place.folder, env: { ...ENVIRONMENT, ...clocks.env } };
  let server = await startServer(options);
  const { port } = server;
  return {
    processes: ['all-in-one'],
    apis: [server.live],
    databaseUrl: () => embeddedDatabaseUrl(place.folder),
    process: () => server,
    restart: async () => {
      await server.kill();
      await untilStarted(async () => {
        server = await startServer({ ...options, port });
      });
    },
    crashPostgres: () => unlessDown(() => process.kill(postmasterOf(place.folder).pid, 'SIGQUIT')),
    postgresProxy: undefined,
    disk: place.disk,
    shiftClock: (_, shiftMs) => clocks.shift(server, shiftMs),
    kafka: undefined,
    stop: async () => {
      await server.stop();
      removeDisk(place);
      clocks.remove();
    },
  };
}

async function openKafka(): Promise<KafkaOfWorld & { remove(): Promise<void> }> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'kontor-faults-kafka-'));
  const port = await freePort();
  const proxy = await TcpProxy.open(() => port);
  const options = { dataDir, port, advertised: { host: '127.0.0.1', port: proxy.port } };
  let broker: DedicatedBroker | undefined = await startBroker(options);
  const end = async (how: 'stop' | 'kill'): Promise<void> => {
    await broker?.[how]();
    broker = undefined;
  };
  return {
    proxy,
    stop: () => end('stop'),
    kill: () => end('kill'),
    start: async () => {
      broker ??= await startBroker(options);
    },
    remove: async () => {
      await end('kill');
      await proxy.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Two processes of every service over a PostgreSQL and a Kafka, each behind a proxy. */
export async function openDistributedWorld(instances = 2): Promise<World> {
  const clocks = openClocks();
  const place = makeDisk();
  const [kafka, postgres] = await Promise.all([openKafka(), startPostgres(place.folder)]);
  const postgresProxy = await TcpProxy.open(() => Number(new URL(postgres.url).port));
  const proxied = new URL(postgres.url);
  proxied.port = String(postgresProxy.port);
  const leave = async (): Promise<void> => {
    await kafka.remove();
    await postgresProxy.close();
    await postgres.stop();
    removeDisk(place);
    clocks.remove();
  };
  const cluster = await startCluster({
    brokers: [`127.0.0.1:${kafka.proxy.port}`],
    prefix: '',
    instances,
    databaseUrl: proxied.toString(),
    env: { ...ENVIRONMENT, ...clocks.env },
  }).catch(async (error: unknown) => {
    await leave();
    throw error;
  });
  const process = (name: string): RunningServer => cluster.processes.get(name)!;
  const processes = [...cluster.processes.keys()];
  return {
    processes,
    apis: processes
      .filter((name) => name.startsWith('ingestion-gateway'))
      .map((name) => process(name).live),
    databaseUrl: () => postgres.url,
    process,
    restart: (name) => untilStarted(() => cluster.restart(name)),
    crashPostgres: () => unlessDown(() => postgres.crash()),
    postgresProxy,
    disk: place.disk,
    shiftClock: (name, shiftMs) => clocks.shift(process(name), shiftMs),
    kafka,
    stop: async () => {
      await cluster.stop();
      await leave();
    },
  };
}
