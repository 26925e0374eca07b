/**
 * A real Apache Kafka broker for tests: the one named by KAFKA_BROKERS, else one by testcontainers
 * when a Docker daemon answers, else one by Maven and Java. Never a mock.
 *
 * One broker serves a whole run of jest: whoever needs it first starts it, the lock file in the
 * run's folder keeps the others waiting, `stopTestBroker` in the global teardown ends it. Test files
 * keep apart by a prefix of their own for topics and groups.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pollUntil } from './poll-until';

const kafkaFolder = path.resolve(__dirname, '../../../deploy/kafka');
const START_TIMEOUT_MS = 120_000;
/** The first check of a machine may fetch Kafka's jars or its image. */
const CHECK_TIMEOUT_MS = 600_000;
const LISTENER = 9092;

/** A broker of one's own, for tests that stop, kill or hide it. The caller stops it. */
export interface DedicatedBroker {
  /** `host:port` for clients. */
  readonly brokers: string;
  /** Where it listens; differs from `brokers` when another address is advertised. */
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
  /** As a crash; the data stays. */
  kill(): Promise<void>;
}

export interface DedicatedBrokerOptions {
  /** Starting again on the same folder goes on with its topics and offsets. */
  readonly dataDir: string;
  readonly port?: number;
  /** What clients are told to connect to: a proxy between them and the broker. */
  readonly advertised?: { readonly host: string; readonly port: number };
}

interface KafkaScripts {
  startBroker(options: DedicatedBrokerOptions): Promise<DedicatedBroker>;
}

interface DockerScripts {
  readonly IMAGE: string;
  environment(options: {
    advertised: { host: string; port: number };
    heapMb: number;
  }): Record<string, string>;
}

/** Starts a broker that nobody shares. */
export async function startBroker(options: DedicatedBrokerOptions): Promise<DedicatedBroker> {
  const scripts = require(path.join(kafkaFolder, 'broker.js')) as KafkaScripts;
  return scripts.startBroker(options);
}

type Runtime = 'given' | 'docker' | 'java';
interface Found {
  readonly runtime?: Runtime;
  readonly reason?: string;
}

/** How a broker can be had here, or why not. */
export const findBrokerRuntime = (): Found =>
  process.env['KAFKA_BROKERS'] ? { runtime: 'given' } : findOwnRuntime();

/** How a broker can be started here, or why not; asked once a run. Synchronous: suites are skipped by it. */
export function findOwnRuntime(): Found {
  const file = path.join(runFolder(), 'kafka-runtime.json');
  if (!existsSync(file)) {
    const main = path.join(kafkaFolder, 'main.js');
    const answer = execFileSync(process.execPath, [main, '--check'], { timeout: CHECK_TIMEOUT_MS });
    writeFileSync(file, answer);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Found;
}

interface SharedBroker {
  readonly brokers?: string;
  readonly pid?: number;
  readonly container?: string;
  readonly error?: string;
}

/**
 * The addresses of this run's broker; starts it when nobody did.
 *
 * Errors: throws when it can't be started.
 */
export async function findBroker(): Promise<string[]> {
  const given = process.env['KAFKA_BROKERS'];
  if (given) return given.split(',');
  const { runtime, reason } = findBrokerRuntime();
  if (!runtime) throw new Error(`no Kafka broker: ${reason}`);
  if (takeLock()) await startShared(runtime);
  const state = await pollUntil(readShared, {
    timeoutMs: START_TIMEOUT_MS,
    what: 'a Kafka broker',
  });
  if (!state.brokers) throw new Error(`no Kafka broker: ${state.error}`);
  return state.brokers.split(',');
}

/** Ends the broker that this run started, if it did. For jest's global teardown. */
export async function stopTestBroker(): Promise<void> {
  const { pid, container } = readShared() ?? {};
  rmSync(statePath(), { force: true });
  rmSync(lockPath(), { force: true });
  if (container) execFileSync('docker', ['rm', '-f', container], { stdio: 'ignore' });
  if (!pid) return;
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    return; // It ended before.
  }
  await pollUntil(() => !isAlive(pid), { timeoutMs: START_TIMEOUT_MS, what: 'the end of Kafka' });
}

/** jest's main process: workers are its children, and in band it is this one. */
const runOwner = (): number => (process.send ? process.ppid : process.pid);

function runFolder(): string {
  const folder =
    process.env['KONTOR_TEST_RUN_DIR'] ?? path.join(tmpdir(), `kontor-test-run-${runOwner()}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

const statePath = (): string => path.join(runFolder(), 'kafka.json');
const lockPath = (): string => path.join(runFolder(), 'kafka.lock');

function takeLock(): boolean {
  try {
    writeFileSync(lockPath(), String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

function readShared(): SharedBroker | undefined {
  if (!existsSync(statePath())) return undefined;
  const text = readFileSync(statePath(), 'utf8');
  return text.endsWith('\n') ? (JSON.parse(text) as SharedBroker) : undefined;
}

async function startShared(runtime: Runtime): Promise<void> {
  const start = runtime === 'docker' ? startContainer : startProcess;
  const state = await start().catch((error: Error): SharedBroker => ({ error: error.message }));
  writeFileSync(statePath(), `${JSON.stringify(state)}\n`);
}

/** By Java, in a process that outlives this worker and ends with the run. */
async function startProcess(): Promise<SharedBroker> {
  const output = path.join(runFolder(), 'kafka-start.log');
  const stdio = openSync(output, 'a');
  const child = spawn(
    process.execPath,
    [
      path.join(kafkaFolder, 'main.js'),
      ...['--data-dir', path.join(runFolder(), 'kafka')],
      ...['--owner-pid', String(runOwner())],
      ...['--runtime', 'java'],
    ],
    { detached: true, stdio: ['ignore', stdio, stdio] },
  );
  child.unref();
  const said = await pollUntil(
    () => {
      const text = readFileSync(output, 'utf8');
      return child.exitCode !== null || text.includes('KAFKA_BROKERS=') ? text : undefined;
    },
    { timeoutMs: START_TIMEOUT_MS, what: 'the start of Kafka' },
  );
  const brokers = /KAFKA_BROKERS=(\S+)/.exec(said)?.[1];
  if (!brokers || !child.pid) throw new Error(said.trim());
  return { brokers, pid: child.pid };
}

/** By testcontainers, loaded only here. Its reaper would end the container with this worker. */
async function startContainer(): Promise<SharedBroker> {
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  const { GenericContainer } = await import('testcontainers');
  const docker = require(path.join(kafkaFolder, 'docker.js')) as DockerScripts;
  const port = await freePort();
  const advertised = { host: '127.0.0.1', port };
  const container = await new GenericContainer(docker.IMAGE)
    .withExposedPorts({ container: LISTENER, host: port })
    .withEnvironment({
      ...docker.environment({ advertised, heapMb: 512 }),
      KAFKA_LOG_DIRS: '/tmp/kafka',
    })
    .withStartupTimeout(START_TIMEOUT_MS)
    .start();
  return { brokers: `127.0.0.1:${port}`, container: container.getId() };
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
