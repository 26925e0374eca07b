/** What benches share: a server to measure, requests, percentiles, the result file. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const here = path.dirname(fileURLToPath(import.meta.url));
export const root = path.resolve(here, '../..');
/** As `npm start` has it: most of what a batch makes is garbage by the next one. */
const START_ARGS = '--max-semi-space-size=128';
export const KEY = `key_${'9'.repeat(52)}`;

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function makeDataDir() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kontor-bench-'));
  chmodSync(folder, 0o755);
  return folder;
}

export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/**
 * Starts the built all-in-one; answers when it is ready, with how long that took.
 * `postgres`: whose database `env` names, when it is not the server's own.
 */
export async function startServer({ dataDir = makeDataDir(), env = {}, postgres } = {}) {
  const service = await startService({
    main: 'services/all-in-one/dist/main.js',
    port: await freePort(),
    env: { KONTOR_DATA_DIR: dataDir, KONTOR_API_KEY: KEY, ...env },
  });
  return {
    ...service,
    dataDir,
    postmaster: () => postgres?.pid() ?? embeddedPostmaster(dataDir),
    remove: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

/** Starts a built process of ours; answers when it is ready, with how long that took. */
export async function startService({ main, port, env }) {
  const begin = performance.now();
  // BENCH_NODE_ARGS="--cpu-prof --cpu-prof-dir=profile" shows where the time of the server goes.
  const nodeArgs = `${START_ARGS} ${process.env.BENCH_NODE_ARGS ?? ''}`.split(' ').filter(Boolean);
  const child = spawn(process.execPath, [...nodeArgs, path.join(root, main)], {
    env: { ...process.env, PORT: String(port), LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${main} did not start`);
    const ready = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (ready?.status === 200) break;
    await pause(10);
  }
  const stopped = new Promise((resolve) => child.on('close', resolve));
  return {
    url,
    port,
    pid: child.pid,
    readyMs: performance.now() - begin,
    stop: () => {
      child.kill('SIGTERM');
      return stopped;
    },
    kill: () => {
      child.kill('SIGKILL');
      return stopped;
    },
  };
}

/** One more database in a cluster; its URL. */
export async function createDatabase(postgres, name) {
  const admin = new pg.Client({ connectionString: postgres.url });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  return url.href;
}

/** A script of `rivals/` in a process of its own, which says its port on its first line. */
export async function startRival(script, { args = [], env = {} } = {}) {
  const child = spawn(process.execPath, [path.join(here, 'rivals', script), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { value: port } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
  const client = clientOf({ port: Number(port) });
  return {
    client,
    pid: child.pid,
    stop() {
      client.close();
      const stopped = new Promise((resolve) => child.on('close', resolve));
      child.kill('SIGTERM');
      return stopped;
    },
  };
}

/** A keep-alive client; bodies are prepared by the caller, so that measuring does not pay for them. */
export function clientOf(server, connections = 64) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const request = (method, path, body) =>
    new Promise((resolve, reject) => {
      const outgoing = http.request(
        {
          agent,
          method,
          host: '127.0.0.1',
          port: server.port,
          path,
          headers: {
            authorization: `Bearer ${KEY}`,
            'kontor-numbers': 'string',
            ...(body && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(body),
            }),
          },
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (chunk) => (text += chunk));
          answer.on('end', () => resolve({ status: answer.statusCode, text }));
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  const json = async (method, path, body) => {
    const { status, text } = await request(method, path, body && JSON.stringify(body));
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  return {
    request,
    get: (path) => json('GET', path),
    post: (path, body) => json('POST', path, body),
    close: () => agent.destroy(),
  };
}

export const median = (values) => percentile(values, 0.5);

export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

export const machine = () => ({
  cores: os.cpus().length,
  cpu: os.cpus()[0]?.model,
  memoryGiB: Math.round(os.totalmem() / 2 ** 30),
  node: process.version,
  system: `${os.type()} ${os.release()}`,
});

/** Resident memory of a process in MB. */
export function residentMb(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024);
}

const TICKS_PER_SECOND = 100;

/** Seconds of CPU that a process has used, user and system. Unlike the clock, not slowed by others. */
export function cpuSecondsOf(pid) {
  const file = `/proc/${pid}/stat`;
  // A session may end between the list and the look.
  if (!existsSync(file)) return 0;
  const fields = readFileSync(file, 'utf8').split(') ')[1].split(' ').map(Number);
  // Its own, and that of children which ended: PostgreSQL's sessions come and go.
  const [own, ended] = [fields[11] + fields[12], fields[13] + fields[14]];
  return (own + ended) / TICKS_PER_SECOND;
}

const embeddedPostmaster = (dataDir) =>
  Number(readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);

/** CPU of a PostgreSQL with all its sessions. */
export function cpuSecondsOfPostgres(postmaster) {
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
  const pids = [postmaster, ...children.trim().split(' ').map(Number)];
  return pids.reduce((total, pid) => total + cpuSecondsOf(pid), 0);
}

/** CPU of the server and of its embedded PostgreSQL with all its sessions. */
export function cpuSeconds(server) {
  return { node: cpuSecondsOf(server.pid), postgres: cpuSecondsOfPostgres(server.postmaster()) };
}

export function report(rows) {
  const list = Array.isArray(rows) ? rows : [rows];
  for (const row of list) {
    const against =
      row.rival === null ? '' : ` against ${row.rival} (${row.ratio}x, floor ${row.floor})`;
    console.log(`${row.id}: ${row.ours} ${row.unit}${against}; invariants: ${row.invariants}`);
    console.log(`  ${JSON.stringify({ spread: row.spread, settings: row.settings })}`);
  }
  const text = JSON.stringify(Array.isArray(rows) ? rows : rows, null, 2);
  writeFileSync(path.join(here, 'results', `${list[0].id.split(' ')[0]}.json`), `${text}\n`);
}
