/**
 * What a backup says of a service's log, and how a restored log becomes another one.
 *
 * A log that was restored goes on differently from the one that was lost, under the same positions.
 * So it gets a new incarnation, and readers that know the old one stop instead of skipping.
 */
import type { Queryable } from '@kontor/postgres';
import type { RecordPosition } from '../ports';
import { topicOf, topicsOwnedBy } from '../topics';

export interface LogIdentity {
  readonly incarnation: string;
  /** The last position of each partition. */
  readonly heads: readonly RecordPosition[];
}

/** As of the session's snapshot. `schema` is the service's. */
export async function readLogIdentity(session: Queryable, schema: string): Promise<LogIdentity> {
  const [identity] = await session.query<{ incarnation: string }>(
    `SELECT incarnation FROM ${schema}.log_identity`,
  );
  if (!identity) throw new Error(`the log of ${schema} has no identity: it was never started`);
  const heads = await session.query<{ topic: string; partition: number; position: string }>(
    `SELECT topic, partition, next - 1 AS position FROM ${schema}.log_head
     ORDER BY topic, partition`,
  );
  return {
    incarnation: identity.incarnation,
    heads: heads.map((head) => ({ ...head, position: Number(head.position) })),
  };
}

/** Of one log: its name before the restore and after it. */
export interface RenewedLog {
  readonly service: string;
  readonly before: string;
  readonly after: string;
}

/** Gives a service's log its new incarnation; its relay begins at the first record again. */
export async function renewLog(
  session: Queryable,
  { service, schema }: { readonly service: string; readonly schema: string },
): Promise<RenewedLog> {
  const { incarnation: before } = await readLogIdentity(session, schema);
  const [row] = await session.query<{ after: string }>(
    `UPDATE ${schema}.log_identity SET incarnation = gen_random_uuid()
     RETURNING incarnation AS after`,
  );
  await session.query(`DELETE FROM ${schema}.log_relay`);
  if (!row) throw new Error(`the log of ${schema} has no identity`);
  return { service, before, after: row.after };
}

/**
 * Writes the new incarnations into a service's checkpoints. One that names another log than the one
 * restored stays as it is: its consumer had stopped because of that, and goes on saying so. So does
 * one of an inbound topic, which is not ours.
 */
export async function renewCheckpoints(
  session: Queryable,
  schema: string,
  renewed: readonly RenewedLog[],
): Promise<void> {
  const topics = renewed.flatMap((log) =>
    topicsOwnedBy(log.service).map(({ name }) => ({ name, ...log })),
  );
  await session.query(
    `UPDATE ${schema}.checkpoint AS c SET incarnation = r.after
     FROM unnest($1::text[], $2::uuid[], $3::uuid[]) AS r (topic, before, after)
     WHERE c.topic = r.topic AND c.incarnation = r.before`,
    [
      topics.map(({ name }) => name),
      topics.map(({ before }) => before),
      topics.map(({ after }) => after),
    ],
  );
}

/** A checkpoint beyond the end of the log that it is about. */
export interface CheckpointAhead extends RecordPosition {
  readonly consumer: string;
  readonly head: number;
}

/** None can be in a backup: a consumer would miss what comes at those positions. */
export async function checkpointsAhead(
  session: Queryable,
  schema: string,
  heads: readonly RecordPosition[],
): Promise<CheckpointAhead[]> {
  const ends = new Map(heads.map((head) => [`${head.topic}/${head.partition}`, head.position]));
  const rows = await session.query<{
    consumer: string;
    topic: string;
    partition: number;
    position: string;
  }>(`SELECT consumer, topic, partition, position FROM ${schema}.checkpoint`);
  return rows.flatMap((row) => {
    if (topicOf(row.topic).inbound) return [];
    const head = ends.get(`${row.topic}/${row.partition}`) ?? 0;
    const position = Number(row.position);
    return position > head ? [{ ...row, position, head }] : [];
  });
}
