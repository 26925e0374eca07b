import type { Kafka, Producer } from 'kafkajs';
import { topicOf } from '../topics';
import { CLIENT_RETRY } from './client';
import { toMessage, toRawMessage, type LogRow, type WireSource } from './wire';

/** How long the broker may take to have a batch on all its replicas. */
const ACK_TIMEOUT_MS = 15_000;

/**
 * Sends rows in order: idempotent, acknowledged by all replicas, one request in flight.
 *
 * After a failed send nobody knows what arrived, and kafkajs counts on with sequence numbers that
 * the broker may hold against other content. So the next send has a new producer, with a number of
 * its own: what arrived before arrives again, and readers pass over it by its position.
 */
export class RelayProducer {
  private producer: Producer | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly prefix: string,
  ) {}

  /** Errors: any; the same rows must be sent again before any later one. */
  async send(rows: readonly LogRow[], source: WireSource): Promise<void> {
    try {
      const producer = (this.producer ??= this.create());
      await producer.connect();
      await producer.sendBatch({
        acks: -1,
        timeout: ACK_TIMEOUT_MS,
        topicMessages: this.messagesOf(rows, source),
      });
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    await producer?.disconnect().catch(() => undefined);
  }

  private create(): Producer {
    return this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: CLIENT_RETRY,
      // Every message names its partition.
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
  }

  private messagesOf(
    rows: readonly LogRow[],
    source: WireSource,
  ): { topic: string; messages: ReturnType<typeof toMessage>[] }[] {
    const byTopic = new Map<string, ReturnType<typeof toMessage>[]>();
    for (const row of rows) {
      const messages = byTopic.get(row.topic) ?? [];
      messages.push(topicOf(row.topic).raw ? toRawMessage(row) : toMessage(row, source));
      byTopic.set(row.topic, messages);
    }
    return [...byTopic].map(([topic, messages]) => ({ topic: this.prefix + topic, messages }));
  }
}
