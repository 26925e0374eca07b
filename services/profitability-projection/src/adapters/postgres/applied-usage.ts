/**
 * How far into the usage topic the rows of each topic reach, so that nobody looks for rows that
 * cannot be there: usage comes before what is caused by it, and mostly one of two topics is ahead.
 *
 * Read and written inside a transaction that holds the locks of the partitions. What is said without
 * its place in the usage topic reaches to the end: then everything is looked up.
 */
import type { Queryable } from '@kontor/postgres';
import type { EntryBatch, Topic, UsagePlace } from '../../app/ports';

/** Beyond every position, and exact as a number. */
const END = Number.MAX_SAFE_INTEGER;

/** Topics whose rows others ask for by event; those of usage reach as far as its checkpoint. */
const ASKED_FOR: readonly Topic[] = ['rated', 'costs'];

/** How far rows reach when nothing is noted: usage that is read without a checkpoint is unknown. */
const NOTHING: Readonly<Record<Topic, number>> = { usage: END, rated: 0, costs: 0, wallet: 0 };

type Batches = readonly EntryBatch<object>[];

export class AppliedUsage {
  private constructor(
    private readonly reached: ReadonlyMap<string, number>,
    private readonly batches: Batches,
    /** Names the table that was read: another after a view was made again; undefined = no row. */
    readonly view: string | undefined,
  ) {}

  /** As it is before any of the batches is written. */
  static async read(tx: Queryable, batches: Batches): Promise<AppliedUsage> {
    const rows = await tx.query<ReachedRow>(
      `SELECT topic, partition, position, tableoid::text AS view FROM applied_usage
         WHERE partition = ANY($1::int[])
       UNION ALL SELECT 'usage', partition, position, NULL FROM view_checkpoint
         WHERE consumer = 'profitability-projection.usage' AND topic = 'usage.recorded.v1'
           AND partition = ANY($1::int[])`,
      [[...new Set(batches.flatMap(({ partitions }) => partitions))]],
      { name: 'applied_usage' },
    );
    return new AppliedUsage(
      new Map(rows.map((row) => [placeOf(row.topic, row.partition), Number(row.position)])),
      batches,
      rows.find(({ view }) => view !== null)?.view ?? undefined,
    );
  }

  /** Those about whose events the topic may have rows that were there before. */
  reachedBy<Entry extends object>(topic: Topic, entries: readonly Entry[]): readonly Entry[] {
    return entries.filter((entry) => {
      const place = this.placeOfEntry(entry);
      return (
        !place?.isOfEvent ||
        place.position <= (this.reached.get(placeOf(topic, place.partition)) ?? NOTHING[topic])
      );
    });
  }

  private placeOfEntry(entry: object): UsagePlace | undefined {
    for (const { usagePlaces } of this.batches) {
      const place = usagePlaces?.get(entry);
      if (place) return place;
    }
    return undefined;
  }
}

interface ReachedRow {
  readonly topic: Topic;
  readonly partition: number;
  readonly position: string;
  readonly view: string | null;
}

/** Notes how far the entries of the batches reach. */
export async function noteAppliedUsage(tx: Queryable, batches: Batches): Promise<void> {
  const rows = new Map<string, { topic: Topic; partition: number; position: number }>();
  for (const batch of batches)
    if (ASKED_FOR.includes(batch.topic))
      for (const [partition, position] of reachOf(batch)) {
        const name = placeOf(batch.topic, partition);
        const farthest = Math.max(rows.get(name)?.position ?? 0, position);
        rows.set(name, { topic: batch.topic, partition, position: farthest });
      }
  if (rows.size === 0) return;
  const reached = [...rows.values()];
  await tx.query(
    `INSERT INTO applied_usage AS a (topic, partition, position)
     SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[])
     ON CONFLICT (topic, partition) DO UPDATE SET position = excluded.position
       WHERE a.position < excluded.position`,
    [
      reached.map(({ topic }) => topic),
      reached.map(({ partition }) => partition),
      reached.map(({ position }) => position),
    ],
    { name: 'note applied_usage' },
  );
}

function reachOf({
  partitions,
  entries,
  usagePlaces,
}: EntryBatch<object>): ReadonlyMap<number, number> {
  const reached = new Map<number, number>();
  for (const entry of entries) {
    const place = usagePlaces?.get(entry);
    for (const partition of place ? [place.partition] : partitions)
      reached.set(partition, Math.max(reached.get(partition) ?? 0, place?.position ?? END));
  }
  return reached;
}

const placeOf = (topic: Topic, partition: number): string => `${topic}/${partition}`;
