/**
 * Two processes of every service, a PostgreSQL and an Apache Kafka of their own, each behind a proxy,
 * and what may happen to them: the same checks after every schedule.
 */
import { randomUUID } from 'node:crypto';
import { describeOwnKafka, pollUntil } from '@kontor/testkit';
import { customerOf, send, simpleProduct, unique, usage } from '../e2e/stories/setting';
import { isLongRun, seedOfRun } from './random';
import { runFaults } from './run-faults';
import { openDistributedWorld, type World } from './world';

const SCHEDULES = Number(process.env['KONTOR_FAULT_SCHEDULES'] ?? (isLongRun ? 5 : 1));
const FAULTS = Number(process.env['KONTOR_FAULTS'] ?? (isLongRun ? 40 : 13));
const SCHEDULE_MS_MAX = 400_000 + FAULTS * 30_000;

describeOwnKafka('faults of a distributed installation under load', () => {
  let world: World;
  beforeAll(async () => {
    world = await openDistributedWorld();
  }, 400_000);
  afterAll(() => world?.stop(), 180_000);

  interface Readiness {
    readonly status: number;
    readonly text: string;
  }
  async function ready(name: string): Promise<Readiness> {
    const answer = await fetch(`${world.process(name).url}/health/ready`);
    return { status: answer.status, text: `${name}: ${await answer.text()}` };
  }
  const all = (): Promise<Readiness[]> => Promise.all(world.processes.map(ready));
  async function notReady(): Promise<string[]> {
    return (await all()).filter(({ status }) => status !== 200).map(({ text }) => text);
  }
  const everybodyReady = async (): Promise<boolean> => (await notReady()).length === 0;
  /** What it waits for follows from the end of an outage, on whatever machine. */
  const byItself = (what: string, look: () => Promise<boolean>): Promise<unknown> =>
    pollUntil(look, { timeoutMs: 120_000, what });
  const isProcessed = async (id: string): Promise<boolean> =>
    (await world.apis[0]!.get(`/events/${id}`)).body.status === 'processed';

  it('accepts usage, authorizes and stays ready while Kafka is down, and catches up by itself', async () => {
    const [api] = world.apis;
    const code = unique('outage');
    const price = { code, eventType: code, value: { unit_price: '0.5' } };
    await api!.create('/products', simpleProduct(price));
    const customer = await customerOf(api!, code);
    const credit = { transaction_id: randomUUID(), asset: 'USD', amount: '5', reason: 'gift' };
    await api!.create(`/customers/${customer}/wallet/adjustments`, credit);
    // So that every consumer is at work before the outage.
    const before = usage(code, {});
    await send(api!, customer, before);
    await byItself('processing before the outage', () => isProcessed(before.id));

    await world.kafka!.kill();
    try {
      const events = [usage(code, {}), usage(code, {})];
      expect(await send(api!, customer, ...events)).toMatchObject({ accepted: 2 });
      const hold = { id: randomUUID(), customer_id: customer, amount: '1' };
      expect(await api!.create('/authorizations', hold)).toMatchObject({ status: 'authorized' });
      // A database may be slow for a moment; Kafka is away all the time.
      await byItself('everybody ready without Kafka', everybodyReady);
      expect(await isProcessed(events[0].id)).toBe(false);
      await world.kafka!.start();
      for (const { id } of events) await byItself(`processing of ${id}`, () => isProcessed(id));
    } finally {
      await world.kafka!.start();
    }
  }, 300_000);

  it('answers 503 while PostgreSQL is away, stays up, and goes on by itself', async () => {
    const [api] = world.apis;
    const pids = world.processes.map((name) => world.process(name).process.pid);
    const code = unique('away');
    const customer = await customerOf(api!);
    const event = usage(code, {});
    const body = { customer_id: customer, events: [event] };
    world.postgresProxy!.set('cut');
    try {
      const hold = { id: randomUUID(), customer_id: customer, amount: '1' };
      for (const answer of [
        await api!.post('/events', body),
        await api!.post('/authorizations', hold),
        await api!.get(`/customers/${customer}/wallet`),
      ]) {
        expect([answer.status, answer.body]).toMatchObject([503, {}]);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      }
      await byItself('nobody ready', async () => (await notReady()).length === pids.length);
    } finally {
      world.postgresProxy!.set('pass');
    }
    await byItself('everybody ready', everybodyReady);
    await byItself('usage accepted', async () => (await api!.post('/events', body)).status < 300);
    await byItself('processing after the outage', () => isProcessed(event.id));
    expect(world.processes.map((name) => world.process(name).process.pid)).toEqual(pids);
  }, 300_000);

  it(
    `lose, double and spend nothing: KONTOR_SEED=${seedOfRun()}`,
    () => runFaults(world, { seed: seedOfRun(), count: FAULTS }),
    SCHEDULE_MS_MAX,
  );
});

// Each in a world of its own: the disk is small, and what a schedule leaves behind stays there.
for (let further = 1; further < SCHEDULES; further += 1)
  describeOwnKafka(`further faults of a distributed installation, ${further}`, () => {
    const seed = seedOfRun() + further;
    let world: World;
    beforeAll(async () => {
      world = await openDistributedWorld();
    }, 400_000);
    afterAll(() => world?.stop(), 180_000);

    it(
      `lose, double and spend nothing: KONTOR_SEED=${seed}`,
      () => runFaults(world, { seed, count: FAULTS }),
      SCHEDULE_MS_MAX,
    );
  });
