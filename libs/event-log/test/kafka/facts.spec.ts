import type { KafkaBus } from '@kontor/event-log';
import { describeKafka, pollUntil } from '@kontor/testkit';
import { openTestServer, type TestServer, type TestService } from '../services';
import { append, listen, openBus, plainClient, TOPIC } from './rig';

describeKafka('facts on Kafka', (kafka) => {
  let server: TestServer;
  let gateway: TestService;
  let rating: TestService;
  let bus: KafkaBus;

  beforeAll(async () => {
    server = await openTestServer();
    gateway = await server.open('ingestion-gateway');
    rating = await server.open('rating');
    bus = await openBus(kafka, server);
    await bus.publish({ service: 'ingestion-gateway', ...gateway });
  }, 60_000);
  afterAll(async () => {
    await bus?.close();
    await server?.close();
  });

  it('reach a consumer in order, with their positions', async () => {
    const positions = await append(gateway, 'cust_1', [1, 2], [3], [4, 5]);
    const seen = listen(rating);
    const subscription = await bus.subscribe(seen.runner);
    await subscription.ready;
    await pollUntil(() => seen.numbers.length >= 5, { timeoutMs: 20_000 });
    const { partition } = positions[0]!;
    expect(seen.numbers).toEqual([1, 2, 3, 4, 5].map((n) => `${partition}:${n}`));
    const delivered = seen.batches.flatMap(({ facts }) => facts);
    expect(delivered.map(({ position, index }) => [position, index])).toEqual([
      [1, 0],
      [1, 1],
      [2, 0],
      [3, 0],
      [3, 1],
    ]);
    expect(await bus.heads(TOPIC)).toContainEqual({ topic: TOPIC, partition, position: 3 });
    await subscription.stop();
  });
});
