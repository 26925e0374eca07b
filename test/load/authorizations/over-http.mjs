/** Authorizations over HTTP, 64 connections: the server that `npm start` runs, against a rival. */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  clientOf,
  cpuSecondsOf,
  cpuSecondsOfPostgres,
  makeDataDir,
  pause,
  root,
  startServer,
} from '../harness.mjs';
import { HoldCounts, loggedFacts } from '../logged-facts.mjs';
import { addTo, newTally } from './callers.mjs';
import { latencyOf, POOL } from './in-process.mjs';
import { cpuMeter, durabilityOf, inTurn, median, needsDurability, reportRatio } from './rounds.mjs';
import { brokenBooks, differences, openWallets } from './textbook.mjs';

const require = createRequire(import.meta.url);
const { startEmbeddedPostgres } = require(path.join(root, 'libs/postgres/dist/index.js'));
const pg = require('pg');
const here = path.dirname(fileURLToPath(import.meta.url));

const CONNECTIONS = 64;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const ROUND_MS = Number(process.env.BENCH_ROUND_MS ?? 3_000);
const OPEN_LOOP_MS = 3_000;
const OPENED = 100_000_000;
const SETTLE_MS_MAX = 60_000;

export async function runOverHttp({ id, rival, floor, goal }) {
  const dataDir = makeDataDir();
  const postgres = await startEmbeddedPostgres(dataDir);
  const pool = new pg.Pool({ connectionString: postgres.url, max: 2 });
  pool.on('error', () => undefined);
  const server = await startServer({ env: { DATABASE_URL: postgres.url } });
  const started = [];
  try {
    const durability = await durabilityOf(async (text) => (await pool.query(text)).rows);
    needsDurability(durability);
    const client = clientOf(server, 4);
    const customer = await openCustomer(client);
    await openWallets(pool, [customer], OPENED);
    const other = await startProcess(
      'rival-server.mjs',
      [rival, postgres.url, String(POOL)],
      started,
    );
    const callers = await startProcess('http-callers.mjs', [], started, false);
    const ports = { ours: server.port, rival: other.port };
    const load = (side, options) =>
      ask(callers.child, {
        port: ports[side],
        connections: CONNECTIONS,
        wallets: [customer],
        ...options,
      });

    const pids = { ours: server.pid, rival: other.child.pid };
    const cpu = cpuMeter((side) => ({
      node: cpuSecondsOf(pids[side]),
      postgres: cpuSecondsOfPostgres(postgres.pid()),
    }));
    const done = { ours: newTally(), rival: newTally() };
    const rates = await inTurn(['ours', 'rival'], ROUNDS, async (side, counts) => {
      const measure = () => load(side, { kind: 'closed', ms: ROUND_MS });
      const round = await (counts ? cpu.count(side, measure) : measure());
      addTo(done[side], round.tally);
      return round;
    });
    const latency = {};
    for (const side of ['ours', 'rival']) {
      const ratePerSecond = Math.round(median(rates[side]) / 2);
      const seen = await load(side, { kind: 'open', ms: OPEN_LOOP_MS, ratePerSecond });
      addTo(done[side], seen.tally);
      latency[side] = latencyOf(seen, ratePerSecond);
    }
    const broken = {
      ours: await brokenServer({ client, pool, customer, done: done.ours }),
      rival:
        rival === 'echo'
          ? []
          : await brokenBooks(pool, { wallets: 1, opened: OPENED, done: done.rival }),
    };
    const settings = { rival, connections: CONNECTIONS, pool: POOL, ...durability };
    reportRatio({
      id,
      unit: 'authorizations, captures and voids/s',
      floor,
      goal,
      rates,
      broken,
      settings: {
        ...settings,
        latencyMs: latency,
        cpuMicrosPerOperation: cpu.perOperation(),
      },
    });
    client.close();
  } finally {
    for (const child of started) child.kill('SIGTERM');
    await server.stop();
    server.remove();
    await pool.end();
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Starts a script of this folder; one that serves says its port first. */
async function startProcess(script, args, started, serves = true) {
  const child = fork(path.join(here, script), args, { execArgv: ['--max-semi-space-size=64'] });
  started.push(child);
  return { child, ...(serves && (await nextMessage(child))) };
}

const nextMessage = (child) =>
  new Promise((resolve, reject) => {
    const ended = (code) => reject(new Error(`a process of the bench ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message);
    });
  });

async function ask(child, message) {
  const answered = nextMessage(child);
  child.send(message);
  const answer = await answered;
  if (answer.error) throw new Error(answer.error);
  return answer;
}

async function openCustomer(client) {
  const { id } = await client.post('/customers', { name: 'Customer' });
  await client.post(`/customers/${id}/wallet/adjustments`, {
    transaction_id: randomUUID(),
    asset: 'USD',
    amount: String(OPENED),
    reason: 'external_topup',
  });
  return id;
}

/** The wallet, the log and the books, each against what was answered. */
async function brokenServer({ client, pool, customer, done }) {
  const account = await client.get(`/customers/${customer}/wallet/default:USD`);
  const expected = { available: OPENED - done.capturedCents / 100, held: 0 };
  const broken = differences(
    { available: Number(account.available), held: Number(account.held) },
    expected,
  );
  const rowsOf = async (text, values) => (await pool.query(text, values)).rows;
  const counts = new HoldCounts();
  for await (const fact of loggedFacts(rowsOf)) counts.add(fact);
  broken.push(
    ...differences(counts, {
      placed: done.authorized,
      captured: done.captured,
      released: done.voided,
    }),
  );
  const balance = await settled(client, done.capturedCents / 100);
  if (!balance.balanced) broken.push('the trial balance is not zero');
  const revenue = revenueOf(balance);
  broken.push(...differences({ revenue }, { revenue: done.capturedCents / 100 }));
  return broken;
}

const revenueOf = ({ assets }) =>
  Number(
    assets
      .find(({ asset }) => asset === 'USD')
      .accounts.find(({ account }) => account === 'revenue')?.balance ?? 0,
  );

/** The books are a view of the log: a moment behind it. */
async function settled(client, captured) {
  const until = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const balance = await client.get('/admin/trial-balance?detail=true');
    if (Math.abs(Math.abs(revenueOf(balance)) - captured) < 0.001 || performance.now() > until)
      return balance;
    await pause(200);
  }
}
