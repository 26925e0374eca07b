/**
 * The built product as its users run it: a process, an environment, an address.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApiClient } from './client';
import { pollUntil } from './poll-until';

const root = path.resolve(__dirname, '../../..');
const START_TIMEOUT_MS = 60_000;

export const LIVE_KEY = `key_${'1'.repeat(52)}`;
export const TEST_KEY = `key_${'2'.repeat(52)}`;

export interface ServerOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Kept by the caller for a second start; made and removed here when absent. */
  readonly dataDir?: string;
  readonly port?: number;
  /** Which process: the all-in-one by default, or one service. */
  readonly service?: string;
  /** Path that answers 200 when the process is ready. */
  readonly readyPath?: string;
  readonly startTimeoutMs?: number;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly process: ChildProcess;
  /** Everything that it printed so far. */
  output(): string;
  /** Live mode, all scopes. */
  readonly live: ApiClient;
  readonly test: ApiClient;
  /** SIGTERM and the end; answers the exit status. */
  stop(): Promise<number | null>;
  /** kill -9. PostgreSQL of the data folder stays, as after a crash. */
  kill(): Promise<void>;
  /** Removes the data folder. */
  remove(): void;
}

/** A folder that PostgreSQL's own user can walk into. */
export function makeDataDir(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kontor-e2e-'));
  chmodSync(folder, 0o755);
  return folder;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Spawns the process and nothing more: for starts that are meant to fail. */
export async function spawnServer(options: ServerOptions = {}): Promise<RunningServer> {
  const port = options.port ?? (await freePort());
  const dataDir = options.dataDir ?? makeDataDir();
  const main = path.join(root, 'services', options.service ?? 'all-in-one', 'dist/main.js');
  let output = '';
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: String(port),
      KONTOR_DATA_DIR: dataDir,
      KONTOR_API_KEY: LIVE_KEY,
      KONTOR_TEST_API_KEY: TEST_KEY,
      LOG_LEVEL: 'warn',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    dataDir,
    process: child,
    output: () => output,
    live: new ApiClient(url, LIVE_KEY),
    test: new ApiClient(url, TEST_KEY),
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    remove: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

/** Starts the product and waits until it is ready. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const server = await spawnServer(options);
  const ready = async (): Promise<boolean> => {
    if (server.process.exitCode !== null)
      throw new Error(`the server ended with ${server.process.exitCode}:\n${server.output()}`);
    const answer = await fetch(`${server.url}${options.readyPath ?? '/health/ready'}`).catch(
      () => undefined,
    );
    return answer?.status === 200;
  };
  try {
    await pollUntil(ready, {
      timeoutMs: options.startTimeoutMs ?? START_TIMEOUT_MS,
      what: 'the start of the server',
    });
  } catch (error) {
    server.process.kill('SIGKILL');
    throw new Error(`${String(error)}\n${server.output()}`);
  }
  return server;
}
