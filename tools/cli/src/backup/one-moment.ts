/**
 * Sessions that all see the services' databases as of one moment.
 *
 * One database: a snapshot is that. Several: every log is held for as long as the snapshots take, so
 * that nothing is appended between the first and the last. Then no checkpoint is ahead of a log, and
 * no fact names a head of another log that is not in the backup.
 */
import {
  type CopySession,
  isInfrastructureError,
  isUnfinished,
  openCopySession,
} from '@kontor/postgres';
import { Unusable } from '../command';
import type { ServiceDatabase } from './databases';
import type { BackedUpService } from './services';
import { hasSchema, tablesIn, type TableShape } from './tables';

const APPLICATION = 'kontor backup';
/** Who appends meanwhile waits for as long; then it goes on and we try again. */
const HOLD_MS_MAX = 1_000;
const ATTEMPTS = 20;
const PAUSE_MS = 500;

export interface ServiceMoment {
  readonly service: BackedUpService;
  readonly session: CopySession;
  readonly tables: readonly TableShape[];
}

export interface OneMoment {
  readonly services: readonly ServiceMoment[];
  close(): Promise<void>;
}

/** Errors: Unusable when a service's schema is missing, or the logs never stand still. */
export async function openOneMoment(databases: readonly ServiceDatabase[]): Promise<OneMoment> {
  const opened: CopySession[] = [];
  const open = async (url: string): Promise<CopySession> => {
    const session = await openCopySession(url, APPLICATION);
    opened.push(session);
    return session;
  };
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((session) => session.close().catch(() => undefined)));
  };
  try {
    const moments: ServiceMoment[][] = [];
    for (const { url, services } of databases) {
      const session = await open(url);
      if (await isUnfinished((text) => session.query(text)))
        throw new Unusable('A restore into this database was begun and not finished.');
      moments.push(await Promise.all(services.map((service) => shapeOf(session, service))));
    }
    const take = async (): Promise<void> => {
      for (const moment of moments) await takeSnapshot(moment);
    };
    if (databases.length === 1) await take();
    else await whileLogsStandStill(databases, open, take);
    return { services: moments.flat(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function shapeOf(session: CopySession, service: BackedUpService): Promise<ServiceMoment> {
  if (!(await hasSchema(session, service.schema)))
    throw new Unusable(`The database has no schema ${service.schema}: is it one of Kontor?`);
  return { service, session, tables: await tablesIn(session, service.schema) };
}

/** A lock takes no snapshot, so the moment begins when no migration can change a table any more. */
async function takeSnapshot(moments: readonly ServiceMoment[]): Promise<void> {
  const [first] = moments;
  if (!first) return;
  const names = moments.flatMap(({ service, tables }) =>
    ['migration', ...tables.map(({ name }) => name)].map((name) => `${service.schema}."${name}"`),
  );
  await first.session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await first.session.query(`LOCK TABLE ${names.join(', ')} IN ACCESS SHARE MODE`);
  await first.session.query('SELECT pg_current_snapshot()');
}

async function whileLogsStandStill(
  databases: readonly ServiceDatabase[],
  open: (url: string) => Promise<CopySession>,
  work: () => Promise<void>,
): Promise<void> {
  const holders: { session: CopySession; logs: string }[] = [];
  for (const { url, services } of databases) {
    const logs = services.map(({ schema }) => `${schema}.log_head`).join(', ');
    holders.push({ session: await open(url), logs });
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      for (const { session, logs } of holders) {
        await session.query(`BEGIN; SET LOCAL lock_timeout = ${HOLD_MS_MAX}`);
        await session.query(`LOCK TABLE ${logs} IN SHARE MODE`);
      }
      return await work();
    } catch (error) {
      if (!isInfrastructureError(error)) throw error;
      if (attempt === ATTEMPTS) throw new Unusable(`The logs do not stand still: ${String(error)}`);
    } finally {
      for (const { session } of holders) await session.query('ROLLBACK').catch(() => undefined);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
