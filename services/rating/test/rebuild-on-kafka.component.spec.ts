/**
 * Method: two instances of rating on one database and a real broker, and a catalog that grows. One
 * instance rebuilds; both go on as consumers of the same group.
 */
import { createWakeups, openKafkaBus, openLocalLog, eventLogMigrations } from '@kontor/event-log';
import type { EventBus, LocalLog } from '@kontor/event-log';
import { migrate, openDatabase, type Database } from '@kontor/postgres';
import { readConfig, runServices, type RunningServices } from '@kontor/service-host';
import {
  ApiClient,
  createDatabase,
  describeKafka,
  type Json,
  pollUntil,
  type TestDatabase,
} from '@kontor/testkit';
import { ratingService } from '../src/index';
import { drafted, publishCatalog, shop, subscribed, videoPrice } from './catalog-facts';

const REBUILDS = '/admin/rating/rebuilds';

describeKafka('a rebuild of rating on Kafka, with two instances', (kafka) => {
  let server: TestDatabase;
  let catalog: { log: LocalLog; database: Database };
  let relayBus: EventBus;
  let instances: RunningServices[] = [];
  let apis: ApiClient[] = [];
  const at = shop('acc_kafka');
  const owners = { owner: () => catalog };
  let published = 0;

  beforeAll(async () => {
    server = await createDatabase();
    const { url } = server;
    const wakeups = createWakeups();
    await migrate({ url, service: 'catalog' }, [eventLogMigrations]);
    const database = await openDatabase({ url, service: 'catalog', poolSize: 3 });
    catalog = { database, log: await openLocalLog(database, 'catalog', wakeups) };
    const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
    relayBus = await openKafkaBus({
      ...{ brokers: kafka.brokers(), prefix: kafka.prefix, clientId: 'test', wakeups, logger },
    });
    await relayBus.publish({ service: 'catalog', ...catalog });
    const config = {
      ...readConfig({ PORT: '0', LOG_LEVEL: 'error' }),
      ...{ kafkaBrokers: kafka.brokers(), kafkaPrefix: kafka.prefix },
    };
    const authenticator = () =>
      Promise.resolve(() =>
        Promise.resolve({
          ...{ platform: 'acc_kafka', mode: 'live' as const, keyId: 'key_1' },
          scopes: ['read' as const, 'admin' as const],
        }),
      );
    for (let index = 0; index < 2; index += 1)
      instances.push(
        await runServices([{ ...ratingService, authenticator }], {
          ...{ config, databaseUrl: url, processMetrics: false },
        }),
      );
    apis = instances.map(({ url: address }) => new ApiClient(address, 'anyone'));
  }, 120_000);

  afterAll(async () => {
    await Promise.all(instances.map((instance) => instance.stop()));
    instances = [];
    await relayBus.close();
    await catalog.database.close();
    await server.drop();
  }, 60_000);

  async function grow(products: number): Promise<void> {
    for (let index = 0; index < products; index += 1) {
      const id = `prp_${(published += 1)}`;
      const facts = [drafted(at, id, 1, videoPrice()), subscribed(at, `cust_${id}`, id)];
      await publishCatalog(owners, ...facts);
    }
  }

  const api = (index: number): ApiClient => apis[index]!;

  const ended = (id: string, index: number): Promise<Json> =>
    pollUntil(
      async () => {
        const rebuild = await api(index).read(`${REBUILDS}/${id}`);
        return rebuild.ended_at !== null && rebuild;
      },
      { timeoutMs: 60_000, what: 'the end of the rebuild' },
    );

  const versions = async (): Promise<number> => {
    const { database } = instances[0]!.services[0]!;
    const [row] = await database.query<{ count: string }>('SELECT count(*) FROM product_version');
    return Number(row?.count);
  };

  it('replays the topic, swaps under both instances and loses nothing', async () => {
    await grow(40);
    await pollUntil(async () => (await versions()) === published, { timeoutMs: 60_000 });
    let growing = true;
    const growth = (async () => {
      while (growing) await grow(1);
    })();
    const answers = await Promise.all([
      api(0).post(REBUILDS, { verify: true }),
      api(1).post(REBUILDS, { verify: true }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
    const begun = answers.findIndex(({ status }) => status === 202);
    // The other instance knows as much.
    const rebuild = await ended(answers[begun]?.body.id, 1 - begun);
    await grow(5);
    growing = false;
    await growth;
    expect(rebuild).toMatchObject({ state: 'done', comparison: { same: true } });
    expect(rebuild.facts_done).toBeGreaterThanOrEqual(80);
    await pollUntil(async () => (await versions()) === published, { timeoutMs: 60_000 });
    const { id } = await api(0).create(REBUILDS, { verify: true, swap: false });
    expect(await ended(id, 1)).toMatchObject({ state: 'done', comparison: { same: true } });
  }, 180_000);
});
