/**
 * Usage from the inbound topic, delivered as the bus delivers it, on real PostgreSQL. That Kafka
 * itself is read so is the business of the bus's own contract.
 */
import { randomUUID } from 'node:crypto';
import {
  createWakeups,
  openPostgresBus,
  type EventBus,
  type InboundRecord,
  type RawSubscription,
  type RefusedRecord,
} from '@kontor/event-log';
import { openDatabase, type Database } from '@kontor/postgres';
import { readConfig, runServices, type RunningServices } from '@kontor/service-host';
import {
  ApiClient,
  createDatabase,
  type Json,
  loggedFacts,
  type TestDatabase,
} from '@kontor/testkit';
import { ingestionGatewayService } from '../src';
import { body, cost, CUSTOMER, LIVE_KEY, usage, VENDOR } from './setting';

const CLUSTER = randomUUID();
const PARTITION = 3;

describe('usage from the inbound topic', () => {
  let home: TestDatabase;
  let busDatabase: Database;
  let running: RunningServices;
  let live: ApiClient;
  let subscription: RawSubscription;
  let isCatalogSilent = false;
  let offset = 0;

  beforeAll(async () => {
    home = await createDatabase();
    busDatabase = await openDatabase({ url: home.url, service: 'bus' });
    const wakeups = createWakeups();
    const bus: EventBus = Object.assign(openPostgresBus({ database: busDatabase, wakeups }), {
      subscribeRaw: async (raw: RawSubscription) => {
        subscription = raw;
        await raw.checkpoints(CLUSTER);
        return { stop: () => Promise.resolve() };
      },
    });
    running = await runServices([ingestionGatewayService], {
      config: { ...readConfig({ PORT: '0', LOG_LEVEL: 'error' }), apiKey: LIVE_KEY },
      databaseUrl: home.url,
      bus,
      wakeups,
      processMetrics: false,
    });
    live = new ApiClient(running.url, LIVE_KEY);
    const { internal } = running.services[0]!.runtime;
    internal.serve('catalog.resolve-customers', async (_tenant, { customerIds }) => {
      if (isCatalogSilent) throw new Error('down');
      const known = customerIds.filter((id) => id === CUSTOMER);
      const customers = known.map((customerId) => ({ customerId, externalId: null, position: 1 }));
      return { head: 2, customers };
    });
    internal.serve('cost-attribution.resolve-vendors', async () => ({
      head: 1,
      vendors: [{ vendorId: VENDOR, externalId: 'openai' }],
    }));
  });
  afterAll(async () => {
    await running.stop();
    await busDatabase.close();
    await home.drop();
  });

  const record = (value: unknown, headers: Record<string, string> = {}): InboundRecord => ({
    partition: PARTITION,
    offset: offset++,
    key: Buffer.from('k'),
    value:
      typeof value === 'string'
        ? Buffer.from(value)
        : value === null
          ? null
          : Buffer.from(JSON.stringify(value)),
    headers: new Map(Object.entries(headers)),
  });
  const deliver = (...records: InboundRecord[]) =>
    subscription.deliver([{ topic: 'usage.ingest.v1', partition: PARTITION, records }], CLUSTER);
  const recordsOf = (topic: string): Promise<Json[]> =>
    loggedFacts<Json>(running.services[0]!.database, topic);
  const published = async (id: unknown): Promise<number> =>
    (await recordsOf('usage.recorded.v1')).filter(({ eventId }) => eventId === id).length;
  const refused = async (): Promise<{ code: string; value: string; headers: Json }[]> =>
    ((await recordsOf('usage.ingest.v1.dlq')) as RefusedRecord[]).map(({ value, headers }) => ({
      code: headers['kontor-error-code'] ?? '',
      value: Buffer.from(value ?? '', 'base64').toString(),
      headers,
    }));

  it('is accepted as if it had come by HTTP, and once, whichever way it comes again', async () => {
    const event = usage({ costs: [cost()] });
    const cloudEvent = {
      specversion: '1.0',
      id: randomUUID(),
      source: '/x',
      type: 'x',
      time: '2026-01-05T14:32:18Z',
      customerid: CUSTOMER,
    };
    await live.post('/events', body(event));
    expect(await deliver(record(body(event)), record(cloudEvent), record(cloudEvent))).toBe(
      'applied',
    );
    expect((await live.post('/events', body(event))).body).toMatchObject({ duplicates: 1 });
    expect([await published(event['id']), await published(cloudEvent.id)]).toEqual([1, 1]);
    expect(await refused()).toEqual([]);
  });

  it('is not applied twice when it is delivered twice', async () => {
    const again = record(body(usage({ id: 'x' })));
    await deliver(again);
    await deliver(again);
    expect(await refused()).toHaveLength(1);
  });

  it('goes to the dead letters item by item, with its reason, and nothing stops', async () => {
    const before = (await refused()).length;
    const [good, reused] = [usage(), usage()];
    await live.post('/events', body(reused));
    const bad = usage({ event_type: '' });
    const nul = usage();
    const records = [
      record('{'),
      record(null),
      record([]),
      record({ customer_id: 'cust_x', events: [usage()] }),
      record(body(bad, good, { ...reused, event_type: 'other' })),
      record(JSON.stringify(body({ ...nul, data: { a: 'NUL' } })).replace('NUL', '\\u0000')),
      record(body(usage()), { 'kontor-platform': 'acc_x' }),
      record(body(usage()), { 'kontor-mode': 'staging' }),
    ];
    expect(await deliver(...records)).toBe('applied');
    expect(await published(good['id'])).toBe(1);
    const letters = (await refused()).slice(before);
    expect(letters.map(({ code }) => code)).toEqual([
      'malformed_json',
      'malformed_json',
      'invalid_type',
      'unknown_customer',
      'too_small',
      'nul_character',
      'unknown_platform',
      'invalid_value',
      'event_id_reused',
    ]);
    expect(JSON.parse(letters[4]!.value)).toEqual(body(bad));
    expect(letters[4]!.headers['kontor-error-detail']).toContain('/events/0/event_type');
    expect(letters[0]!.headers['kontor-source']).toBe(
      `usage.ingest.v1/${PARTITION}/${records[0]!.offset}`,
    );
    expect(JSON.parse(letters[8]!.value)).toEqual(body({ ...reused, event_type: 'other' }));
  });

  it('waits for an owner that does not answer, and is then applied', async () => {
    const event = usage();
    const unknown = record({ customer_id: 'cust_x', events: [event] });
    isCatalogSilent = true;
    const delivery = deliver(unknown, record(body(usage())));
    expect(await published(event['id'])).toBe(0);
    isCatalogSilent = false;
    expect(await delivery).toBe('applied');
    expect((await refused()).at(-1)?.code).toBe('unknown_customer');
  });

  it('must name its platform once there are several', async () => {
    const { id } = await live.create('/admin/platforms', { name: 'Second' });
    const [unnamed, named] = [usage(), usage()];
    await deliver(
      record(body(unnamed)),
      record(body(named), { 'kontor-platform': id, 'kontor-mode': 'test' }),
    );
    expect((await refused()).at(-1)?.code).toBe('platform_missing');
    const facts = await recordsOf('usage.recorded.v1');
    expect(facts.find(({ eventId }) => eventId === named['id'])).toMatchObject({
      platform: id,
      mode: 'test',
    });
    expect(await published(unnamed['id'])).toBe(0);
  });

  it('leaves nothing behind when another reader was first', async () => {
    const event = usage();
    const late = record(body(event));
    await running.services[0]!.database.query(
      'UPDATE checkpoint SET position = position + 100 WHERE consumer = $1',
      ['ingestion-gateway.ingest'],
    );
    expect(await deliver(late)).toBe('reload');
    expect(await published(event['id'])).toBe(0);
  });
});
