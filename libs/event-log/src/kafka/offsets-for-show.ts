import type { Consumer } from 'kafkajs';
import type { Taken } from './delivery-queue';

const INTERVAL_MS = 1_000;

/**
 * Commits to Kafka how far a group has applied, so that its tools show a lag. The checkpoints in the
 * database are the truth; a commit that fails (a rebalance, no broker) is missed by onlookers only.
 */
export class OffsetsForShow {
  private readonly next = new Map<number, number>();
  private committedAt = 0;
  private committing = false;

  constructor(private readonly topic: string) {}

  applied(taken: readonly Taken[], consumer: Consumer | undefined): void {
    for (const { partition, messages } of taken) {
      const last = messages.at(-1);
      if (last) this.next.set(partition, Number(last.offset) + 1);
    }
    if (!consumer || this.committing || Date.now() - this.committedAt < INTERVAL_MS) return;
    void this.commit(consumer);
  }

  /** The partitions may be somebody else's now. */
  forget(): void {
    this.next.clear();
  }

  async commit(consumer: Consumer): Promise<void> {
    const offsets = [...this.next].map(([partition, offset]) => ({
      topic: this.topic,
      partition,
      offset: String(offset),
    }));
    this.next.clear();
    if (offsets.length === 0) return;
    this.committing = true;
    await consumer.commitOffsets(offsets).catch(() => undefined);
    this.committedAt = Date.now();
    this.committing = false;
  }
}
