/**
 * Reads one topic as a member of a consumer group, for one consumer.
 *
 * Kafka shares the partitions out; where to read on is asked of the database each time they were
 * shared out anew, and each time a delivery was told so. Committed offsets are for people who look
 * at the group: nothing here goes by them. Fetching and applying run side by side, so heartbeats go
 * on however long the database takes; a bounded queue stands between.
 *
 * Errors: none reach the caller. A lost broker, a rebalance or a database that is down are waited
 *         for without end; what must not be read over halts the reader, which says why.
 */
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import type { RunningSubscription } from '../ports';
import { DeliveryQueue, type Taken } from './delivery-queue';
import { GroupSession } from './group-session';
import { NEWSWORTHY_ATTEMPT, QUEUED_BYTES_MAX, retryDelayMs, type BusLogger } from './options';
import { OffsetsForShow } from './offsets-for-show';
import { pause } from '../runner/backoff';
import { deferred, messageOf, settledWithin } from './waiting';

/** What the broker has of a partition: offsets from `low` up to, not including, `high`. */
export interface OffsetRange {
  readonly partition: number;
  readonly low: number;
  readonly high: number;
}

/** What to do with a fetched record. */
export type Admission =
  | { readonly kind: 'take' }
  /** Applied before, or not of the log. */
  | { readonly kind: 'skip' }
  /** Something before it was not read yet: fetch from there. */
  | { readonly kind: 'rewind'; readonly offset: number }
  | { readonly kind: 'halt'; readonly reason: string };

/** What is read, and what is done with it; the reader knows only offsets. */
export interface Reading {
  readonly consumer: string;
  /** The topic's name on the broker. */
  readonly topic: string;
  readonly weightMax: number;
  /** Asks the database where each partition goes on: offsets to fetch from. */
  resume(ranges: readonly OffsetRange[]): Promise<ReadonlyMap<number, number>>;
  admit(partition: number, message: KafkaMessage): Admission;
  /** Throws when a record cannot be read: that halts. */
  weigh(partition: number, message: KafkaMessage): number;
  deliver(taken: readonly Taken[], signal: AbortSignal): Promise<'applied' | 'reload' | 'stop'>;
  halt(reason: string): void;
}

export interface GroupReaderParts {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly reading: Reading;
  readonly logger: BusLogger;
  /** Topics exist and their partition counts are right. */
  topicsReady(signal: AbortSignal): Promise<void>;
  ranges(topic: string): Promise<OffsetRange[]>;
}

const LAST_COMMIT_WAIT_MS = 1_000;
/** A wait inside a fetched batch sends heartbeats this often. */
const WAIT_BEAT_MS = 500;

export class GroupReader implements RunningSubscription {
  private readonly queue = new DeliveryQueue(QUEUED_BYTES_MAX);
  private readonly stopping = new AbortController();
  private readonly joined = deferred<void>();
  private readonly pumping: Promise<void>;
  private readonly sessions: Promise<void>;
  private consumer: Consumer | undefined;
  /** Counts the times that reading went on from the database's word. */
  private generation = 0;
  private assigned: readonly number[] = [];
  private resumed: Promise<void> = Promise.resolve();
  private delivery: Promise<unknown> = Promise.resolve();
  /** Ends the waits of the delivery in flight, when its partitions may be somebody else's. */
  private turn = new AbortController();
  private readonly offsets: OffsetsForShow;

  constructor(private readonly parts: GroupReaderParts) {
    this.offsets = new OffsetsForShow(parts.reading.topic);
    this.pumping = this.pump();
    this.sessions = this.readOn();
  }

  get ready(): Promise<void> {
    return this.joined.promise;
  }

  /** The first record of a partition that waits in this process. */
  firstWaiting(partition: number): KafkaMessage | undefined {
    return this.queue.first(partition);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.turn.abort();
    this.queue.wakeAll();
    this.joined.resolve();
    await this.pumping;
    await this.sessions;
  }

  /** One session after the other: each a fresh client, so that nothing of a broken one is kept. */
  private async readOn(): Promise<void> {
    for (let attempt = 0; !this.stopping.signal.aborted; attempt += 1) {
      const startedAt = Date.now();
      try {
        await this.session();
      } catch (error) {
        // A session that lasted was fine: what broke it is a new trouble.
        if (Date.now() - startedAt > this.parts.sessionTimeoutMs) attempt = 0;
        if (attempt === NEWSWORTHY_ATTEMPT)
          this.parts.logger.warn('a consumer lost Kafka and tries again', this.fields(error));
        await pause(retryDelayMs(attempt), this.stopping.signal);
      }
    }
  }

  private async session(): Promise<void> {
    const { kafka, groupId, sessionTimeoutMs, reading } = this.parts;
    await this.parts.topicsReady(this.stopping.signal);
    if (this.stopping.signal.aborted) return;
    const session = new GroupSession({
      kafka,
      groupId,
      sessionTimeoutMs,
      topic: reading.topic,
      onJoin: (partitions) => {
        this.assigned = partitions;
        this.restart();
      },
      onBatch: (payload) => this.enqueue(payload),
    });
    this.consumer = session.consumer;
    const finish = (): void => session.finish();
    this.stopping.signal.addEventListener('abort', finish, { once: true });
    try {
      const error = await session.end;
      if (error) throw error;
      await this.pumping;
      await settledWithin(this.offsets.commit(session.consumer), LAST_COMMIT_WAIT_MS);
    } finally {
      this.consumer = undefined;
      this.stopping.signal.removeEventListener('abort', finish);
      await session.close();
    }
  }

  /** Forgets what was fetched and goes on from what the database says. */
  private restart(): void {
    this.generation += 1;
    this.turn.abort();
    this.queue.clear();
    this.offsets.forget();
    this.resumed = this.resume(this.generation);
  }

  private async resume(generation: number): Promise<void> {
    const { reading, logger } = this.parts;
    // What is in flight may still move checkpoints; its waits were ended.
    await this.delivery;
    for (let attempt = 0; this.isCurrent(generation); attempt += 1) {
      try {
        const ranges = await this.parts.ranges(reading.topic);
        const offsets = await reading.resume(ranges);
        if (!this.isCurrent(generation)) return;
        for (const partition of this.assigned) this.seek(partition, offsets.get(partition) ?? 0);
        this.turn = new AbortController();
        this.joined.resolve();
        return;
      } catch (error) {
        if (attempt === NEWSWORTHY_ATTEMPT)
          logger.warn('a consumer waits for its checkpoints', this.fields(error));
        await pause(retryDelayMs(attempt), this.stopping.signal);
      }
    }
  }

  private isCurrent(generation: number): boolean {
    return generation === this.generation && !this.stopping.signal.aborted;
  }

  private seek(partition: number, offset: number): void {
    this.consumer?.seek({ topic: this.parts.reading.topic, partition, offset: String(offset) });
  }

  /** Takes a fetched batch into the queue; waits while it is full. */
  private async enqueue(payload: EachBatchPayload): Promise<void> {
    const { batch, heartbeat } = payload;
    const { generation } = this;
    const isStale = (): boolean =>
      !this.isCurrent(generation) || !this.assigned.includes(batch.partition) || payload.isStale();
    await this.waitBeating(this.resumed, heartbeat);
    for (const message of batch.messages) {
      while (!this.queue.hasRoom && !isStale())
        await this.waitBeating(this.queue.room(), heartbeat);
      if (isStale()) return;
      const admission = this.parts.reading.admit(batch.partition, message);
      if (admission.kind === 'halt') return this.halt(admission.reason);
      if (admission.kind === 'rewind') return this.seek(batch.partition, admission.offset);
      if (admission.kind === 'take') this.queue.put(batch.partition, message);
      payload.resolveOffset(message.offset);
    }
  }

  /** Errors: what a heartbeat answers, a rebalance above all; kafkajs then joins again. */
  private async waitBeating(done: Promise<void>, heartbeat: () => Promise<void>): Promise<void> {
    while (!(await settledWithin(done, WAIT_BEAT_MS))) await heartbeat();
  }

  /** Hands what was fetched to the consumer, one delivery at a time. */
  private async pump(): Promise<void> {
    let reloads = 0;
    while (!this.stopping.signal.aborted) {
      await this.queue.work();
      // Records of other partitions that arrived in the same turn share the delivery.
      await new Promise(setImmediate);
      const delivery = this.deliverNext();
      this.delivery = delivery;
      const verdict = await delivery;
      reloads = verdict === 'reload' ? reloads + 1 : 0;
      if (verdict === 'stop') this.end();
      if (verdict !== 'reload') continue;
      await pause(retryDelayMs(reloads - 1), this.stopping.signal);
      if (!this.turn.signal.aborted) this.restart();
    }
  }

  private async deliverNext(): Promise<'applied' | 'reload' | 'stop' | 'nothing'> {
    const { reading } = this.parts;
    const { turn } = this;
    if (turn.signal.aborted) return 'nothing';
    let taken: readonly Taken[];
    try {
      taken = this.queue.take(reading.weightMax, (partition, message) =>
        reading.weigh(partition, message),
      );
    } catch (error) {
      reading.halt(messageOf(error));
      return 'stop';
    }
    if (taken.length === 0) return 'nothing';
    const verdict = await this.deliver(taken, turn.signal);
    if (verdict === 'applied') this.offsets.applied(taken, this.consumer);
    return verdict;
  }

  private async deliver(
    taken: readonly Taken[],
    signal: AbortSignal,
  ): Promise<'applied' | 'reload' | 'stop'> {
    try {
      return await this.parts.reading.deliver(taken, signal);
    } catch (error) {
      this.parts.logger.error('a delivery failed and is read again', this.fields(error));
      return 'reload';
    }
  }

  private halt(reason: string): void {
    this.parts.reading.halt(reason);
    this.parts.logger.error('a consumer stopped', { ...this.fields(), reason });
    this.end();
  }

  private end(): void {
    this.stopping.abort();
    this.turn.abort();
    this.queue.clear();
    this.queue.wakeAll();
    this.joined.resolve();
  }

  private fields(error?: unknown): Record<string, unknown> {
    const { consumer, topic } = this.parts.reading;
    return { consumer, topic, ...(error !== undefined && { error: messageOf(error) }) };
  }
}
