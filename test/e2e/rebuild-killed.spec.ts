/** A read model is being made again when the process is killed: nothing of it is left, nothing is lost. */
import { randomUUID } from 'node:crypto';
import {
  type Json,
  makeDataDir,
  pollUntil,
  type RunningServer,
  startServer,
} from '@kontor/testkit';
import { customerOf, simpleProduct, usage } from './stories/setting';

const REBUILDS = '/admin/profitability-projection/rebuilds';
const BATCHES = 30;
const BATCH = 100;

describe('a rebuild whose process is killed', () => {
  let server: RunningServer;
  afterAll(async () => {
    await server.stop();
    server.remove();
  }, 60_000);

  it('is interrupted, leaves the served view as it is, and starts over cleanly', async () => {
    const dataDir = makeDataDir();
    server = await startServer({ dataDir });
    const { port } = server;
    await server.live.create(
      '/products',
      simpleProduct({ code: 'calls', eventType: 'call', value: { unit_price: '0.0000025' } }),
    );
    const vendor = (await server.live.create('/vendors', { name: 'Vendor' })).id;
    const customer_id = await customerOf(server.live, 'calls');
    const cost = () => ({ id: randomUUID(), vendor_id: vendor, amount: '0.000001' });
    for (let batch = 0; batch < BATCHES; batch += 1)
      await server.live.create('/events', {
        customer_id,
        events: Array.from({ length: BATCH }, () => usage('call', {}, { costs: [cost()] })),
      });

    for (const delayMs of [200, 1_200]) {
      const { id } = await server.live.create(REBUILDS, { verify: true });
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await server.kill();
      server = await startServer({ dataDir, port });
      // What PostgreSQL was doing for the killed process may go on for a moment.
      await pollUntil(
        async () => {
          const { state } = await server.live.read(`${REBUILDS}/${id}`);
          return ['interrupted', 'done'].includes(state);
        },
        { timeoutMs: 30_000, what: 'the end of the killed rebuild' },
      );
    }

    const { id } = await server.live.create(REBUILDS, { verify: true });
    const rebuild = await pollUntil<Json>(
      async () => {
        const found = await server.live.read(`${REBUILDS}/${id}`);
        return found.ended_at !== null && found;
      },
      { timeoutMs: 90_000, what: 'the end of the rebuild' },
    );
    expect(rebuild).toMatchObject({ state: 'done', comparison: { same: true, differences: [] } });
    const events = await server.live.read('/events?limit=1');
    expect(events.total_count).toBe(BATCHES * BATCH);
  }, 240_000);
});
