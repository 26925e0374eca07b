/** Which database each service has, and how it is reached. */
import path from 'node:path';
import { hasEmbeddedPostgres, runningEmbeddedUrl, startEmbeddedPostgres } from '@kontor/postgres';
import { ConfigError, readConfig } from '@kontor/service-host';
import { Unusable } from '../command';
import { BACKED_UP_SERVICES, type BackedUpService } from './services';

export interface ServiceDatabase {
  readonly url: string;
  readonly services: readonly BackedUpService[];
}

export interface Databases {
  readonly databases: readonly ServiceDatabase[];
  /** Gives back what was started for this command. */
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `DATABASE_URL_WALLET_LEDGER`: where a service has a database of its own. */
const variableOf = ({ schema }: BackedUpService): string => `DATABASE_URL_${schema.toUpperCase()}`;

/**
 * The databases that the environment names; undefined when they are embedded.
 *
 * Errors: Unusable when it names those of some services only.
 */
export function namedDatabases(environment: Environment): ServiceDatabase[] | undefined {
  const urlOf = (service: BackedUpService): string | undefined =>
    environment[variableOf(service)] || environment['DATABASE_URL'] || undefined;
  const missing = BACKED_UP_SERVICES.filter((service) => urlOf(service) === undefined);
  if (missing.length === BACKED_UP_SERVICES.length) return undefined;
  if (missing[0])
    throw new Unusable(
      `${variableOf(missing[0])} is not set, and there is no DATABASE_URL for all services`,
    );
  const byUrl = new Map<string, BackedUpService[]>();
  for (const service of BACKED_UP_SERVICES) {
    const url = urlOf(service) ?? '';
    byUrl.set(url, [...(byUrl.get(url) ?? []), service]);
  }
  return [...byUrl].map(([url, services]) => ({ url, services }));
}

/** The folder of the embedded database. Errors: Unusable when a variable makes no sense. */
export function dataDirOf(environment: Environment): string {
  return path.resolve(configOf(environment).dataDir);
}

/** Errors: Unusable. */
export function configOf(environment: Environment): ReturnType<typeof readConfig> {
  try {
    return readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) throw new Unusable(error.message);
    throw error;
  }
}

/**
 * For a backup: those of the running installation. An embedded PostgreSQL that does not run is
 * started for as long as the backup takes; no server can start on the folder meanwhile.
 *
 * Errors: Unusable where there is none.
 */
export async function openSource(environment: Environment): Promise<Databases> {
  const named = namedDatabases(environment);
  if (named) return { databases: named, close: () => Promise.resolve() };
  const dataDir = dataDirOf(environment);
  if (!hasEmbeddedPostgres(dataDir))
    throw new Unusable(
      `There is no database under ${dataDir}. Set KONTOR_DATA_DIR to the data folder of the ` +
        'installation, or DATABASE_URL to its database.',
    );
  const services = BACKED_UP_SERVICES;
  const running = runningEmbeddedUrl(dataDir);
  if (running) return { databases: [{ url: running, services }], close: () => Promise.resolve() };
  const started = await startEmbeddedPostgres(dataDir);
  return { databases: [{ url: started.url, services }], close: () => started.stop() };
}
