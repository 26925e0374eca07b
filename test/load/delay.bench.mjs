/**
 * R10: from POST until the balance has moved, and until the margin is there, at half of the highest
 * rate. That rate is measured first, closed loop. Then open loop: batches leave at fixed instants,
 * whatever is not answered yet; every tenth carries a probe, timed from its intended start. A probe's
 * customer is its own, so that its balance can only have moved for it.
 *
 * BENCH_EVENTS: events of the first part. BENCH_SECONDS: of the second. KAFKA_BROKERS: over Kafka.
 */
import { randomUUID } from 'node:crypto';
import { clientOf, machine, pause, percentile, report, startServer } from './harness.mjs';
import * as load from './pipeline-load.mjs';

const BUS = process.env.KAFKA_BROKERS ? 'kafka' : 'embedded';
const EVENTS = Number(process.env.BENCH_EVENTS ?? 60_000);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 30);
const CUSTOMERS = 1_000;
const CALLERS = 16;
const PROBE_EVERY = 10;
const FLOOR_MS = 500;

export async function run() {
  const server = await startServer();
  const client = clientOf(server, 128);
  try {
    const { customers, product } = await load.setUp(client, CUSTOMERS);
    const highest = await highestRate(client, customers, product);
    const rate = highest / 2;
    const delays = await openLoop(client, customers, rate);
    const sent = EVENTS + delays.sent;
    await load.untilVisible(client, product, sent);
    const invariants = await load.invariantsOf(client, sent);
    const row = (what, values) => ({
      id: `${BUS === 'kafka' ? 'R10-kafka' : 'R10'} ${what}`,
      ours: Math.round(percentile(values, 0.99)),
      rival: null,
      unit: 'ms p99',
      ratio: null,
      floor: FLOOR_MS,
      met: percentile(values, 0.99) <= FLOOR_MS,
      spread: { p50: Math.round(percentile(values, 0.5)), max: Math.round(Math.max(...values)) },
      invariants,
      settings: {
        bus: BUS,
        customers: CUSTOMERS,
        batch: load.BATCH,
        highestPerSecond: Math.round(highest),
        ratePerSecond: Math.round(rate),
        probes: values.length,
        refused: delays.refused,
        fsync: 'on',
        synchronous_commit: 'on',
      },
      machine: machine(),
      when: new Date().toISOString(),
    });
    report([row('balance', delays.balance), row('margin', delays.margin)]);
  } finally {
    client.close();
    await server.stop();
    server.remove();
  }
}

async function highestRate(client, customers, product) {
  const batches = load.prepare(customers, EVENTS / load.BATCH);
  const begin = performance.now();
  await load.sendAll(client, batches, CALLERS);
  await load.untilVisible(client, product, EVENTS);
  return (EVENTS * 1_000) / (performance.now() - begin);
}

async function openLoop(client, customers, rate) {
  const everyMs = (load.BATCH / rate) * 1_000;
  const count = Math.floor((SECONDS * 1_000) / everyMs);
  const delays = { balance: [], margin: [], refused: 0, sent: 0 };
  const inFlight = [];
  const begin = performance.now();
  for (let index = 0; index < count; index += 1) {
    const due = begin + index * everyMs;
    await pause(Math.max(0, due - performance.now()));
    const customer = customers[index % customers.length];
    inFlight.push(sendOne(client, customer, { due, probes: index % PROBE_EVERY === 0, delays }));
  }
  await Promise.all(inFlight);
  return delays;
}

async function sendOne(client, customer, { due, probes, delays }) {
  const id = randomUUID();
  const body = load.batchOf(customer, load.BATCH, [load.eventOf(id)]);
  const before = probes ? await balanceOf(client, customer) : undefined;
  const sent = await client.request('POST', '/events', body);
  if (sent.status !== 202) {
    delays.refused += 1;
    return;
  }
  delays.sent += load.BATCH;
  if (!probes) return;
  const moved = until(async () => (await balanceOf(client, customer)) !== before);
  // The server waits by itself for up to 2 s: asking again at once is enough.
  const shown = until(async () => {
    const { text } = await client.request('GET', `/events/${id}`);
    return JSON.parse(text).status === 'processed';
  });
  await Promise.all([
    moved.then(() => delays.balance.push(performance.now() - due)),
    shown.then(() => delays.margin.push(performance.now() - due)),
  ]);
}

async function balanceOf(client, customer) {
  const { accounts } = await client.get(`/customers/${customer}/wallet`);
  return accounts[0]?.available;
}

async function until(done) {
  while (!(await done())) await pause(5);
}
