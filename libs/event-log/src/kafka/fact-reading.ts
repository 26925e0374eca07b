import type { KafkaMessage } from 'kafkajs';
import type { LogRecord, Subscription } from '../ports';
import type { Taken } from './delivery-queue';
import type { Admission, OffsetRange, Reading } from './group-reader';
import type { BusLogger } from './options';
import { fromMessage, markOf } from './wire';

/** Where a partition stands, as of its last resume. */
interface Standing {
  /** The position that comes next. */
  expected: number;
  /** The log's incarnation, once one is known. */
  incarnation: string | undefined;
  readonly low: number;
  /** Whether reading already starts at the earliest record. */
  fromLow: boolean;
}

/**
 * Facts off Kafka by their positions. A relay that crashed wrote a stretch twice, and only ever
 * behind what it wrote first: so the record of position p stands at offset p - 1 or later, reading
 * from the checkpoint's number as an offset misses nothing, and what was read before is passed over.
 */
export class FactReading implements Reading {
  readonly consumer: string;
  readonly weightMax: number;
  private readonly standings = new Map<number, Standing>();
  private readonly opened = new WeakMap<KafkaMessage, LogRecord>();

  constructor(
    private readonly subscription: Subscription,
    /** The topic's name on the broker. */
    readonly topic: string,
    private readonly logger: BusLogger,
    /** Told how far offsets run ahead of positions. */
    private readonly onDrift: (partition: number, drift: number) => void,
  ) {
    this.consumer = subscription.consumer;
    this.weightMax = subscription.factsMax;
  }

  async resume(ranges: readonly OffsetRange[]): Promise<ReadonlyMap<number, number>> {
    const checkpoints = new Map(
      (await this.subscription.checkpoints()).map((checkpoint) => [
        checkpoint.partition,
        checkpoint,
      ]),
    );
    const offsets = new Map<number, number>();
    for (const { partition, low, high } of ranges) {
      const { position = 0, incarnation } = checkpoints.get(partition) ?? {};
      const offset = Math.max(low, Math.min(position, high));
      offsets.set(partition, offset);
      this.standings.set(partition, {
        expected: position + 1,
        incarnation: position > 0 ? (incarnation ?? undefined) : undefined,
        low,
        fromLow: offset === low,
      });
    }
    return offsets;
  }

  admit(partition: number, message: KafkaMessage): Admission {
    const standing = this.standings.get(partition);
    const mark = markOf(message);
    if (!mark || !standing) {
      this.logger.error('a record that no relay wrote was passed over', {
        topic: this.topic,
        partition,
        offset: message.offset,
      });
      return { kind: 'skip' };
    }
    standing.incarnation ??= mark.incarnation;
    if (standing.incarnation !== mark.incarnation)
      return this.stopAt(partition, `a log of incarnation ${mark.incarnation}`, standing);
    this.onDrift(partition, Number(message.offset) + 1 - mark.position);
    if (mark.position < standing.expected) return { kind: 'skip' };
    if (mark.position > standing.expected) return this.gap(partition, mark.position, standing);
    standing.expected += 1;
    return { kind: 'take' };
  }

  weigh(partition: number, message: KafkaMessage): number {
    const record = fromMessage(this.subscription.topic, partition, message);
    this.opened.set(message, record);
    return record.facts.length;
  }

  deliver(taken: readonly Taken[], signal: AbortSignal): Promise<'applied' | 'reload' | 'stop'> {
    const { topic } = this.subscription;
    const slices = taken.map(({ partition, messages }) => ({
      topic,
      partition,
      records: messages.map(
        (message) => this.opened.get(message) ?? fromMessage(topic, partition, message),
      ),
    }));
    return this.subscription.deliver(slices, signal);
  }

  halt(reason: string): void {
    this.subscription.halt?.(reason);
  }

  /** What is missing may stand before the place where reading began; else it is gone. */
  private gap(partition: number, position: number, standing: Standing): Admission {
    if (standing.fromLow)
      return this.stopAt(partition, `position ${position}, none between`, standing);
    standing.fromLow = true;
    return { kind: 'rewind', offset: standing.low };
  }

  private stopAt(partition: number, found: string, standing: Standing): Admission {
    const reason =
      `${this.subscription.topic}:${partition} should go on with position ${standing.expected}` +
      `${standing.incarnation ? ` of incarnation ${standing.incarnation}` : ''}; Kafka has ${found}`;
    return { kind: 'halt', reason };
  }
}
