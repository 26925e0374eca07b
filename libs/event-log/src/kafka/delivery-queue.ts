/**
 * What was fetched and waits to be applied: one line per partition, bounded in bytes, handed out in
 * slices that span partitions, so that a slow database makes larger transactions, not more of them.
 */
import type { KafkaMessage } from 'kafkajs';

/** A fetched record, opened (parsed) only when it is handed out. */
export interface Queued {
  readonly message: KafkaMessage;
  readonly bytes: number;
}

export interface Taken {
  readonly partition: number;
  readonly messages: readonly KafkaMessage[];
}

export class DeliveryQueue {
  private readonly lines = new Map<number, Queued[]>();
  private bytes = 0;
  private waitingForRoom: (() => void)[] = [];
  private waitingForWork: (() => void)[] = [];
  /** The partition that is served first next time, so that none starves. */
  private turn = 0;

  constructor(private readonly bytesMax: number) {}

  /** One record always fits, however large. */
  get hasRoom(): boolean {
    return this.bytes === 0 || this.bytes < this.bytesMax;
  }

  get isEmpty(): boolean {
    return this.bytes === 0;
  }

  put(partition: number, message: KafkaMessage): void {
    // A tombstone has no bytes and still takes a place.
    const bytes = (message.value?.length ?? 0) + (message.key?.length ?? 0) + 1;
    const line = this.lines.get(partition);
    if (line) line.push({ message, bytes });
    else this.lines.set(partition, [{ message, bytes }]);
    this.bytes += bytes;
    this.wake('waitingForWork');
  }

  /** The first record of a partition that waits. */
  first(partition: number): KafkaMessage | undefined {
    return this.lines.get(partition)?.[0]?.message;
  }

  /**
   * Takes records in order within each partition until their weights add up to `weightMax`; at
   * least one when any waits. `weigh` may parse: what it throws leaves the record in its place.
   */
  take(
    weightMax: number,
    weigh: (partition: number, message: KafkaMessage) => number,
  ): readonly Taken[] {
    const partitions = [...this.lines.keys()];
    const taken: Taken[] = [];
    let left = weightMax;
    for (let step = 0; step < partitions.length && left > 0; step += 1) {
      const partition = partitions[(this.turn + step) % partitions.length];
      if (partition === undefined) continue;
      const messages: KafkaMessage[] = [];
      const line = this.lines.get(partition) ?? [];
      for (const { message } of line) {
        if (left <= 0) break;
        left -= weigh(partition, message);
        messages.push(message);
      }
      this.drop(partition, messages.length);
      taken.push({ partition, messages });
    }
    this.turn = partitions.length > 0 ? (this.turn + 1) % partitions.length : 0;
    return taken;
  }

  /** Forgets everything: the reader goes on from elsewhere. */
  clear(): void {
    this.lines.clear();
    this.bytes = 0;
    this.wake('waitingForRoom');
  }

  /** Resolves when something waits, or at `wakeAll`. */
  work(): Promise<void> {
    if (!this.isEmpty) return Promise.resolve();
    return new Promise((resolve) => this.waitingForWork.push(resolve));
  }

  /** Resolves when there is room, or at `wakeAll`. */
  room(): Promise<void> {
    if (this.hasRoom) return Promise.resolve();
    return new Promise((resolve) => this.waitingForRoom.push(resolve));
  }

  wakeAll(): void {
    this.wake('waitingForRoom');
    this.wake('waitingForWork');
  }

  private drop(partition: number, count: number): void {
    const line = this.lines.get(partition) ?? [];
    for (const { bytes } of line.splice(0, count)) this.bytes -= bytes;
    if (line.length === 0) this.lines.delete(partition);
    if (this.hasRoom) this.wake('waitingForRoom');
  }

  private wake(who: 'waitingForRoom' | 'waitingForWork'): void {
    const waiting = this[who];
    this[who] = [];
    for (const resolve of waiting) resolve();
  }
}
