import type { KafkaBus } from '@kontor/event-log';
import { openKafkaBus, TopicMismatch } from '@kontor/event-log';
import { describeOwnKafka, pollUntil, startBroker, type DedicatedBroker } from '@kontor/testkit';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openTestServer, type TestServer, type TestService } from '../services';
import { append, CONSUMER, listen, openBus, plainClient, silent, TOPIC, type Seen } from './rig';

describeOwnKafka('a Kafka outage', () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'kontor-outage-'));
  let port: number;
  let broker: DedicatedBroker | undefined;
  let server: TestServer;
  let gateway: TestService;
  let rating: TestService;
  let bus: KafkaBus;
  let seen: Seen;
  const own = { brokers: () => [`127.0.0.1:${port}`], prefix: '' };
  const start = async (): Promise<void> => {
    broker = await startBroker({ dataDir, port });
  };

  beforeAll(async () => {
    port = await freePort();
    server = await openTestServer();
    gateway = await server.open('ingestion-gateway');
    rating = await server.open('rating');
  }, 60_000);
  afterAll(async () => {
    await bus?.close();
    await broker?.stop();
    await server?.close();
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  const numbersOf = (seenNow: Seen): number[] =>
    seenNow.numbers.map((entry) => Number(entry.split(':')[1]));
  const caughtUp = (): Promise<boolean> =>
    pollUntil(
      async () => {
        const heads = await gateway.log.heads(TOPIC);
        const states = await rating.checkpoints.load(CONSUMER, TOPIC);
        return heads.every(({ partition, position }) => states[partition]?.position === position);
      },
      { timeoutMs: 60_000, what: 'the consumer at the heads' },
    );

  it('at the start keeps nothing from being accepted, and is over when the broker comes', async () => {
    // Not awaited as a service does: without a broker it answers after some seconds.
    const opening = openBus(own, server);
    await append(gateway, 'cust_1', [1], [2]);
    bus = await opening;
    await bus.publish({ service: 'ingestion-gateway', ...gateway });
    seen = listen(rating);
    await bus.subscribe(seen.runner);
    expect(seen.numbers).toEqual([]);
    expect((await bus.relays())[0]).toMatchObject({
      service: 'ingestion-gateway',
      backlogRecords: 2,
    });
    await start();
    await caughtUp();
    expect(numbersOf(seen)).toEqual([1, 2]);
  }, 120_000);

  it('in the middle is waited for: nothing is lost, nothing comes twice', async () => {
    await broker!.kill();
    await append(gateway, 'cust_1', [3], [4]);
    await pollUntil(async () => (await bus.relays())[0]!.state.startsWith('waiting'), {
      timeoutMs: 60_000,
    });
    const [relay] = await bus.relays();
    expect(relay).toMatchObject({ backlogRecords: 2 });
    expect(relay!.ageSeconds).toBeGreaterThan(0);
    await start();
    await append(gateway, 'cust_1', [5]);
    await caughtUp();
    expect(numbersOf(seen)).toEqual([1, 2, 3, 4, 5]);
    expect((await bus.relays())[0]).toMatchObject({ state: 'copying', backlogRecords: 0 });
  }, 120_000);

  it('does not keep a process from ending', async () => {
    await broker!.kill();
    await append(gateway, 'cust_1', [6]);
    await bus.close();
    await start();
    bus = await openBus(own, server);
    await bus.publish({ service: 'ingestion-gateway', ...gateway });
    await bus.subscribe(seen.runner);
    await caughtUp();
    expect(numbersOf(seen)).toEqual([1, 2, 3, 4, 5, 6]);
  }, 120_000);

  it('a topic made with another number of partitions keeps a service from starting', async () => {
    const prefix = 'wrong-';
    const admin = plainClient(own).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: `${prefix}catalog.v1`, numPartitions: 2 }] });
    await admin.disconnect();
    const opening = openKafkaBus({
      brokers: own.brokers(),
      prefix,
      clientId: 'test',
      wakeups: server.wakeups,
      logger: silent,
    });
    await expect(opening).rejects.toThrow(TopicMismatch);
    await expect(opening).rejects.toThrow('has 2 partitions on Kafka and 1 in');
  });
});

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
