/**
 * How far into the usage topic the rows of the other topics reach, so that nobody looks for rows that
 * cannot be there: usage comes before what is caused by it, and mostly one of two topics is ahead.
 *
 * Read and written inside a transaction that holds the locks of the partitions. What is said without
 * its place in the usage topic reaches to the end: then everything is looked up.
 */
import type { Transaction } from '@kontor/postgres';
import type { EntryBatch, Topic, UsagePlace } from '../../app/ports';

/** Beyond every position, and exact as a number. */
const END = Number.MAX_SAFE_INTEGER;

/** Topics whose rows others ask for by event. */
const ASKED_FOR: readonly Topic[] = ['rated', 'costs'];

export class AppliedUsage {
  private constructor(
    private readonly reached: ReadonlyMap<string, number>,
    private readonly places: ReadonlyMap<object, UsagePlace>,
  ) {}

  static async read<Entry>(tx: Transaction, batch: EntryBatch<Entry>): Promise<AppliedUsage> {
    const rows = await tx.query<{ topic: Topic; partition: number; position: string }>(
      'SELECT topic, partition, position FROM applied_usage WHERE partition = ANY($1::int[])',
      [batch.partitions],
      { name: 'applied_usage' },
    );
    return new AppliedUsage(
      new Map(rows.map((row) => [placeOf(row.topic, row.partition), Number(row.position)])),
      batch.usagePlaces ?? new Map(),
    );
  }

  /** Those about whose events the topic may have rows. */
  reachedBy<Entry extends object>(topic: Topic, entries: readonly Entry[]): readonly Entry[] {
    return entries.filter((entry) => {
      const place = this.places.get(entry);
      return (
        !place?.isOfEvent ||
        place.position <= (this.reached.get(placeOf(topic, place.partition)) ?? 0)
      );
    });
  }
}

/** Notes how far the entries of a batch reach. */
export async function noteAppliedUsage<Entry extends object>(
  tx: Transaction,
  { topic, partitions, entries, usagePlaces }: EntryBatch<Entry>,
): Promise<void> {
  if (!ASKED_FOR.includes(topic) || entries.length === 0) return;
  const reached = new Map<number, number>();
  for (const entry of entries) {
    const place = usagePlaces?.get(entry);
    for (const partition of place ? [place.partition] : partitions)
      reached.set(partition, Math.max(reached.get(partition) ?? 0, place?.position ?? END));
  }
  await tx.query(
    `INSERT INTO applied_usage AS a (topic, partition, position)
     SELECT $1, p, n FROM unnest($2::int[], $3::bigint[]) AS _(p, n)
     ON CONFLICT (topic, partition) DO UPDATE SET position = excluded.position
       WHERE a.position < excluded.position`,
    [topic, [...reached.keys()], [...reached.values()]],
    { name: 'note applied_usage' },
  );
}

const placeOf = (topic: Topic, partition: number): string => `${topic}/${partition}`;
