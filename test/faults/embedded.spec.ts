/**
 * Everything in one process, and what may happen to it: the same checks after every schedule.
 */
import { randomUUID } from 'node:crypto';
import {
  createDatabase,
  pollUntil,
  type RunningServer,
  startServer,
  type TestDatabase,
} from '@kontor/testkit';
import { customerOf, processed, usage } from '../e2e/stories/setting';
import { isLongRun, seedOfRun } from './random';
import { runFaults } from './run-faults';
import { TcpProxy } from './tcp-proxy';
import { openEmbeddedWorld, type World } from './world';

const SCHEDULES = Number(process.env['KONTOR_FAULT_SCHEDULES'] ?? (isLongRun ? 5 : 1));
const FAULTS = Number(process.env['KONTOR_FAULTS'] ?? (isLongRun ? 30 : 6));
const SCHEDULE_MS_MAX = 300_000 + FAULTS * 20_000;

describe('faults of an embedded installation under load', () => {
  let world: World;
  beforeAll(async () => {
    world = await openEmbeddedWorld();
  }, 120_000);
  afterAll(() => world?.stop(), 120_000);

  it.each(Array.from({ length: SCHEDULES }, (_, index) => seedOfRun() + index))(
    'lose, double and spend nothing: KONTOR_SEED=%i',
    async (seed) => {
      await runFaults(world, { seed, count: FAULTS });
    },
    SCHEDULE_MS_MAX,
  );
});

describe('an installation in one process whose PostgreSQL is away', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let server: RunningServer;
  beforeAll(async () => {
    database = await createDatabase();
    const url = new URL(database.url);
    const port = Number(url.port);
    proxy = await TcpProxy.open(() => port);
    url.port = String(proxy.port);
    server = await startServer({ env: { DATABASE_URL: url.toString() } });
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    server?.remove();
    await proxy?.close();
    await database?.drop();
  }, 60_000);

  it('answers 503 with Retry-After, stays up, and goes on by itself', async () => {
    const { live, process: child } = server;
    const customer = await customerOf(live);
    const event = usage('call', {});
    const body = { customer_id: customer, events: [event] };
    const hold = { id: randomUUID(), customer_id: customer, amount: '1' };
    const ready = async (): Promise<number> => (await live.get('/health/ready')).status;
    proxy.set('cut');
    try {
      for (const answer of [
        await live.post('/events', body),
        await live.post('/authorizations', hold),
        await live.get(`/customers/${customer}/wallet`),
      ]) {
        expect([answer.status, answer.body]).toMatchObject([503, { code: 'database_unavailable' }]);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      }
      await pollUntil(async () => (await ready()) === 503, { what: 'not ready' });
      expect((await live.get('/health/live')).status).toBe(200);
    } finally {
      proxy.set('pass');
    }
    await pollUntil(async () => (await ready()) === 200, { timeoutMs: 60_000, what: 'ready' });
    expect((await live.post('/events', body)).status).toBeLessThan(300);
    await processed(live, event.id);
    expect(child.exitCode).toBeNull();
  }, 120_000);
});
