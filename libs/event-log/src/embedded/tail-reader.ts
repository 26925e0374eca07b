/** Reads the records after given positions out of a local log: the embedded bus and the relay do. */
import type { Queryable } from '@kontor/postgres';
import type { LogRecord, RecordPosition, RecordSlice } from '../ports';
import { causeFromRow } from '../runner/key-retry';
import { factsOf } from '../stored-facts';
import { tracesAreRecorded } from '../trace-context';

export interface TailQuery {
  /** The owner's schema. */
  readonly schema: string;
  readonly topic: string;
  readonly incarnation: string;
  readonly after: readonly RecordPosition[];
  /** Bounds of the whole answer, rounded up to whole records. */
  readonly factsMax: number;
  readonly bytesMax: number;
  /** Records looked at per partition; what keeps a deep backlog of small records cheap. */
  readonly recordsMax: number;
}

/**
 * The next records of each partition, in order, taken in turn so that a busy partition never
 * starves a quiet one.
 *
 * Statement: the positions come as arrays and each partition is an index range scan of its own; the
 * running sums see only counts, so the facts of a record that does not fit are never read.
 */
export async function readTail(database: Queryable, query: TailQuery): Promise<TailRead> {
  const rows = await database.query<TailRow>(
    `SELECT partition, position, facts, facts_count, facts_bytes,
            cause_topic, cause_partition, cause_position, recorded_at${traceColumn()}
     FROM (
       SELECT r.*, sum(r.facts_count) OVER turns - r.facts_count AS facts_before,
              sum(r.facts_bytes) OVER turns - r.facts_bytes AS bytes_before
       FROM unnest($2::int[], $3::bigint[]) AS c (partition, position)
       CROSS JOIN LATERAL (
         SELECT l.*, l.position - c.position AS turn FROM ${query.schema}.log_record AS l
         WHERE l.topic = $1 AND l.partition = c.partition AND l.position > c.position
         ORDER BY l.position LIMIT $4) AS r
       WINDOW turns AS (ORDER BY r.turn, r.partition)) AS bounded
     WHERE facts_before < $5 AND bytes_before < $6
     ORDER BY partition, position`,
    [
      query.topic,
      query.after.map(({ partition }) => partition),
      query.after.map(({ position }) => position),
      query.recordsMax,
      query.factsMax,
      query.bytesMax,
    ],
    { name: `${query.schema} tail` },
  );
  const fetched = rows.map((row) => ({
    record: recordFromRow(row, query),
    bytes: row.facts_bytes,
  }));
  return { fetched, slices: slicesOf(fetched), isAll: isAll(rows, query) };
}

/** Asked for only when somebody looks at traces. */
const traceColumn = (): string => (tracesAreRecorded() ? ', trace' : '');

export interface FetchedRecord {
  readonly record: LogRecord;
  /** Length of its facts' text. */
  readonly bytes: number;
}

export interface TailRead {
  readonly fetched: readonly FetchedRecord[];
  readonly slices: RecordSlice[];
  /** Whether nothing else was committed when it was read. */
  readonly isAll: boolean;
}

interface TailRow {
  readonly partition: number;
  readonly position: string;
  readonly facts: string;
  readonly facts_count: number;
  readonly facts_bytes: number;
  readonly cause_topic: string | null;
  readonly cause_partition: number | null;
  readonly cause_position: string | null;
  readonly recorded_at: string;
  readonly trace?: string | null;
}

/** No bound was reached: not the sums, and not the depth of any partition. */
function isAll(rows: readonly TailRow[], query: TailQuery): boolean {
  let [facts, bytes] = [0, 0];
  const depths = new Map<number, number>();
  for (const row of rows) {
    facts += row.facts_count;
    bytes += row.facts_bytes;
    depths.set(row.partition, (depths.get(row.partition) ?? 0) + 1);
  }
  const deepest = Math.max(0, ...depths.values());
  return facts < query.factsMax && bytes < query.bytesMax && deepest < query.recordsMax;
}

function recordFromRow(row: TailRow, { topic, incarnation }: TailQuery): LogRecord {
  const cause = causeFromRow(row);
  return {
    ...{ topic, partition: row.partition, position: Number(row.position), incarnation },
    facts: factsOf(row.facts),
    recordedAt: row.recorded_at,
    ...(cause && { cause }),
    ...(row.trace && { trace: row.trace }),
  };
}

function slicesOf(fetched: readonly FetchedRecord[]): RecordSlice[] {
  const slices = new Map<number, { topic: string; partition: number; records: LogRecord[] }>();
  for (const { record } of fetched) {
    const { topic, partition } = record;
    const slice = slices.get(partition);
    if (slice) slice.records.push(record);
    else slices.set(partition, { topic, partition, records: [record] });
  }
  return [...slices.values()];
}
