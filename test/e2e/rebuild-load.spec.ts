/**
 * Read models rebuilt in the running product while usage comes in.
 *
 * Method: a client sends events at a fixed rate in batches of 100, open loop, while views are made
 * again, compared and swapped one after the other. KONTOR_TEST_RATE (default 200, up to 1000) is the
 * rate of events a second. At the end every event has its fee, debit and cost, the books balance,
 * nothing is parked, and `verify` finds no difference anywhere.
 */
import { randomUUID } from 'node:crypto';
import {
  type Json,
  makeDataDir,
  pollUntil,
  type RunningServer,
  startServer,
} from '@kontor/testkit';
import { customerOf, simpleProduct, usage } from './stories/setting';

const BATCH = 100;
const BATCHES_PER_SECOND = Number(process.env['KONTOR_TEST_RATE'] ?? 200) / BATCH;
const CUSTOMERS = 10;
const SERVICES = [
  'ingestion-gateway',
  'rating',
  'cost-attribution',
  'wallet-ledger',
  'profitability-projection',
];

describe('rebuilds under load', () => {
  let server: RunningServer;
  const dataDir = makeDataDir();
  const customers: string[] = [];
  let vendor = '';
  let accepted = 0;
  const sent = new Map<string, number>();

  beforeAll(async () => {
    server = await startServer({ dataDir });
    await server.live.create(
      '/products',
      simpleProduct({ code: 'calls', eventType: 'call', value: { unit_price: '0.0000025' } }),
    );
    vendor = (await server.live.create('/vendors', { name: 'Vendor' })).id;
    for (let index = 0; index < CUSTOMERS; index += 1)
      customers.push(await customerOf(server.live, 'calls'));
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    server.remove();
  }, 60_000);

  async function send(batch: number): Promise<void> {
    const events = Array.from({ length: BATCH }, () =>
      usage('call', {}, { costs: [{ id: randomUUID(), vendor_id: vendor, amount: '0.000001' }] }),
    );
    const customer = customers[batch % CUSTOMERS] ?? '';
    const body = { customer_id: customer, events };
    for (;;) {
      const answer = await server.live.post('/events', body).catch(() => undefined);
      if (answer && answer.status < 300 && answer.body.rejected === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    accepted += BATCH;
    sent.set(customer, (sent.get(customer) ?? 0) + BATCH);
  }

  /** Sends at the rate until told to stop; resolves when every batch was answered. */
  function load(): () => Promise<void> {
    const sending: Promise<void>[] = [];
    const next = (): unknown => sending.push(send(sending.length));
    const timer = setInterval(next, 1_000 / BATCHES_PER_SECOND);
    return async () => {
      clearInterval(timer);
      await Promise.all(sending);
    };
  }

  const ended = (path: string, id: string): Promise<Json> =>
    pollUntil(
      async () => {
        const { status, body } = await server.live.get(`${path}/${id}`);
        return status === 200 && body.ended_at !== null && body;
      },
      { timeoutMs: 90_000, what: 'the end of a rebuild' },
    );

  async function rebuilt(service: string, request: object): Promise<Json> {
    const path = `/admin/${service}/rebuilds`;
    return ended(path, (await server.live.create(path, request)).id);
  }

  const allProcessed = (): Promise<unknown> =>
    pollUntil(
      async () => {
        const { items } = await server.live.read('/admin/profitability-projection/consumers');
        const isBehind = items.some(({ lag }: Json) => lag > 0);
        const { summary } = await server.live.read('/customers/stats?limit=1');
        const [revenue, costs] = [summary.gross_revenue, summary.total_costs].map(Number);
        const expected = [accepted * 0.0000025, accepted * 0.000001];
        // Amounts have 12 places, and doubles 15 digits.
        const isWhole = [revenue, costs].every(
          (sum, at) => Math.abs((sum ?? 0) - (expected[at] ?? 0)) < 1e-9,
        );
        return !isBehind && isWhole && (await eventsSeen()) === accepted;
      },
      { timeoutMs: 90_000, what: 'everything in the view' },
    );

  /** Events that the view has, by the count that every list of events carries. */
  const eventsSeen = async (): Promise<number> =>
    (await server.live.read('/events?limit=1')).total_count;

  it('serves and loses nothing while every view is made again', async () => {
    const stop = load();
    try {
      for (const service of SERVICES)
        expect(await rebuilt(service, { verify: true })).toMatchObject({
          ...{ state: 'done', reason: null },
          comparison: { same: true, differences: [] },
        });
    } finally {
      await stop();
    }
    await allProcessed();
    for (const customer of customers)
      expect((await server.live.read(`/events?customer_id=${customer}&limit=1`)).total_count).toBe(
        sent.get(customer) ?? 0,
      );
    expect((await server.live.read('/admin/trial-balance')).balanced).toBe(true);
    for (const service of SERVICES) {
      expect((await server.live.read(`/admin/${service}/dead-letters`)).items).toEqual([]);
      expect(await rebuilt(service, { verify: true, swap: false })).toMatchObject({
        ...{ state: 'done', reason: null },
        comparison: { same: true, differences: [] },
      });
    }
  }, 280_000);
});
