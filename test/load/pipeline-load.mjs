/** The load of the whole path: who is billed, what is sent, and what must be true afterwards. */
import { randomUUID } from 'node:crypto';
import { pause } from './harness.mjs';

export const BATCH = 100;
export const FEE = '0.0000025';
export const COST = '0.000001';

/** A vendor, a product whose unit costs FEE, and its subscribers. */
export async function setUp(client, customerCount) {
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
  const subscribe = () =>
    client.post('/customers', {
      name: 'Customer',
      subscriptions: [{ products: [{ code: 'calls' }] }],
    });
  const customers = [];
  while (customers.length < customerCount) {
    const count = Math.min(50, customerCount - customers.length);
    customers.push(...(await Promise.all(Array.from({ length: count }, subscribe))));
  }
  return { customers: customers.map(({ id }) => id), product: product.id };
}

export const eventOf = (id) => ({
  id,
  event_type: 'call',
  occurred_at: new Date().toISOString(),
  subject: `task_${id.slice(0, 4)}`,
  data: { model: 'large', tokens: 1200 },
  costs: [{ id: randomUUID(), vendor_external_id: 'vendor', amount: COST }],
});

export const batchOf = (customer, size = BATCH, first = []) =>
  JSON.stringify({
    customer_id: customer,
    events: [...first, ...Array.from({ length: size - first.length }, () => eventOf(randomUUID()))],
  });

/** Bodies of BATCH events, customer after customer. */
export const prepare = (customers, count) =>
  Array.from({ length: count }, (_, index) => batchOf(customers[index % customers.length]));

/** Closed loop: `callers` requests in flight until all are answered `expected`. */
export async function sendAll(client, batches, callers, expected = 202) {
  let next = 0;
  const caller = async () => {
    while (next < batches.length) {
      const body = batches[next];
      next += 1;
      for (;;) {
        const { status, text } = await client.request('POST', '/events', body);
        if (status === expected) break;
        if (status !== 429 && status !== 503) throw new Error(`${status} ${text}`);
        await pause(20);
      }
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

const units = (text) => BigInt(Math.round(Number(text) * 1e12));
export const isTimes = (sum, each, count) => units(sum) === units(each) * BigInt(count);

/** Until the read model holds all of them: one row is asked, seldom, so that asking costs nothing. */
export async function untilVisible(client, product, events) {
  for (;;) {
    const stats = await client.get(`/products/${product}/stats`);
    if (isTimes(stats.gross_revenue, FEE, events) && isTimes(stats.total_costs, COST, events))
      return;
    await pause(50);
  }
}

/** What broke, or `held`. */
export async function invariantsOf(client, events) {
  const { summary } = await client.get('/customers/stats?limit=1');
  const balance = await client.get('/admin/trial-balance');
  const list = await client.get('/events?limit=1');
  const broken = [
    !isTimes(summary.gross_revenue, FEE, events) && `revenue ${summary.gross_revenue}`,
    !isTimes(summary.total_costs, COST, events) && `costs ${summary.total_costs}`,
    list.total_count !== events && `events ${list.total_count}`,
    !balance.balanced && 'trial balance',
  ].filter(Boolean);
  return broken.length === 0 ? 'held' : broken.join(', ');
}
