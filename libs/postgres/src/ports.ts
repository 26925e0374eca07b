/**
 * What a service sees of its database: transactions, set-based statements, two schemas.
 *
 * `<service>` holds its state and its local log; `<service>_view` holds what folds of the log made
 * and a rebuild may make again. Both are on the connection's search_path, so statements name tables
 * without a schema.
 */
import type { CopyRows } from './copy/copy-text';

/** Runs statements, in a transaction or each on its own. */
export interface Queryable {
  /**
   * Runs one statement and answers its rows.
   *
   * Units:  `numeric`, `bigint` and `timestamptz` come back as text (bigint positions are safe
   *         integers: read them with `Number`); `json` comes back parsed. A timestamptz comes as
   *         canonical instant text (`2026-01-05T14:32:18.000000Z`).
   * Errors: a pg error; `isInfrastructureError` says whether trying again can help.
   */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    options?: {
      /** Prepared once per connection under this name: hot statements only. */ readonly name?: string;
    },
  ): Promise<Row[]>;
}

/** A Queryable that is inside BEGIN ... COMMIT. */
export interface Transaction extends Queryable {
  readonly inTransaction: true;
  /**
   * Adds rows by COPY: half the work of an INSERT, for rows that conflict with nothing.
   *
   * Errors: a pg error, as of `query`; a row that is there already is one.
   */
  copy(rows: CopyRows): Promise<void>;
}

export interface TransactionOptions {
  /** A read that must see one moment: REPEATABLE READ, READ ONLY. */
  readonly snapshot?: boolean;
  /** With `snapshot`: the view must not be swapped before the end, nor between moment and read. */
  readonly readsView?: boolean;
  /** Takes the shared lock of the service's view, which a swap after a rebuild takes alone. */
  readonly writesView?: boolean;
  /** Advisory locks of partition numbers, taken in order: for views that join topics. */
  readonly partitionLocks?: readonly number[];
}

export interface Database extends Queryable {
  /** `<service>` with `-` as `_`: also the PostgreSQL schema's name. */
  readonly schema: string;
  readonly viewSchema: string;
  /** Commits what `work` did, or rolls all of it back when it throws. */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** A connection outside the pool, e.g. for a session-level advisory lock. The caller closes it. */
  connect(): Promise<Queryable & { close(): Promise<void> }>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly service: string;
  /** Small on small machines: many connections on two cores only add latency. */
  readonly poolSize?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
  /** Another view than `<service>_view`: the shadow that a rebuild folds into. */
  readonly viewSchema?: string;
  /** The caller holds the view's lock alone, so that transactions which write it must not ask. */
  readonly holdsViewLock?: boolean;
  /** Commits do not wait for the disk: for what can be made again. Order is kept. */
  readonly asynchronousCommit?: boolean;
}
