/**
 * The records that this process appended a moment ago. In one process most readers are at the head,
 * and what they want was in memory when it was written: they get those facts, nothing is parsed and
 * the database is not asked.
 *
 * The writer and all readers share the facts, so a fact is never changed once it is appended. They
 * are plain JSON values: what the text says, except that a member may be undefined instead of absent.
 * Records that one reader had to fetch are kept for the others, which are mostly as far behind.
 *
 * Limits: `bytesMax` of text in all, the oldest go first. Who is further behind reads the database.
 */
import type { LogRecord, RecordPosition, RecordSlice } from '../ports';
import type { AppendedRecord } from '../wakeups';
import type { FetchedRecord } from './tail-reader';

const BYTES_MAX = 32 * 1024 * 1024;

type RecentRecord = FetchedRecord;

interface RecentPartition {
  /** The highest position known to be committed. */
  head: number;
  readonly records: Map<number, RecentRecord>;
}

export interface RecentQuery {
  readonly topic: string;
  readonly after: ReadonlyMap<number, number>;
  readonly factsMax: number;
  readonly bytesMax: number;
}

export class RecentRecords {
  private readonly partitions = new Map<string, RecentPartition>();
  private readonly oldestFirst: RecentRecord[] = [];
  private evicted = 0;
  private bytes = 0;

  constructor(private readonly bytesMax = BYTES_MAX) {}

  add(records: readonly AppendedRecord[]): void {
    for (const record of records) {
      const partition = this.partitionOf(record);
      partition.head = Math.max(partition.head, record.position);
      const recent = recentOf(record);
      if (recent) this.hold(partition, recent);
    }
    this.makeRoom();
  }

  /** Records that were fetched from the database. */
  keep(fetched: readonly FetchedRecord[]): void {
    for (const recent of fetched) this.hold(this.partitionOf(recent.record), recent);
    this.makeRoom();
  }

  private hold(partition: RecentPartition, recent: RecentRecord): void {
    const { position } = recent.record;
    if (partition.records.has(position)) return;
    partition.records.set(position, recent);
    this.oldestFirst.push(recent);
    this.bytes += recent.bytes;
  }

  private makeRoom(): void {
    while (this.bytes > this.bytesMax) this.evictOldest();
  }

  /** What the database says about where partitions end: others may have appended. */
  noteHeads(heads: readonly RecordPosition[]): void {
    for (const head of heads) {
      const partition = this.partitionOf(head);
      partition.head = Math.max(partition.head, head.position);
    }
  }

  /**
   * What follows these positions, each partition in its turn; undefined when the database must be
   * asked, because a partition has newer records that are not here.
   */
  after({ topic, after, factsMax, bytesMax }: RecentQuery): RecordSlice[] | undefined {
    const waiting = [...after].filter(([partition, position]) => {
      const recent = this.partitions.get(nameOf(topic, partition));
      return recent !== undefined && recent.head > position;
    });
    const slices: RecordSlice[] = [];
    const bound = { facts: factsMax / waiting.length, bytes: bytesMax / waiting.length };
    for (const [partition, position] of waiting) {
      const records = this.takeFrom(nameOf(topic, partition), position, bound);
      if (records.length === 0) return undefined;
      slices.push({ topic, partition, records });
    }
    return slices;
  }

  private takeFrom(
    name: string,
    position: number,
    bound: { readonly facts: number; readonly bytes: number },
  ): LogRecord[] {
    const records = this.partitions.get(name)?.records;
    const taken: LogRecord[] = [];
    let [facts, bytes] = [0, 0];
    for (let next = position + 1; facts < bound.facts && bytes < bound.bytes; next += 1) {
      const recent = records?.get(next);
      if (!recent) break;
      taken.push(recent.record);
      facts += recent.record.facts.length;
      bytes += recent.bytes;
    }
    return taken;
  }

  private partitionOf({ topic, partition }: RecordPosition): RecentPartition {
    const name = nameOf(topic, partition);
    const known = this.partitions.get(name) ?? { head: 0, records: new Map() };
    this.partitions.set(name, known);
    return known;
  }

  private evictOldest(): void {
    const oldest = this.oldestFirst[this.evicted];
    if (!oldest) return;
    this.evicted += 1;
    this.bytes -= oldest.bytes;
    this.partitionOf(oldest.record).records.delete(oldest.record.position);
    // The list gives up its used part now and then, not at each record.
    if (this.evicted * 2 > this.oldestFirst.length) {
      this.oldestFirst.splice(0, this.evicted);
      this.evicted = 0;
    }
  }
}

const nameOf = (topic: string, partition: number): string => `${topic}/${partition}`;

function recentOf({
  topic,
  partition,
  position,
  content,
}: AppendedRecord): RecentRecord | undefined {
  if (!content) return undefined;
  const { bytes, ...record } = content;
  return {
    record: { topic, partition, position, ...record },
    bytes,
  };
}
