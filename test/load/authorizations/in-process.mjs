/** Authorizations in process, 64 callers, against the textbook: the same client and pool size. */
import { createRequire } from 'node:module';
import { cpuSecondsOf, cpuSecondsOfPostgres, makeDataDir, percentile, root } from '../harness.mjs';
import path from 'node:path';
import { rmSync } from 'node:fs';
import { addTo, asFastAsPossible, atFixedRate, newTally, requestsOf } from './callers.mjs';
import {
  authorizing,
  brokenLedger,
  credit,
  newId,
  newUuid,
  openLedger,
  walletOf,
} from './in-process-ledger.mjs';
import { cpuMeter, durabilityOf, inTurn, median, needsDurability, reportRatio } from './rounds.mjs';
import { brokenBooks, openWallets, Textbook } from './textbook.mjs';

const require = createRequire(import.meta.url);
const { startEmbeddedPostgres } = require(path.join(root, 'libs/postgres/dist/index.js'));
const pg = require('pg');

const CALLERS = 64;
/** The pool of a service of ours; more connections make the textbook slower on a small machine. */
export const POOL = 8;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const ROUND_MS = Number(process.env.BENCH_ROUND_MS ?? 3_000);
const OPEN_LOOP_MS = 3_000;
const OPENED = 100_000_000;

export async function runInProcess({ id, wallets: count, floor, goal }) {
  const dataDir = makeDataDir();
  const postgres = await startEmbeddedPostgres(dataDir);
  const pool = new pg.Pool({ connectionString: postgres.url, max: POOL });
  try {
    const opened = await openLedger(postgres.url);
    const durability = await durabilityOf((text) => opened.database.query(text));
    needsDurability(durability);
    const wallets = Array.from({ length: count }, () => walletOf(newId('cust')));
    await Promise.all(wallets.map((wallet) => credit(opened.ledger, wallet, String(OPENED))));
    const names = wallets.map(({ customerId }) => customerId);
    await openWallets(pool, names, OPENED);

    const book = new Textbook(pool);
    const sides = {
      ours: authorizing(opened.ledger),
      rival: {
        authorize: (request) => book.authorize(request),
        capture: (request) => book.capture(request.id),
        void: (request) => book.void(request.id),
      },
    };
    const requests = {
      ours: requestsOf((n) => wallets[n % count], newUuid),
      rival: requestsOf((n) => names[n % count], newUuid),
    };
    const done = { ours: newTally(), rival: newTally() };
    const cpu = cpuMeter(() => ({
      node: cpuSecondsOf(process.pid),
      postgres: cpuSecondsOfPostgres(postgres.pid()),
    }));
    opened.batches.length = 0;
    const rates = await inTurn(['ours', 'rival'], ROUNDS, async (side, counts) => {
      requests[side].prepare();
      const options = { requests: requests[side], callers: CALLERS, ms: ROUND_MS };
      const measure = () => asFastAsPossible(sides[side], options);
      const round = await (counts ? cpu.count(side, measure) : measure());
      addTo(done[side], round.tally);
      return round;
    });
    const commandsPerBatch = Math.round(median(opened.batches));
    const latency = {};
    for (const side of ['ours', 'rival']) {
      requests[side].prepare();
      const options = { requests: requests[side], callers: CALLERS, ms: OPEN_LOOP_MS };
      const ratePerSecond = Math.round(median(rates[side]) / 2);
      const seen = await atFixedRate(sides[side], { ...options, ratePerSecond });
      addTo(done[side], seen.tally);
      latency[side] = latencyOf(seen, ratePerSecond);
    }
    const broken = {
      ours: await brokenLedger(opened, { wallets, opened: OPENED, done: done.ours }),
      rival: await brokenBooks(pool, { wallets: count, opened: OPENED, done: done.rival }),
    };
    const settings = { wallets: count, callers: CALLERS, pool: POOL, ...durability };
    reportRatio({
      id,
      unit: 'authorizations, captures and voids/s',
      floor,
      goal,
      rates,
      broken,
      settings: {
        ...settings,
        commandsPerBatch,
        latencyMs: latency,
        cpuMicrosPerOperation: cpu.perOperation(),
      },
    });
    await opened.database.close();
  } finally {
    await pool.end();
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

export const latencyOf = ({ delays, dropped }, ratePerSecond) => ({
  ratePerSecond,
  p50: Number(percentile(delays, 0.5).toFixed(1)),
  p99: Number(percentile(delays, 0.99).toFixed(1)),
  dropped,
});
