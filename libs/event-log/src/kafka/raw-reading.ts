import type { KafkaMessage } from 'kafkajs';
import type { InboundHeaders, InboundRecord, RawSubscription } from '../ports';
import type { Taken } from './delivery-queue';
import type { Admission, OffsetRange, Reading } from './group-reader';
import type { BusLogger } from './options';
import { headerOf } from './wire';

/** What others wrote, by offsets: position = offset + 1, incarnation = the cluster's id. */
export class RawReading implements Reading {
  readonly consumer: string;
  readonly weightMax: number;
  private cluster = '';

  constructor(
    private readonly subscription: RawSubscription,
    readonly topic: string,
    private readonly logger: BusLogger,
    private readonly clusterId: () => Promise<string>,
  ) {
    this.consumer = subscription.consumer;
    this.weightMax = subscription.recordsMax;
  }

  /** Records below `low` are over (retention): reading goes on with the earliest that is left. */
  async resume(ranges: readonly OffsetRange[]): Promise<ReadonlyMap<number, number>> {
    this.cluster = await this.clusterId();
    const ends = new Map(ranges.map(({ partition, high }) => [partition, high]));
    const positions = new Map(
      (await this.subscription.checkpoints(this.cluster, ends)).map(({ partition, position }) => [
        partition,
        position,
      ]),
    );
    return new Map(
      ranges.map(({ partition, low, high }) => [
        partition,
        Math.max(low, Math.min(positions.get(partition) ?? 0, high)),
      ]),
    );
  }

  admit(): Admission {
    return { kind: 'take' };
  }

  weigh(): number {
    return 1;
  }

  deliver(taken: readonly Taken[], signal: AbortSignal): Promise<'applied' | 'reload' | 'stop'> {
    const { topic } = this.subscription;
    const slices = taken.map(({ partition, messages }) => ({
      topic,
      partition,
      records: messages.map((message) => fromExternal(partition, message)),
    }));
    return this.subscription.deliver(slices, this.cluster, signal);
  }

  halt(reason: string): void {
    this.logger.error('reading an inbound topic stopped', { topic: this.topic, reason });
  }
}

function fromExternal(partition: number, message: KafkaMessage): InboundRecord {
  return {
    partition,
    offset: Number(message.offset),
    key: message.key,
    value: message.value,
    headers: headersOf(message),
  };
}

function headersOf({ headers }: KafkaMessage): InboundHeaders {
  const texts = new Map<string, string>();
  for (const name of Object.keys(headers ?? {})) {
    const text = headerOf(headers, name);
    if (text !== undefined) texts.set(name, text);
  }
  return texts;
}
