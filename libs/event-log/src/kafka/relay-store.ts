/** What the relay reads of a local log and how far it remembers to have come. */
import type { Queryable } from '@kontor/postgres';
import type { TopicPartition } from '../ports';
import { textOfStored } from '../stored-facts';
import { tracesAreRecorded } from '../trace-context';
import type { LogRow } from './wire';

/**
 * One send makes one record batch per partition, and the broker measures the batch: 900 KiB stay
 * under its 1 MiB with headers and framing.
 */
export const SEND_PARTITION_BYTES_MAX = 900 * 1024;
/** Headers, key and framing of one record, generously. */
const RECORD_OVERHEAD_BYTES = 768;
/** Records of a partition looked at in one read; the bytes are the real bound. */
const READ_RECORDS_MAX = 2_000;

/** How far each partition was copied; 0 = nothing. */
export type RelayProgress = Map<string, number>;

export const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/** Reads the progress of all partitions of these topics. */
export async function loadProgress(
  session: Queryable,
  topics: readonly string[],
): Promise<RelayProgress> {
  const rows = await session.query<TopicPartition & { position: string }>(
    `SELECT h.topic, h.partition, coalesce(r.position, 0) AS position
     FROM log_head AS h LEFT JOIN log_relay AS r USING (topic, partition)
     WHERE h.topic = ANY ($1::text[]) ORDER BY h.topic, h.partition`,
    [topics],
  );
  return new Map(rows.map((row) => [keyOf(row), Number(row.position)]));
}

/** Remembers what the broker has acknowledged. It never goes back. */
export async function saveProgress(
  session: Queryable,
  reached: ReadonlyMap<string, number>,
): Promise<void> {
  const entries = [...reached].map(([key, position]) => ({ ...partitionOfKey(key), position }));
  await session.query(
    `INSERT INTO log_relay (topic, partition, position)
       SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[]) ORDER BY 1, 2
     ON CONFLICT (topic, partition) DO UPDATE
       SET position = greatest(log_relay.position, excluded.position)`,
    [
      entries.map(({ topic }) => topic),
      entries.map(({ partition }) => partition),
      entries.map(({ position }) => position),
    ],
    { name: 'relay save' },
  );
}

/** The rows after `progress`, in order within each partition, as many as one send may carry. */
export async function readRows(session: Queryable, progress: RelayProgress): Promise<LogRow[]> {
  const partitions = [...progress].map(([key, position]) => ({ ...partitionOfKey(key), position }));
  const rows = await session.query<StoredRow>(
    `SELECT r.* FROM unnest($1::text[], $2::int[], $3::bigint[]) AS p (topic, partition, position)
     CROSS JOIN LATERAL (
       SELECT l.*, sum(l.facts_bytes + ${RECORD_OVERHEAD_BYTES}) OVER (ORDER BY l.position) AS bytes
       FROM (SELECT topic, partition, position, facts_count, facts_bytes, facts, cause_topic,
                    cause_partition, cause_position, recorded_at${tracesAreRecorded() ? ', trace' : ''}
             FROM log_record
             WHERE topic = p.topic AND partition = p.partition AND position > p.position
             ORDER BY position LIMIT ${READ_RECORDS_MAX}) AS l) AS r
     WHERE r.bytes <= ${SEND_PARTITION_BYTES_MAX}
     ORDER BY r.topic, r.partition, r.position`,
    [
      partitions.map(({ topic }) => topic),
      partitions.map(({ partition }) => partition),
      partitions.map(({ position }) => position),
    ],
    { name: 'relay read' },
  );
  return rows.map(fromRow);
}

/** What waits to be copied: how many records, and when the oldest was appended. */
export async function readBacklog(
  database: Queryable,
  topics: readonly string[],
): Promise<{ records: number; oldest: string | undefined }> {
  const [row] = await database.query<{ records: string; oldest: string | null }>(
    `SELECT coalesce(sum(h.next - 1 - coalesce(r.position, 0)), 0) AS records,
            min((SELECT recorded_at FROM log_record AS l
                 WHERE l.topic = h.topic AND l.partition = h.partition
                   AND l.position = coalesce(r.position, 0) + 1)) AS oldest
     FROM log_head AS h LEFT JOIN log_relay AS r USING (topic, partition)
     WHERE h.topic = ANY ($1::text[])`,
    [topics],
  );
  return { records: Number(row?.records ?? 0), oldest: row?.oldest ?? undefined };
}

interface StoredRow extends TopicPartition {
  readonly position: string;
  readonly facts_count: number;
  readonly facts: string;
  readonly cause_topic: string | null;
  readonly cause_partition: number | null;
  readonly cause_position: string | null;
  readonly recorded_at: string;
  readonly trace?: string | null;
}

function fromRow(row: StoredRow): LogRow {
  const { topic, partition, cause_topic: causeTopic, cause_partition: causePartition } = row;
  return {
    topic,
    partition,
    position: Number(row.position),
    factsCount: row.facts_count,
    facts: textOfStored(row.facts),
    recordedAt: row.recorded_at,
    ...(row.trace && { trace: row.trace }),
    ...(causeTopic !== null &&
      causePartition !== null && {
        cause: {
          topic: causeTopic,
          partition: causePartition,
          position: Number(row.cause_position),
        },
      }),
  };
}

function partitionOfKey(key: string): TopicPartition {
  const at = key.lastIndexOf('/');
  return { topic: key.slice(0, at), partition: Number(key.slice(at + 1)) };
}
