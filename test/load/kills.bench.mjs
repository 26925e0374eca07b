/**
 * R12: events a second of the whole path while the server is killed (SIGKILL) every 5 s and started
 * again, against the same path left alone, in turn. A killed server's callers send the same events
 * again until they are answered: afterwards everything is there once.
 */
import { rmSync } from 'node:fs';
import {
  clientOf,
  freePort,
  KEY,
  machine,
  makeDataDir,
  median,
  pause,
  report,
  startService,
} from './harness.mjs';
import * as load from './pipeline-load.mjs';

const ROUND_MS = 20_000;
const KILL_EVERY_MS = 5_000;
const ROUNDS = 2;
const CUSTOMERS = 1_000;
const CALLERS = 16;
const FLOOR = 0.5;

export async function run() {
  const dataDir = makeDataDir();
  const port = await freePort();
  const start = () =>
    startService({
      main: 'services/all-in-one/dist/main.js',
      port,
      env: { KONTOR_DATA_DIR: dataDir, KONTOR_API_KEY: KEY },
    });
  let server = await start();
  const client = clientOf({ port });
  let kills = 0;
  const { customers, product } = await load.setUp(client, CUSTOMERS);
  let sent = 0;

  const round = async (killed) => {
    const begin = performance.now();
    const atFirst = sent;
    const over = () => performance.now() - begin >= ROUND_MS;
    const killer = async () => {
      while (killed && !over()) {
        await pause(KILL_EVERY_MS);
        await server.kill();
        kills += 1;
        server = await start();
      }
    };
    const caller = async () => {
      while (!over()) {
        const body = load.batchOf(customers[Math.floor(Math.random() * customers.length)]);
        await untilTaken(client, body);
        sent += load.BATCH;
      }
    };
    await Promise.all([killer(), ...Array.from({ length: CALLERS }, caller)]);
    await load.untilVisible(client, product, sent);
    return ((sent - atFirst) * 1_000) / (performance.now() - begin);
  };

  try {
    const rates = { ours: [], rival: [] };
    await round(false);
    for (let count = 0; count < ROUNDS; count += 1) {
      rates.ours.push(Math.round(await round(true)));
      rates.rival.push(Math.round(await round(false)));
    }
    const [us, them] = [median(rates.ours), median(rates.rival)];
    report({
      id: 'R12',
      ours: us,
      rival: them,
      unit: 'events/s',
      ratio: Number((us / them).toFixed(2)),
      floor: FLOOR,
      met: us / them >= FLOOR,
      spread: rates,
      invariants: await load.invariantsOf(client, sent),
      settings: {
        kills,
        killEveryMs: KILL_EVERY_MS,
        customers: CUSTOMERS,
        batch: load.BATCH,
        events: sent,
        fsync: 'on',
        synchronous_commit: 'on',
      },
      machine: machine(),
      when: new Date().toISOString(),
    });
  } finally {
    client.close();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** An unknown outcome is asked again: the events' ids make that harmless. */
async function untilTaken(client, body) {
  for (;;) {
    const answer = await client.request('POST', '/events', body).catch(() => undefined);
    if (answer?.status === 202) return;
    if (answer && answer.status !== 429 && answer.status !== 503)
      throw new Error(`${answer.status} ${answer.text}`);
    await pause(20);
  }
}
