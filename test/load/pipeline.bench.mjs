/**
 * The whole path: events a second from POST to margin, and the delay at half of that.
 *
 * Closed loop for the rate: CALLERS requests of 100 events in flight until EVENTS are sent; the clock
 * stops when the read model holds the last of them. Open loop for the delay: batches leave at fixed
 * instants; a probe event of its own is asked for until it is processed, from its intended start.
 */
import { randomUUID } from 'node:crypto';
import {
  clientOf,
  cpuSeconds,
  machine,
  pause,
  percentile,
  report,
  startServer,
} from './harness.mjs';

const BUS = process.env.KAFKA_BROKERS ? 'kafka' : 'embedded';
const CUSTOMERS = 1_000;
const BATCH = 100;
const EVENTS = Number(process.env.BENCH_EVENTS ?? 100_000);
const CALLERS = 16;
const PROBE_SECONDS = Number(process.env.BENCH_PROBE_SECONDS ?? 20);
const FEE = '0.0000025';
const COST = '0.000001';

export async function run() {
  const server = await startServer({
    env: process.env.KAFKA_BROKERS ? { KAFKA_BROKERS: process.env.KAFKA_BROKERS } : {},
  });
  const client = clientOf(server);
  try {
    const { customers, product } = await setUp(client);
    const batches = prepare(customers, EVENTS / BATCH);
    const cpuBefore = cpuSeconds(server);
    const begin = performance.now();
    await sendAll(client, batches);
    const acceptedMs = performance.now() - begin;
    await untilTotal(client, product, EVENTS);
    const seconds = (performance.now() - begin) / 1_000;
    const cpuAfter = cpuSeconds(server);
    const invariants = await check(client, EVENTS);
    const rate = Math.round(EVENTS / seconds);
    const delays = await probe(client, customers, rate / 2);
    const settings = {
      bus: BUS,
      customers: CUSTOMERS,
      batch: BATCH,
      events: EVENTS,
      callers: CALLERS,
      fsync: 'on',
      cpuMicrosPerEvent: {
        node: microsPerEvent(cpuAfter.node - cpuBefore.node),
        postgres: microsPerEvent(cpuAfter.postgres - cpuBefore.postgres),
      },
      acceptedPerSecond: Math.round((EVENTS / acceptedMs) * 1_000),
    };
    report([
      row(`pipeline-${BUS} rate`, rate, 'events/s', { invariants, settings, spread: null }),
      ...(delays.length === 0
        ? []
        : [
            row(
              `pipeline-${BUS} delay`,
              Math.round(percentile(delays, 0.99)),
              'ms p99 from POST to margin',
              {
                invariants,
                settings: {
                  ...settings,
                  ratePerSecond: Math.round(rate / 2),
                  probes: delays.length,
                },
                spread: {
                  p50: Math.round(percentile(delays, 0.5)),
                  max: Math.round(Math.max(...delays)),
                },
              },
            ),
          ]),
    ]);
  } finally {
    client.close();
    await server.stop();
    server.remove();
  }
}

const row = (id, ours, unit, rest) => ({
  id,
  ours,
  rival: null,
  unit,
  ratio: null,
  floor: null,
  met: null,
  ...rest,
  machine: machine(),
  when: new Date().toISOString(),
});

const microsPerEvent = (seconds) => Math.round((seconds * 1e6) / EVENTS);

async function setUp(client) {
  await client.post('/vendors', { name: 'Vendor', external_id: 'vendor' });
  const product = await client.post('/products', {
    name: 'Calls',
    code: 'calls',
    publish: true,
    prices: [
      {
        name: 'Calls',
        type: 'usage_based',
        billing_model: { type: 'real_time' },
        usage_calculation: { event_type: 'call', usage_type: 'unit' },
        pricing: [{ asset: 'USD', values: [{ unit_price: FEE }] }],
      },
    ],
  });
  const ids = [];
  for (let at = 0; at < CUSTOMERS; at += 50)
    ids.push(
      ...(await Promise.all(
        Array.from({ length: 50 }, () =>
          client.post('/customers', {
            name: 'Customer',
            subscriptions: [{ products: [{ code: 'calls' }] }],
          }),
        ),
      )),
    );
  return { customers: ids.map(({ id }) => id), product: product.id };
}

const batchOf = (customer, size, first = []) =>
  JSON.stringify({
    customer_id: customer,
    events: [...first, ...Array.from({ length: size - first.length }, () => eventOf(randomUUID()))],
  });

const eventOf = (id) => ({
  id,
  event_type: 'call',
  occurred_at: new Date().toISOString(),
  subject: `task_${id.slice(0, 4)}`,
  data: { model: 'large', tokens: 1200 },
  costs: [{ id: randomUUID(), vendor_external_id: 'vendor', amount: COST }],
});

const prepare = (customers, count) =>
  Array.from({ length: count }, (_, index) => batchOf(customers[index % customers.length], BATCH));

async function sendAll(client, batches) {
  let next = 0;
  const caller = async () => {
    while (next < batches.length) {
      const body = batches[next];
      next += 1;
      for (;;) {
        const { status, text } = await client.request('POST', '/events', body);
        if (status === 202) break;
        if (status !== 429 && status !== 503) throw new Error(`${status} ${text}`);
        await pause(20);
      }
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
}

const summary = async (client) => (await client.get('/customers/stats?limit=1')).summary;
const times = (decimal, count) =>
  (BigInt(Math.round(Number(decimal) * 1e12)) * BigInt(count)).toString();
const units = (text) => BigInt(Math.round(Number(text) * 1e12)).toString();

/** Asks for one row of the read model, seldom: measuring must not be what is measured. */
async function untilTotal(client, product, events) {
  for (;;) {
    const { gross_revenue, total_costs } = await client.get(`/products/${product}/stats`);
    if (units(gross_revenue) === times(FEE, events) && units(total_costs) === times(COST, events))
      return;
    await pause(200);
  }
}

async function check(client, events) {
  const { gross_revenue } = await summary(client);
  const balance = await client.get('/admin/trial-balance');
  const list = await client.get('/events?limit=1');
  const broken = [
    units(gross_revenue) !== times(FEE, events) && `revenue ${gross_revenue}`,
    list.total_count !== events && `events ${list.total_count}`,
    !balance.balanced && 'trial balance',
  ].filter(Boolean);
  return broken.length === 0 ? 'held' : broken.join(', ');
}

async function probe(client, customers, rate) {
  const everyMs = (BATCH / rate) * 1_000;
  const count = Math.floor((PROBE_SECONDS * 1_000) / everyMs);
  const begin = performance.now();
  const delays = [];
  const inFlight = [];
  for (let index = 0; index < count; index += 1) {
    const due = begin + index * everyMs;
    await pause(Math.max(0, due - performance.now()));
    // Every tenth batch carries a probe: asking for each would measure the asking.
    const id = randomUUID();
    const body = batchOf(customers[index % customers.length], BATCH, [eventOf(id)]);
    const sent = client.request('POST', '/events', body);
    inFlight.push(
      sent.then(async ({ status }) => {
        if (status !== 202 || index % 10 !== 0) return;
        for (;;) {
          const { text } = await client.request('GET', `/events/${id}`);
          // The server waits by itself for up to 2 s: asking again at once is enough.
          if (JSON.parse(text).status === 'processed') break;
        }
        delays.push(performance.now() - due);
      }),
    );
  }
  await Promise.all(inFlight);
  return delays;
}
