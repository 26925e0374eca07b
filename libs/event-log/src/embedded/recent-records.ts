/**
 * The records that this process appended a moment ago. In one process most readers are at the head,
 * and what they want was in memory when it was written: they get those facts, nothing is parsed and
 * the database is not asked.
 *
 * The writer and all readers share the facts, so a fact is never changed once it is appended. They
 * are plain JSON values: what the text says, except that a member may be undefined instead of absent.
 * Records that one reader had to fetch are kept for the others, which are mostly as far behind.
 *
 * A record is let go as soon as every reader of its topic has taken it: facts that die within a
 * fraction of a second are nearly free, while a fact that is kept for seconds is copied by every
 * collection of garbage on its way into the old generation, and marked there.
 *
 * Limits: `bytesMax` of text in all, the oldest go first. Who is further behind reads the database.
 */
import type { LogRecord, RecordPosition, RecordSlice } from '../ports';
import type { AppendedRecord } from '../wakeups';
import type { FetchedRecord } from './tail-reader';

const BYTES_MAX = 32 * 1024 * 1024;

/** How far a reader has come, by partition. It changes as the reader goes on. */
export type Cursors = ReadonlyMap<number, number>;

interface HeldRecord extends FetchedRecord {
  /** Of all records that were ever held here: a lower number is older. */
  readonly number: number;
}

interface RecentPartition {
  readonly topic: string;
  readonly partition: number;
  /** The highest position known to be committed. */
  head: number;
  /** All readers have taken what is up to here. */
  taken: number;
  /** By position, the oldest first. */
  readonly records: Map<number, HeldRecord>;
}

export interface RecentQuery {
  readonly topic: string;
  readonly after: Cursors;
  readonly factsMax: number;
  readonly bytesMax: number;
}

export class RecentRecords {
  private readonly partitions = new Map<string, RecentPartition>();
  private readonly readers = new Map<string, Set<() => Cursors>>();
  private held = 0;
  private bytes = 0;

  constructor(private readonly bytesMax = BYTES_MAX) {}

  /** Names a reader: what all readers of a topic have taken is not kept. Answers how it is forgotten. */
  readBy(topic: string, cursors: () => Cursors): () => void {
    const readers = this.readers.get(topic) ?? new Set();
    this.readers.set(topic, readers.add(cursors));
    return () => {
      readers.delete(cursors);
      for (const partition of this.partitions.values())
        if (partition.topic === topic) this.letGo(partition);
    };
  }

  /** To be called when a reader has gone on in these partitions. */
  taken(topic: string, partitions: readonly { readonly partition: number }[]): void {
    for (const { partition } of partitions) this.letGo(this.partitionOf({ topic, partition }));
  }

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

  private hold(partition: RecentPartition, { record, bytes }: FetchedRecord): void {
    const { position } = record;
    if (position <= partition.taken || partition.records.has(position)) return;
    this.held += 1;
    partition.records.set(position, { record, bytes, number: this.held });
    this.bytes += bytes;
  }

  private drop(partition: RecentPartition, position: number): void {
    const recent = partition.records.get(position);
    if (!recent) return;
    partition.records.delete(position);
    this.bytes -= recent.bytes;
  }

  private letGo(partition: RecentPartition): void {
    const { records, taken } = partition;
    const now = this.takenByAll(partition);
    partition.taken = now;
    if (now - taken <= records.size)
      for (let position = taken + 1; position <= now; position += 1) this.drop(partition, position);
    else for (const position of records.keys()) if (position <= now) this.drop(partition, position);
  }

  /** A reader that does not read this partition wants nothing of it. */
  private takenByAll({ topic, partition }: RecentPartition): number {
    let lowest = Infinity;
    for (const cursors of this.readers.get(topic) ?? [])
      lowest = Math.min(lowest, cursors().get(partition) ?? Infinity);
    return lowest;
  }

  private makeRoom(): void {
    while (this.bytes > this.bytesMax) {
      const oldest = this.partitionOfOldest();
      const [position] = oldest?.records.keys() ?? [];
      if (!oldest || position === undefined) return;
      this.drop(oldest, position);
    }
  }

  private partitionOfOldest(): RecentPartition | undefined {
    let [oldest, lowest] = [undefined as RecentPartition | undefined, Infinity];
    for (const partition of this.partitions.values()) {
      const [first] = partition.records.values();
      if (first && first.number < lowest) [oldest, lowest] = [partition, first.number];
    }
    return oldest;
  }

  private partitionOf(at: { topic: string; partition: number }): RecentPartition {
    const { topic, partition } = at;
    const name = nameOf(topic, partition);
    const known = this.partitions.get(name);
    if (known) return known;
    const opened = { topic, partition, head: 0, taken: 0, records: new Map<number, HeldRecord>() };
    this.partitions.set(name, opened);
    return opened;
  }
}

const nameOf = (topic: string, partition: number): string => `${topic}/${partition}`;

function recentOf({
  topic,
  partition,
  position,
  content,
}: AppendedRecord): FetchedRecord | undefined {
  if (!content) return undefined;
  const { bytes, ...record } = content;
  return {
    record: { topic, partition, position, ...record },
    bytes,
  };
}
