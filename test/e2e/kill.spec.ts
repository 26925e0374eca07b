/**
 * kill -9 in the middle of a stream of usage: what was answered is there, nothing is there twice.
 *
 * Method: 20,000 events go out in batches of 100; at a third and at two thirds of the way the server
 * is killed and started again on the same folder. A client that got no answer sends the batch again.
 */
import { randomUUID } from 'node:crypto';
import {
  type Json,
  makeDataDir,
  pollUntil,
  type RunningServer,
  startServer,
} from '@kontor/testkit';
import { customerOf, simpleProduct, untilAvailable, usage } from './stories/setting';

const EVENTS = 20_000;
const BATCH = 100;
const CUSTOMERS = 20;

describe('kill -9 under load', () => {
  let server: RunningServer;
  afterAll(async () => {
    await server.stop();
    server.remove();
  }, 60_000);

  it(`loses and doubles nothing of ${EVENTS} events`, async () => {
    const dataDir = makeDataDir();
    server = await startServer({ dataDir });
    const { port } = server;
    await server.live.create(
      '/products',
      simpleProduct({ code: 'calls', eventType: 'call', value: { unit_price: '0.0000025' } }),
    );
    const vendor = (await server.live.create('/vendors', { name: 'Vendor' })).id;
    const customers: string[] = [];
    for (let index = 0; index < CUSTOMERS; index += 1)
      customers.push(await customerOf(server.live, 'calls'));

    const batches = Array.from({ length: EVENTS / BATCH }, (_, batch) => ({
      customer_id: customers[batch % CUSTOMERS],
      events: Array.from({ length: BATCH }, () =>
        usage(
          'call',
          {},
          {
            costs: [{ id: randomUUID(), vendor_id: vendor, amount: '0.000001' }],
          },
        ),
      ),
    }));

    const sendUntilAnswered = async (batch: Json): Promise<void> => {
      for (;;) {
        const answer = await server.live.post('/events', batch).catch(() => undefined);
        if (answer && answer.status < 300 && answer.body.rejected === 0) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < batches.length) {
        const mine = batches[next];
        next += 1;
        await sendUntilAnswered(mine);
      }
    };
    const killer = (async () => {
      for (const share of [1 / 3, 2 / 3]) {
        while (next < batches.length * share)
          await new Promise((resolve) => setTimeout(resolve, 5));
        await server.kill();
        server = await startServer({ dataDir, port });
      }
    })();
    await Promise.all([killer, ...Array.from({ length: 4 }, worker)]);

    // 1,000 fees of 0.0000025 each.
    for (const customer of customers) await untilAvailable(server.live, customer, '-0.0025');
    const summary = await pollUntil(
      async () => {
        const { summary: now } = await server.live.read('/customers/stats?limit=1');
        const { total_count: seen } = await server.live.read('/events?limit=1');
        return now.gross_revenue === '0.05' && now.total_costs === '0.02' && seen === EVENTS && now;
      },
      { timeoutMs: 60_000, what: 'all of it in the read models' },
    );
    expect(summary).toMatchObject({ net_revenue: '0.03', margin: '0.6' });
    for (const customer of customers) {
      const list = await server.live.read(`/events?customer_id=${customer}&limit=1`);
      expect(list.total_count).toBe(EVENTS / CUSTOMERS);
    }
    expect((await server.live.read('/admin/trial-balance')).balanced).toBe(true);
    for (const service of ['rating', 'wallet-ledger', 'profitability-projection']) {
      const { items } = await server.live.read(`/admin/${service}/dead-letters`);
      expect(items).toEqual([]);
    }
  }, 240_000);
});
