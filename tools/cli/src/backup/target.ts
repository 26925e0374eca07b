/** An empty place, marked as unfinished for as long as it is being filled. */
import { beginRestore, endRestore } from '@kontor/all-in-one';
import {
  type CopySession,
  isUnfinished,
  markFinished,
  markUnfinished,
  openCopySession,
  startEmbeddedPostgres,
  UnfinishedRestore,
} from '@kontor/postgres';
import { Unusable } from '../command';
import { dataDirOf, namedDatabases, type ServiceDatabase } from './databases';
import { BACKED_UP_SERVICES, type BackedUpService } from './services';
import { hasSchema } from './tables';

const APPLICATION = 'kontor restore';

export interface TargetDatabase extends ServiceDatabase {
  readonly session: CopySession;
}

export interface Target {
  readonly databases: readonly TargetDatabase[];
  /** What is inside is whole: servers may start on it. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Errors: Unusable, UnfinishedRestore, FolderNotEmpty, UnfinishedFolder: nothing was written then. */
export async function openTarget(environment: Environment): Promise<Target> {
  const named = namedDatabases(environment);
  return named ? openNamed(named) : openFolder(dataDirOf(environment));
}

async function openFolder(dataDir: string): Promise<Target> {
  beginRestore(dataDir);
  const embedded = await startEmbeddedPostgres(dataDir);
  try {
    const target = await openNamed([{ url: embedded.url, services: BACKED_UP_SERVICES }]);
    return {
      databases: target.databases,
      finish: async () => {
        await target.finish();
        endRestore(dataDir);
      },
      close: async () => {
        await target.close();
        await embedded.stop();
      },
    };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

async function openNamed(named: readonly ServiceDatabase[]): Promise<Target> {
  const databases: TargetDatabase[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(databases.map(({ session }) => session.close().catch(() => undefined)));
  };
  const marked: TargetDatabase[] = [];
  try {
    for (const each of named) {
      const database = { ...each, session: await openCopySession(each.url, APPLICATION) };
      databases.push(database);
      await mark(database);
      marked.push(database);
    }
    // Looked at under the mark: from here on no server makes a schema.
    for (const database of databases) await refuseAnything(database);
  } catch (error) {
    for (const { session } of marked) await markFinished((text) => session.query(text));
    await close();
    throw error;
  }
  return {
    databases,
    finish: async () => {
      for (const { session } of databases) await markFinished((text) => session.query(text));
    },
    close,
  };
}

async function mark({ session }: TargetDatabase): Promise<void> {
  const ask = (text: string): Promise<unknown> => session.query(text);
  if (await isUnfinished(ask)) throw new UnfinishedRestore();
  await markUnfinished(ask);
}

async function refuseAnything({ session, services }: TargetDatabase): Promise<void> {
  for (const { name, schema } of services)
    for (const each of [schema, `${schema}_view`])
      if (await hasSchema(session, each))
        throw new Unusable(
          `The database is not empty: it holds ${name}. A restore overwrites nothing: create a new ` +
            'database and restore into that.',
        );
}

/** The session of the database that a service has. */
export function sessionOf(target: Target, service: BackedUpService): TargetDatabase {
  const found = target.databases.find(({ services }) => services.includes(service));
  if (!found) throw new Error(`${service.name} has no database`);
  return found;
}
