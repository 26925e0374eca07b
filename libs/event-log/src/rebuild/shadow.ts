/**
 * The schemas of a rebuild: `<view>_next`, where it folds into, and `<view>_old`, what it replaced.
 */
import {
  isInfrastructureError,
  migrateSchema,
  VIEW_GATE,
  viewLock,
  type DatabaseOptions,
  type MigrationSet,
  type Queryable,
} from '@kontor/postgres';
import { pause } from '../runner/backoff';

export const nextOf = (viewSchema: string): string => `${viewSchema}_next`;
const oldOf = (viewSchema: string): string => `${viewSchema}_old`;

/** Writers of the view finish within it, or this swap gives way to them and tries again. */
const LOCK_TIMEOUT_MS = 5_000;
/** Below PostgreSQL's deadlock_timeout: who still reads the old view is never the one to lose. */
const DROP_LOCK_TIMEOUT_MS = 300;
const DROP_ATTEMPTS_MAX = 200;
const DROP_PAUSE_MS = 100;

/** An empty shadow with today's tables. Whatever an earlier rebuild left is removed. */
export async function makeShadow(
  session: Queryable,
  options: DatabaseOptions,
  view: { readonly schema: string; readonly migrations: readonly MigrationSet[] },
): Promise<void> {
  await dropLeftovers(session, view.schema);
  await migrateSchema(options, nextOf(view.schema), view.migrations, 'view');
}

export async function dropLeftovers(session: Queryable, viewSchema: string): Promise<void> {
  await session.query(`DROP SCHEMA IF EXISTS ${nextOf(viewSchema)} CASCADE`);
  await dropOld(session, viewSchema);
}

/** Nothing new comes to the old view; who is still reading it is waited for. */
export async function dropOld(session: Queryable, viewSchema: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1)
    try {
      await inTransaction(session, async () => {
        await session.query(`SET LOCAL lock_timeout = ${DROP_LOCK_TIMEOUT_MS}`);
        await session.query(`DROP SCHEMA IF EXISTS ${oldOf(viewSchema)} CASCADE`);
      });
      return;
    } catch (error) {
      if (!isInfrastructureError(error) || attempt >= DROP_ATTEMPTS_MAX) throw error;
      await pause(DROP_PAUSE_MS);
    }
}

/** Statistics of the new tables: the planner has none, and none would come for a minute. */
export async function analyze(session: Queryable, schema: string): Promise<void> {
  const tables = await session.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = $1`,
    [schema],
  );
  for (const { name } of tables) await session.query(`ANALYZE ${name}`);
}

/**
 * Runs `work` while nobody writes the view; readers go on.
 *
 * Errors: SQLSTATE 55P03 when writers did not end in time.
 */
export function withViewAlone<T>(
  session: Queryable,
  viewSchema: string,
  work: () => Promise<T>,
): Promise<T> {
  return inTransaction(session, async () => {
    await session.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await session.query(`SELECT pg_advisory_xact_lock(${viewLock(viewSchema)})`);
    return work();
  });
}

/** Waits for who reads the view in several statements; new ones wait. Within `withViewAlone`. */
export async function closeGate(session: Queryable, viewSchema: string): Promise<void> {
  await session.query(`LOCK TABLE ${viewSchema}.${VIEW_GATE} IN ACCESS EXCLUSIVE MODE`);
}

/**
 * Puts the shadow in the place of the view, within `withViewAlone` and behind a closed gate. Consumers everywhere find their
 * checkpoints changed and read them again: what they know of parked facts is of the old view.
 */
export async function exchange(session: Queryable, viewSchema: string): Promise<void> {
  const next = nextOf(viewSchema);
  await session.query('SET LOCAL synchronous_commit = on');
  await session.query(
    `UPDATE ${next}.view_checkpoint AS n SET parking = greatest(n.parking, o.parking) + 1
     FROM ${viewSchema}.view_checkpoint AS o
     WHERE (o.consumer, o.topic, o.partition) = (n.consumer, n.topic, n.partition)`,
  );
  await session.query(`ALTER SCHEMA ${viewSchema} RENAME TO ${oldOf(viewSchema)}`);
  await session.query(`ALTER SCHEMA ${next} RENAME TO ${viewSchema}`);
}

async function inTransaction<T>(session: Queryable, work: () => Promise<T>): Promise<T> {
  await session.query('BEGIN');
  try {
    const answer = await work();
    await session.query('COMMIT');
    return answer;
  } catch (error) {
    await session.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
