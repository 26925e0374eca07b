import type { Database } from '@kontor/postgres';
import type { EventBus } from '../ports';
import type { Wakeups } from '../wakeups';

export interface PostgresBusOptions {
  /** Any database of the server that holds all services' schemas: the bus reads with it. */
  readonly database: Database;
  readonly wakeups: Wakeups;
}

/** The embedded bus: consumers tail the owners' logs in PostgreSQL, woken in process. */
export function openPostgresBus(options: PostgresBusOptions): EventBus {
  throw new Error(`not yet ${options.database.schema}`);
}
