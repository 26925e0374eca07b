import { describeKafka, type RunningCluster, startCluster } from '@kontor/testkit';
import { authorizationStories } from './stories/authorizations';
import { badInputStories } from './stories/bad-input';
import { duplicateStories } from './stories/duplicates';
import { ingestTopicStories } from './stories/ingest-topic';
import { moneyStories } from './stories/money';
import { readsAfterWritesStories } from './stories/reads-after-writes';
import { referenceStories } from './stories/reference';
import { customerOf, simpleProduct, unique, untilAvailable, usage } from './stories/setting';
import { reversalStories } from './stories/reversals';
import { statementStories } from './stories/statements';
import { tenantStories } from './stories/tenants';

describeKafka('every service in its own process over Kafka', (kafka) => {
  let cluster: RunningCluster;
  beforeAll(async () => {
    cluster = await startCluster({ brokers: kafka.brokers(), prefix: kafka.prefix });
  }, 180_000);
  afterAll(() => cluster.stop(), 60_000);
  const live = () => cluster.gateway.live;
  const test = () => cluster.gateway.test;

  referenceStories(live);
  duplicateStories(live);
  moneyStories(live);
  reversalStories(live);
  authorizationStories(live, test);
  statementStories(live);
  badInputStories(live);
  readsAfterWritesStories(live, 400);
  ingestTopicStories({ live, test, brokers: kafka.brokers, prefix: kafka.prefix });
  // Last: a second platform makes `kontor-platform` necessary.
  tenantStories(live, test);

  it('refuses at a service what the gateway has not signed', async () => {
    for (const [name, server] of cluster.services) {
      if (name === 'ingestion-gateway') continue;
      const answer = await server.live.get('/customers');
      expect([name, answer.status]).toEqual([name, 401]);
    }
  });

  it('goes on where it was when a service is killed in the middle of a stream', async () => {
    const code = unique('killed');
    await live().create(
      '/products',
      simpleProduct({ code, eventType: code, value: { unit_price: '0.001' } }),
    );
    const customer = await customerOf(live(), code);
    const restarts = (async () => {
      for (const service of ['rating', 'wallet-ledger', 'profitability-projection'] as const)
        await cluster.restart(service);
    })();
    for (let batch = 0; batch < 40; batch += 1) {
      const events = Array.from({ length: 50 }, () => usage(code, {}));
      const answer = await live().post('/events', { customer_id: customer, events });
      expect(answer.body).toMatchObject({ accepted: 50 });
    }
    await restarts;
    await untilAvailable(live(), customer, '-2');
    const list = await live().read(`/events?customer_id=${customer}&limit=1`);
    expect(list.total_count).toBe(2_000);
  }, 180_000);
});
