/** Two services on Kafka: the gateway publishes usage, the rating service reads it. */
import {
  buildRecords,
  openKafkaBus,
  type BatchOutcome,
  type FactBatch,
  type KafkaBus,
  type KafkaBusOptions,
  type RecordPosition,
} from '@kontor/event-log';
import { pollUntil, type KafkaSuite } from '@kontor/testkit';
import { Kafka, logLevel, type KafkaMessage } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { ConsumerRunner } from '../../src/runner/consumer-runner';
import { usage, type TestServer, type TestService } from '../services';

export const TOPIC = 'usage.recorded.v1';
export const CONSUMER = 'rating.usage';

export const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A bus of a process of its own. Sessions are short, so that a lost member is missed soon. */
export const openBus = (
  kafka: Pick<KafkaSuite, 'brokers' | 'prefix'>,
  server: TestServer,
  options: Partial<KafkaBusOptions> = {},
): Promise<KafkaBus> =>
  openKafkaBus({
    brokers: kafka.brokers(),
    prefix: kafka.prefix,
    clientId: 'test',
    wakeups: server.wakeups,
    logger: silent,
    sessionTimeoutMs: 6_000,
    ...options,
  });

/** Appends one record per list of numbers, all of one customer. */
export async function append(
  { database, log }: TestService,
  customer: string,
  ...records: readonly (readonly number[])[]
): Promise<RecordPosition[]> {
  const drafts = records.flatMap((numbers) =>
    buildRecords(
      TOPIC,
      numbers.map((n) => usage(customer, n)),
    ),
  );
  const positions = await database.transaction((tx) => log.append(tx, drafts));
  log.committed(positions);
  return positions;
}

/** A consumer that writes nothing but its checkpoint and remembers what it was given. */
export interface Seen {
  readonly runner: ConsumerRunner;
  /** `partition:n`, in the order applied. */
  readonly numbers: string[];
  readonly batches: FactBatch[];
}

export function listen(
  service: TestService,
  before: (batch: FactBatch) => Promise<BatchOutcome | undefined> = () =>
    Promise.resolve(undefined),
): Seen {
  const numbers: string[] = [];
  const batches: FactBatch[] = [];
  const runner = new ConsumerRunner({
    consumer: CONSUMER,
    topic: TOPIC,
    checkpoints: service.checkpoints,
    logger: silent,
    handler: async (batch) => {
      const early = await before(batch);
      if (early) return early;
      await service.database.transaction((tx) => service.checkpoints.settle(tx, batch.settlement));
      batches.push(batch);
      for (const { partition, fact } of batch.facts)
        numbers.push(`${partition}:${(fact as ReturnType<typeof usage>).data?.['n'] as number}`);
      return { kind: 'applied' };
    },
  });
  return { runner, numbers, batches };
}

/** A plain client, to look at topics and to act as an external producer. */
export const plainClient = (kafka: Pick<KafkaSuite, 'brokers'>): Kafka =>
  new Kafka({ brokers: kafka.brokers(), clientId: 'outside', logLevel: logLevel.NOTHING });

/** Everything that a topic holds, by partition. */
export async function readTopic(
  kafka: Pick<KafkaSuite, 'brokers'>,
  topic: string,
): Promise<Map<number, KafkaMessage[]>> {
  const client = plainClient(kafka);
  const admin = client.admin();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const missing = new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
  const found = new Map(offsets.map(({ partition }) => [partition, [] as KafkaMessage[]]));
  const consumer = client.consumer({ groupId: `look-${randomUUID()}`, maxWaitTimeInMs: 100 });
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: ({ partition, message }) => {
      found.get(partition)?.push(message);
      return Promise.resolve();
    },
  });
  await pollUntil(
    () => [...missing].every(([partition, high]) => found.get(partition)?.length === high),
    { timeoutMs: 20_000, what: `all of ${topic}` },
  );
  await consumer.disconnect();
  return found;
}
