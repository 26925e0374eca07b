/** Another service's log, read in the same database by its owner's schema. */
import { schemaOf, type Queryable } from '@kontor/postgres';
import type { RecordPosition } from '../ports';
import { topicOf } from '../topics';

export const ownerSchema = (topic: string): string => schemaOf(topicOf(topic).owner);

export async function readHeads(database: Queryable, topic: string): Promise<RecordPosition[]> {
  const schema = ownerSchema(topic);
  const rows = await database.query<{ partition: number; position: string }>(
    `SELECT partition, next - 1 AS position FROM ${schema}.log_head
     WHERE topic = $1 ORDER BY partition`,
    [topic],
    { name: `${schema} heads` },
  );
  return rows.map(({ partition, position }) => ({ topic, partition, position: Number(position) }));
}

export async function readIncarnation(database: Queryable, topic: string): Promise<string> {
  const [row] = await database.query<{ incarnation: string }>(
    `SELECT incarnation FROM ${ownerSchema(topic)}.log_identity`,
  );
  if (!row) throw new Error(`the log of ${topic} has no identity yet`);
  return row.incarnation;
}

/** When the first record after `position` was appended. */
export async function readWaitingSince(
  database: Queryable,
  { topic, partition, position }: RecordPosition,
): Promise<string | undefined> {
  const [row] = await database.query<{ recorded_at: string }>(
    `SELECT recorded_at FROM ${ownerSchema(topic)}.log_record
     WHERE topic = $1 AND partition = $2 AND position > $3 ORDER BY position LIMIT 1`,
    [topic, partition, position],
  );
  return row?.recorded_at;
}
