/**
 * The bus on Apache Kafka: the relay copies a service's log to topics, group readers bring the
 * topics' records to consumers. Both go by positions, never by Kafka's own bookkeeping.
 */
import type {
  EventBus,
  PublishedLog,
  RawSubscription,
  RecordPosition,
  RelayStatus,
  RunningSubscription,
  Subscription,
} from '../ports';
import { BusUnreachable } from '../errors';
import { partitionsOf, topicOf } from '../topics';
import { connectKafka } from './client';
import { Cluster } from './cluster';
import { FactReading } from './fact-reading';
import { GroupReader, type Reading } from './group-reader';
import { SESSION_TIMEOUT_MS, type KafkaBusOptions } from './options';
import { RawReading } from './raw-reading';
import { Relay } from './relay';
import { RelayProducer } from './relay-producer';
import { settledWithin } from './waiting';
import { headerOf, markOf } from './wire';

export interface KafkaBus extends EventBus {
  subscribeRaw(subscription: RawSubscription): Promise<RunningSubscription>;
  /**
   * Resolves when the cluster answers and its topics are right. Services need not wait for it: what
   * they accept meanwhile is copied later.
   *
   * Errors: TopicMismatch.
   */
  ready(): Promise<void>;
  /** How far each relay of this process is, for metrics. */
  relays(): Promise<RelayStatus[]>;
}

/** A cluster that answers has its topics checked before a service starts. */
const START_WAIT_MS = 5_000;

/** See `openKafkaBus`. */
export async function connectBus(options: KafkaBusOptions): Promise<KafkaBus> {
  const bus = new ConnectedBus(options);
  if (await settledWithin(bus.ready(), START_WAIT_MS))
    await bus.ready().catch(async (error: unknown) => {
      await bus.close();
      throw error;
    });
  return bus;
}

class ConnectedBus implements KafkaBus {
  private readonly kafka;
  private readonly cluster: Cluster;
  private readonly prefix: string;
  private readonly readers = new Map<string, Set<GroupReader>>();
  private readonly logs = new Map<string, PublishedLog>();
  private readonly copying = new Set<Relay>();
  private asked: Promise<void> | undefined;
  /** How far a partition's offsets run ahead of its positions: what relays wrote twice. */
  private readonly drifts = new Map<string, number>();

  constructor(private readonly options: KafkaBusOptions) {
    this.kafka = connectKafka(options);
    this.prefix = options.prefix ?? '';
    this.cluster = new Cluster(this.kafka, options);
    void this.cluster.prepare();
  }

  ready(): Promise<void> {
    return this.cluster.topicsReady();
  }

  async subscribe(subscription: Subscription): Promise<RunningSubscription> {
    const { topic } = subscription;
    const reading = new FactReading(
      subscription,
      this.prefix + topicOf(topic).name,
      this.options.logger,
      (partition, drift) => this.drifts.set(`${topic}/${partition}`, drift),
    );
    const { group } = subscription;
    if (group === undefined) return this.read(topic, reading);
    const reader = this.read(topic, reading, group);
    return {
      ...(reader.ready && { ready: reader.ready }),
      stop: async () => {
        await reader.stop();
        await this.cluster.forgetGroup(this.prefix + group);
      },
    };
  }

  async subscribeRaw(subscription: RawSubscription): Promise<RunningSubscription> {
    const { topic } = subscription;
    const reading = new RawReading(
      subscription,
      this.prefix + topicOf(topic).name,
      this.options.logger,
      () => this.cluster.id(),
    );
    return this.read(topic, reading);
  }

  async publish(published: PublishedLog): Promise<RunningSubscription> {
    this.logs.set(published.service, published);
    const relay = new Relay({
      published,
      producer: new RelayProducer(this.kafka, this.prefix),
      wakeups: this.options.wakeups,
      logger: this.options.logger,
      topicsReady: (signal) => this.cluster.topicsReady(signal),
    });
    this.copying.add(relay);
    return relay;
  }

  /**
   * Exact for topics whose log is published by this process and for partitions that it has read
   * from; else an upper bound, by what relays wrote twice.
   *
   * Errors: BusUnreachable.
   */
  async heads(topic: string): Promise<RecordPosition[]> {
    const { owner } = topicOf(topic);
    const own = this.logs.get(owner);
    if (own) return own.log.heads(topic);
    const ranges = await this.cluster.ranges(this.prefix + topic).catch((cause: unknown) => {
      throw new BusUnreachable(cause);
    });
    const highs = new Map(ranges.map(({ partition, high }) => [partition, high]));
    return Array.from({ length: partitionsOf(topic) }, (_, partition) => ({
      topic,
      partition,
      position: (highs.get(partition) ?? 0) - (this.drifts.get(`${topic}/${partition}`) ?? 0),
    }));
  }

  /** One question at a time, however many ask. */
  answers(): Promise<void> {
    this.asked ??= this.cluster
      .id()
      .then(() => undefined)
      .finally(() => (this.asked = undefined));
    return this.asked;
  }

  /** As far as this process has fetched: undefined when what waits is still on the broker. */
  async waitingSince({ topic, partition, position }: RecordPosition): Promise<string | undefined> {
    for (const reader of this.readers.get(topic) ?? []) {
      const message = reader.firstWaiting(partition);
      const mark = message && markOf(message);
      if (mark && mark.position > position) return headerOf(message.headers, 'ce_time');
    }
    return undefined;
  }

  relays(): Promise<RelayStatus[]> {
    return Promise.all([...this.copying].map((relay) => relay.status()));
  }

  async close(): Promise<void> {
    const readers = [...this.readers.values()].flatMap((set) => [...set]);
    // A session that waits for its topics ends when they are given up.
    const closed = this.cluster.close();
    await Promise.all([...readers, ...this.copying].map((running) => running.stop()));
    await closed;
    this.readers.clear();
    this.copying.clear();
  }

  private read(topic: string, reading: Reading, group = reading.consumer): RunningSubscription {
    const reader = new GroupReader({
      kafka: this.kafka,
      groupId: this.prefix + group,
      sessionTimeoutMs: this.options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
      reading,
      logger: this.options.logger,
      topicsReady: (signal) => this.cluster.topicsReady(signal),
      ranges: (name) => this.cluster.ranges(name),
    });
    const readers = this.readers.get(topic) ?? new Set();
    this.readers.set(topic, readers.add(reader));
    return reader;
  }
}
