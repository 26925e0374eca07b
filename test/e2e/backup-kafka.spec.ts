/**
 * Backup and restore of an installation on Kafka: its topics become copies of the restored logs, and
 * a process on a database that was not restored with the others stops instead of skipping.
 *
 * Method: one database is backed up under load, restored into one database for each service, backed
 * up from there, and restored into one database again.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import {
  createDatabase,
  describeKafka,
  type Json,
  makeDataDir,
  pollUntil,
  type RunningServer,
  startServer,
  type TestDatabase,
} from '@kontor/testkit';
import { startCommand } from './stories/command-line';
import { customerOf, processed, simpleProduct, usage } from './stories/setting';

const OWN_DATABASES = [
  'INGESTION_GATEWAY',
  'CATALOG',
  'RATING',
  'WALLET_LEDGER',
  'COST_ATTRIBUTION',
  'PROFITABILITY_PROJECTION',
];
const BATCH = 20;

describeKafka('Backup and restore over Kafka', (kafka) => {
  const folder = path.join(makeDataDir(), 'one');
  const second = path.join(path.dirname(folder), 'two');
  const databases: TestDatabase[] = [];
  const servers: RunningServer[] = [];
  const before: Json[] = [];
  let old: TestDatabase;
  let last: TestDatabase;
  let own: Record<string, string>;
  let inbound: string;
  let platform: string;
  let batchesAfter = 0;

  const bus = (): Record<string, string> => ({
    KAFKA_BROKERS: kafka.brokers().join(','),
    KONTOR_KAFKA_PREFIX: kafka.prefix,
  });
  const newDatabase = async (): Promise<TestDatabase> => {
    const database = await createDatabase();
    databases.push(database);
    return database;
  };
  const serve = async (database: TestDatabase): Promise<RunningServer> => {
    const server = await startServer({ env: { DATABASE_URL: database.url, ...bus() } });
    servers.push(server);
    return server;
  };
  const client = () => new Kafka({ brokers: kafka.brokers(), logLevel: logLevel.NOTHING });
  async function produce(body: Json): Promise<void> {
    const producer = client().producer();
    await producer.connect();
    await producer.send({
      topic: `${kafka.prefix}usage.ingest.v1`,
      messages: [{ value: JSON.stringify(body), headers: { 'kontor-platform': platform } }],
    });
    await producer.disconnect();
  }
  async function recordsOn(topic: string): Promise<number> {
    const admin = client().admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(kafka.prefix + topic);
    await admin.disconnect();
    return offsets.reduce((sum, { high }) => sum + Number(high), 0);
  }

  beforeAll(async () => {
    old = await newDatabase();
  });
  afterAll(async () => {
    for (const server of servers) {
      await server.stop();
      server.remove();
    }
    for (const database of databases) await database.drop();
    rmSync(path.dirname(folder), { recursive: true, force: true });
  }, 60_000);

  it('backs up under load, and restores nothing while consumers run', async () => {
    const server = await serve(old);
    const { live } = server;
    await live.create(
      '/products',
      simpleProduct({ code: 'calls', eventType: 'call', value: { unit_price: '0.01' } }),
    );
    const customer = await customerOf(live, 'calls');
    platform = (await live.read('/accounts/self')).account_id;
    const ingested = usage('call', {});
    inbound = ingested.id;
    await produce({ customer_id: customer, events: [ingested] });
    await processed(live, inbound);
    let isBefore = true;
    let isOver = false;
    const writing = (async () => {
      while (!isOver) {
        const events = Array.from({ length: BATCH }, () => usage('call', {}));
        const body = { customer_id: customer, events };
        expect(await live.create('/events', body)).toMatchObject({ accepted: BATCH });
        if (isBefore) before.push(body);
        else batchesAfter += 1;
      }
    })();
    await pollUntil(() => before.length >= 20, { timeoutMs: 60_000 });
    isBefore = false;
    const taken = await startCommand(['backup', folder], { DATABASE_URL: old.url }).finished;
    isOver = true;
    await writing;
    expect(taken).toMatchObject({ code: 0 });

    const target = await newDatabase();
    const refused = await startCommand(['restore', folder], { DATABASE_URL: target.url, ...bus() })
      .finished;
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('these consumers run on Kafka');
    await server.stop();
  }, 180_000);

  it('restores into a database for each service, and makes the topics anew', async () => {
    own = {};
    for (const name of OWN_DATABASES) own[`DATABASE_URL_${name}`] = (await newDatabase()).url;
    const refused = await startCommand(['restore', folder], own).finished;
    expect(refused.stderr).toContain('KAFKA_BROKERS is not set');
    const done = await startCommand(['restore', folder], { ...own, ...bus() }).finished;
    expect(done).toEqual({ ...done, code: 0, stderr: expect.not.stringContaining('Error') });
    expect(done.stdout).toContain('no differences, the books balance');
    expect(await recordsOn('usage.ingest.v1')).toBe(1);
  }, 240_000);

  it('backs up databases of each service, and restores them into one', async () => {
    const taken = await startCommand(['backup', second], own).finished;
    expect(taken).toMatchObject({ code: 0 });
    last = await newDatabase();
    const done = await startCommand(['restore', second], { DATABASE_URL: last.url, ...bus() })
      .finished;
    expect(done).toEqual({ ...done, code: 0, stderr: expect.not.stringContaining('Error') });
    expect(done.stdout).toContain('no differences, the books balance');
    const again = await startCommand(['restore', second], { DATABASE_URL: last.url, ...bus() })
      .finished;
    expect(again).toMatchObject({ code: 2 });
    expect(again.stderr).toContain('The database is not empty');
  }, 240_000);

  it('has everything that was answered before, once, and goes on', async () => {
    const server = await serve(last);
    const { live } = server;
    for (const { events } of before)
      expect((await live.read(`/events/${events[0].id}`)).fees).toHaveLength(1);
    const again = await live.create('/events', before[0]);
    expect(again).toMatchObject({ accepted: 0, duplicates: BATCH });
    // More than the old database had: the topic goes on beyond what it knows.
    for (let batch = 0; batch <= batchesAfter + 5; batch += 1) {
      const event = usage('call', {});
      await live.create('/events', { customer_id: before[0].customer_id, events: [event] });
      if (batch > batchesAfter) await processed(live, event.id);
    }
    const next = usage('call', {});
    await produce({ customer_id: before[0].customer_id, events: [next] });
    await processed(live, next.id);
    expect((await processed(live, inbound)).fees).toHaveLength(1);
    expect((await live.read('/admin/trial-balance')).balanced).toBe(true);
    await server.stop();
  }, 120_000);

  it('stops a process whose database was not restored with the others, instead of skipping', async () => {
    const server = await serve(old);
    const states = await pollUntil(
      async () => {
        const { items } = await server.live.read('/admin/rating/consumers');
        const halted = items.filter(
          (item: Json) => item.consumer === 'rating.usage' && /incarnation/.test(item.state),
        );
        return halted.length > 0 && halted;
      },
      { timeoutMs: 60_000, what: 'the refusal of a consumer that knew the old log' },
    );
    expect(states[0].state).toContain('Kafka has a log of incarnation');
    await server.stop();
  }, 120_000);
});
