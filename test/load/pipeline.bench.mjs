/**
 * R8 and R9: the whole path, events a second from POST to margin, each event with fee, debit and
 * cost, over 1,000 customers and over a single one; against "track it in Postgres", one transaction
 * an event, on the same PostgreSQL, in turn. Our clock stops when the read model holds the last event.
 *
 * BENCH_EVENTS: events of one of our rounds. KAFKA_BROKERS: our side goes over Kafka.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import {
  clientOf,
  cpuSeconds,
  createDatabase,
  machine,
  makeDataDir,
  median,
  report,
  root,
  startRival,
  startServer,
} from './harness.mjs';
import * as load from './pipeline-load.mjs';

const require = createRequire(import.meta.url);
const { startEmbeddedPostgres } = require(path.join(root, 'libs/postgres/dist/index.js'));

const BUS = process.env.KAFKA_BROKERS ? 'kafka' : 'embedded';
const EVENTS = Number(process.env.BENCH_EVENTS ?? 40_000);
const RIVAL_MS = 5_000;
const ROUNDS = 3;
const OUR_CALLERS = 16;
/** As many as the rival has connections, so that none of them is idle. */
const RIVAL_CALLERS = 32;

export async function run() {
  await comparison({ id: 'R8', customers: 1_000, floor: 4 });
  await comparison({ id: 'R9', customers: 1, floor: 15 });
}

async function comparison({ id, customers, floor }) {
  const postgres = await startEmbeddedPostgres(makeDataDir());
  const ours = await openOurs(postgres, customers);
  const rival = await openRival(postgres, ours.customers);
  try {
    const rates = { ours: [], rival: [] };
    // The first round warms up.
    for (let round = -1; round < ROUNDS; round += 1)
      for (const [side, measure] of Object.entries({ ours: ours.round, rival: rival.round })) {
        const rate = await measure();
        if (round >= 0) rates[side].push(Math.round(rate));
      }
    const broken = [await ours.invariants(), await rival.invariants()].filter(
      (is) => is !== 'held',
    );
    const [us, them] = [median(rates.ours), median(rates.rival)];
    report({
      id: BUS === 'kafka' ? `${id}-kafka` : id,
      ours: us,
      rival: them,
      unit: 'events/s',
      ratio: Number((us / them).toFixed(2)),
      floor,
      met: us / them >= floor,
      spread: rates,
      invariants: broken.length === 0 ? 'held' : broken.join('; '),
      settings: {
        bus: BUS,
        customers,
        batch: load.BATCH,
        eventsPerRound: EVENTS,
        callers: { ours: OUR_CALLERS, rival: RIVAL_CALLERS },
        fsync: 'on',
        synchronous_commit: 'on',
        cpuMicrosPerEvent: ours.cpu(),
      },
      machine: machine(),
      when: new Date().toISOString(),
    });
  } finally {
    await rival.stop();
    await ours.stop();
    await postgres.stop();
  }
}

async function openOurs(postgres, customerCount) {
  const server = await startServer({ env: { DATABASE_URL: postgres.url }, postgres });
  const client = clientOf(server);
  const { customers, product } = await load.setUp(client, customerCount);
  let sent = 0;
  const used = { node: 0, postgres: 0 };
  return {
    customers,
    async round() {
      const batches = load.prepare(customers, EVENTS / load.BATCH);
      const before = cpuSeconds(server);
      const begin = performance.now();
      await load.sendAll(client, batches, OUR_CALLERS);
      sent += EVENTS;
      await load.untilVisible(client, product, sent);
      const seconds = (performance.now() - begin) / 1_000;
      const after = cpuSeconds(server);
      for (const part of ['node', 'postgres']) used[part] += after[part] - before[part];
      return EVENTS / seconds;
    },
    invariants: () => load.invariantsOf(client, sent),
    cpu: () => ({
      node: Math.round((used.node * 1e6) / sent),
      postgres: Math.round((used.postgres * 1e6) / sent),
    }),
    async stop() {
      client.close();
      await server.stop();
      server.remove();
    },
  };
}

async function openRival(postgres, customers) {
  const url = await createDatabase(postgres, 'rival');
  const { client, stop } = await startRival('track-in-postgres.mjs', {
    args: [url],
    env: { FEE: load.FEE },
  });
  let sent = 0;
  return {
    async round() {
      const begin = performance.now();
      const atFirst = sent;
      let customer = 0;
      const caller = async () => {
        while (performance.now() - begin < RIVAL_MS) {
          customer += 1;
          const body = load.batchOf(customers[customer % customers.length]);
          const { status, text } = await client.request('POST', '/events', body);
          if (status !== 202) throw new Error(`the rival: ${status} ${text}`);
          sent += load.BATCH;
        }
      };
      await Promise.all(Array.from({ length: RIVAL_CALLERS }, caller));
      return ((sent - atFirst) * 1_000) / (performance.now() - begin);
    },
    async invariants() {
      const sums = await client.get('/sums');
      const right =
        sums.events === sent &&
        Number(sums.trial) === 0 &&
        load.isTimes(sums.revenue, load.FEE, sent) &&
        load.isTimes(sums.debited, load.FEE, sent) &&
        load.isTimes(sums.costs, load.COST, sent);
      return right ? 'held' : `the rival: ${JSON.stringify(sums)} after ${sent} events`;
    },
    stop,
  };
}
