import {
  buildRecords,
  partitionOf,
  type KafkaBus,
  type RunningSubscription,
} from '@kontor/event-log';
import { describeKafka, pollUntil } from '@kontor/testkit';
import { Partitioners, type KafkaMessage } from 'kafkajs';
import { openTestServer, usage, type TestServer, type TestService } from '../services';
import { append, CONSUMER, listen, openBus, plainClient, readTopic, TOPIC, type Seen } from './rig';

describeKafka('facts on Kafka', (kafka) => {
  let server: TestServer;
  let gateway: TestService;
  let rating: TestService;
  let bus: KafkaBus;
  let relay: RunningSubscription;
  const topic = `${kafka.prefix}${TOPIC}`;
  const log = () => ({ service: 'ingestion-gateway', ...gateway });

  beforeAll(async () => {
    server = await openTestServer();
    gateway = await server.open('ingestion-gateway');
    rating = await server.open('rating');
    bus = await openBus(kafka, server);
    relay = await bus.publish(log());
  }, 60_000);
  afterAll(async () => {
    await bus?.close();
    await server?.close();
  });

  /** Runs `work` while a consumer reads, in a process of its own. */
  async function reading(
    work: (seen: Seen) => Promise<void>,
    seen = listen(rating),
  ): Promise<Seen> {
    const own = await openBus(kafka, server);
    const subscription = await own.subscribe(seen.runner);
    await subscription.ready;
    await work(seen);
    await own.close();
    return seen;
  }

  const caughtUp = (): Promise<boolean> =>
    pollUntil(
      async () => {
        const heads = await gateway.log.heads(TOPIC);
        const states = await rating.checkpoints.load(CONSUMER, TOPIC);
        return heads.every(({ partition, position }) => states[partition]?.position === position);
      },
      { timeoutMs: 25_000, what: 'the consumer at the heads' },
    );

  const copied = (): Promise<boolean> =>
    pollUntil(
      async () => (await bus.relays()).every(({ backlogRecords }) => backlogRecords === 0),
      {
        timeoutMs: 25_000,
        what: 'an empty backlog',
      },
    );

  it('reach a consumer in order, with their positions', async () => {
    const [first] = await append(gateway, 'cust_order', [1, 2], [3], [4, 5]);
    const seen = await reading(async () => void (await caughtUp()));
    const { partition } = first!;
    expect(seen.numbers).toEqual([1, 2, 3, 4, 5].map((n) => `${partition}:${n}`));
    const delivered = seen.batches.flatMap(({ facts }) => facts);
    expect(delivered.map(({ position, index }) => [position, index])).toEqual([
      [1, 0],
      [1, 1],
      [2, 0],
      [3, 0],
      [3, 1],
    ]);
  });

  it('are one CloudEvent each, keyed when they share a key', async () => {
    const [own] = await append(gateway, 'cust_alone', [1, 2]);
    const strangers = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k']
      .map((name) => `cust_${name}`)
      .filter((name) => partitionOf(name, 8) === own!.partition);
    expect(strangers.length).toBeGreaterThan(0);
    const cause = { topic: 'x.v1', partition: 3, position: 9 };
    const mixed = buildRecords(
      TOPIC,
      ['cust_alone', ...strangers].map((name) => usage(name, 7)),
      cause,
    );
    const positions = await gateway.database.transaction((tx) => gateway.log.append(tx, mixed));
    gateway.log.committed(positions);
    await copied();

    const messages = (await readTopic(kafka, topic)).get(own!.partition)!;
    const [keyed, unkeyed] = messages.slice(-2) as [KafkaMessage, KafkaMessage];
    expect(keyed.key?.toString()).toBe('cust_alone');
    expect(JSON.parse(keyed.value!.toString())).toEqual({
      facts: [usage('cust_alone', 1), usage('cust_alone', 2)],
    });
    const { incarnation } = gateway.log;
    const { ce_time: time, ...headers } = textHeaders(keyed);
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(headers).toEqual({
      ce_specversion: '1.0',
      ce_id: `${incarnation}/${TOPIC}/${own!.partition}/${own!.position}`,
      ce_source: '/kontor/ingestion-gateway',
      ce_type: TOPIC,
      'content-type': 'application/json',
      'kontor-incarnation': incarnation,
      'kontor-position': String(own!.position),
    });
    expect(unkeyed.key).toBeNull();
    expect(textHeaders(unkeyed)['kontor-cause']).toBe('x.v1:3:9');
    await reading(async (seen) => {
      await caughtUp();
      expect(seen.batches.flatMap(({ facts }) => facts).at(-1)?.cause).toEqual(cause);
    });
  });

  it("go to the partition that Kafka's own partitioner chooses for their key", async () => {
    const partitioner = Partitioners.DefaultPartitioner();
    const partitionMetadata = Array.from({ length: 8 }, (_, partitionId) => ({
      partitionId,
      leader: 1,
      partitionErrorCode: 0,
      replicas: [1],
      isr: [1],
    }));
    const customers = Array.from({ length: 20 }, (_, n) => `cust_share_${n}`);
    for (const customer of customers) await append(gateway, customer, [1]);
    await copied();
    const byPartition = await readTopic(kafka, topic);
    for (const customer of customers) {
      const message = { key: customer, value: '' };
      const chosen = partitioner({ topic, partitionMetadata, message });
      const keys = byPartition.get(chosen)!.map(({ key }) => key?.toString());
      expect(keys).toContain(customer);
    }
  });

  it('are applied once when a relay crashed before it remembered what it had sent', async () => {
    await append(gateway, 'cust_twice', [1], [2], [3]);
    await copied();
    await relay.stop();
    await gateway.database.query('UPDATE log_relay SET position = 0');
    relay = await bus.publish(log());
    await append(gateway, 'cust_twice', [4]);
    await copied();
    const partition = partitionOf('cust_twice', 8);
    const written = (await readTopic(kafka, topic)).get(partition)!.length;
    const [head] = (await gateway.log.heads(TOPIC)).slice(partition);
    expect(written).toBeGreaterThan(head!.position);

    const seen = await reading(async () => {
      await caughtUp();
      await append(gateway, 'cust_twice', [5]);
      await caughtUp();
    });
    expect(seen.numbers.filter((entry) => entry.startsWith(`${partition}:`)).slice(-5)).toEqual(
      [1, 2, 3, 4, 5].map((n) => `${partition}:${n}`),
    );
  });

  it('are read on from the checkpoint, whatever the group remembers', async () => {
    await reading(async () => void (await caughtUp()));
    const admin = plainClient(kafka).admin();
    await admin.connect();
    await admin.deleteGroups([`${kafka.prefix}${CONSUMER}`]);
    await admin.disconnect();
    await append(gateway, 'cust_after', [1]);
    const seen = await reading(async () => void (await caughtUp()));
    expect(seen.numbers).toEqual([`${partitionOf('cust_after', 8)}:1`]);

    // The other way round: rows taken from a backup know less than the group.
    await rating.database.query('UPDATE checkpoint SET position = position - 1 WHERE position > 0');
    const again = await reading(async () => void (await caughtUp()));
    expect(again.numbers).toContain(`${partitionOf('cust_after', 8)}:1`);
  });

  it('are copied by one relay, and by the next one when it ends', async () => {
    const other = await openBus(kafka, server);
    const standby = await other.publish(log());
    await append(gateway, 'cust_handover', [1], [2]);
    await copied();
    expect((await other.relays())[0]).toMatchObject({ state: 'standby', publishedRecords: 0 });
    await relay.stop();
    await standby.ready;
    await append(gateway, 'cust_handover', [3]);
    await pollUntil(async () => (await other.relays())[0]!.publishedRecords === 1);
    await other.close();
    relay = await bus.publish(log());
  });

  it('are shared by two members, and by one again when the other is gone', async () => {
    await reading(async () => void (await caughtUp()));
    const [one, two] = [listen(rating), listen(rating)];
    const [left, right] = [await openBus(kafka, server), await openBus(kafka, server)];
    await (
      await left.subscribe(one.runner)
    ).ready;
    await (
      await right.subscribe(two.runner)
    ).ready;
    const customers = Array.from({ length: 16 }, (_, n) => `cust_member_${n}`);
    const round = async (n: number): Promise<void> => {
      for (const customer of customers) await append(gateway, customer, [n]);
      await caughtUp();
    };
    await round(1);
    expect(two.numbers.length).toBeGreaterThan(0);
    await left.close();
    await round(2);
    await right.close();
    const expected = customers.flatMap((name) => [1, 2].map((n) => `${partitionOf(name, 8)}:${n}`));
    expect([...one.numbers, ...two.numbers].sort()).toEqual(expected.sort());
  }, 60_000);

  it('keep their reader in its group while one delivery takes longer than a session', async () => {
    await append(gateway, 'cust_slow', [1]);
    let deliveries = 0;
    const slow = listen(rating, async () => {
      deliveries += 1;
      // Longer than the session of 6 s: a database that hangs.
      await new Promise((resolve) => setTimeout(resolve, 7_000));
      return undefined;
    });
    await reading(async () => void (await caughtUp()), slow);
    expect(deliveries).toBe(1);
    expect(slow.numbers).toEqual([`${partitionOf('cust_slow', 8)}:1`]);
  }, 60_000);

  it('are passed by when no relay wrote them', async () => {
    const producer = plainClient(kafka).producer();
    await producer.connect();
    await producer.send({ topic, messages: [{ partition: 0, value: 'not ours' }] });
    await producer.disconnect();
    const customer = Array.from({ length: 50 }, (_, n) => `cust_p${n}`).find(
      (name) => partitionOf(name, 8) === 0,
    )!;
    await append(gateway, customer, [1]);
    const seen = await reading(async () => void (await caughtUp()));
    expect(seen.numbers).toEqual(['0:1']);
  });

  it('of another incarnation stop their reader, which says so', async () => {
    await reading(async () => void (await caughtUp()));
    const other = '00000000-0000-4000-8000-000000000001';
    await rating.database.query('UPDATE checkpoint SET incarnation = $1', [other]);
    await append(gateway, 'cust_restored', [1]);
    const seen = await reading(async ({ runner }) => {
      await pollUntil(() => runner.state !== 'running' && runner.state !== 'starting', {
        timeoutMs: 20_000,
      });
    });
    expect(seen.numbers).toEqual([]);
    expect(seen.runner.state).toContain(other);
    expect(seen.runner.state).toContain(gateway.log.incarnation);
  });
});

function textHeaders(message: KafkaMessage): Record<string, string> {
  const entries = Object.entries(message.headers ?? {});
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
