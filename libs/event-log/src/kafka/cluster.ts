import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Admin, Kafka } from 'kafkajs';
import type { OffsetRange } from './group-reader';
import { retryDelayMs, type BusLogger, type KafkaBusOptions } from './options';
import { ensureTopics, TopicMismatch } from './topic-setup';
import { pause } from '../runner/backoff';
import { deferred, messageOf, orAborted } from './waiting';

/** Questions to the cluster, over one connection that is made anew when it broke. */
export class Cluster {
  private admin: Admin | undefined;
  private readonly closing = new AbortController();
  private readonly topics = deferred<TopicMismatch | undefined>();

  constructor(
    private readonly kafka: Kafka,
    private readonly options: KafkaBusOptions,
  ) {
    // Every consumer and relay of the process may wait here at once while no broker answers.
    setMaxListeners(0, this.closing.signal);
  }

  /** Creates and checks topics, without end while the cluster does not answer. */
  async prepare(): Promise<void> {
    const { prefix = '', replicationFactor, logger } = this.options;
    for (let attempt = 0; !this.closing.signal.aborted; attempt += 1) {
      try {
        await this.ask((admin) => ensureTopics(admin, prefix, replicationFactor));
        return this.topics.resolve(undefined);
      } catch (error) {
        if (error instanceof TopicMismatch) return this.topics.resolve(error);
        if (attempt === 0) reportWaiting(logger, error);
        await pause(retryDelayMs(attempt), this.closing.signal);
      }
    }
  }

  /**
   * Resolves when the topics are there, however long that takes, or when `signal` is aborted.
   *
   * Errors: TopicMismatch.
   */
  async topicsReady(signal?: AbortSignal): Promise<void> {
    const mismatch = await orAborted(this.topics.promise, signal);
    if (mismatch) throw mismatch;
  }

  /** What the broker has of each partition of a topic (its name on the broker). */
  async ranges(topic: string): Promise<OffsetRange[]> {
    const offsets = await this.ask((admin) => admin.fetchTopicOffsets(topic));
    return offsets.map(({ partition, low, high }) => ({
      partition,
      low: Number(low),
      high: Number(high),
    }));
  }

  /** Removes a group that has no members; one that cannot be removed is forgotten by the broker. */
  async forgetGroup(groupId: string): Promise<void> {
    if (this.closing.signal.aborted) return;
    await this.ask((admin) => admin.deleteGroups([groupId])).catch(() => undefined);
  }

  /**
   * The cluster's identity in the form of a UUID, as checkpoints store incarnations. Kafka's ids are
   * the 16 bytes of one in base64url; of any other text the UUID is made by hashing.
   */
  async id(): Promise<string> {
    const { clusterId } = await this.ask((admin) => admin.describeCluster());
    const bytes = Buffer.from(clusterId, 'base64url');
    const sixteen =
      bytes.length === 16 && bytes.toString('base64url') === clusterId
        ? bytes
        : createHash('sha256').update(clusterId).digest().subarray(0, 16);
    return sixteen.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.topics.resolve(undefined);
    await this.disconnect();
  }

  private async ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = (this.admin ??= this.kafka.admin());
    try {
      await admin.connect();
      return await question(admin);
    } catch (error) {
      if (this.admin === admin) await this.disconnect();
      throw error;
    }
  }

  private async disconnect(): Promise<void> {
    const { admin } = this;
    this.admin = undefined;
    await admin?.disconnect().catch(() => undefined);
  }
}

function reportWaiting(logger: BusLogger, error: unknown): void {
  logger.warn('Kafka does not answer; waiting for it', { error: messageOf(error) });
}
