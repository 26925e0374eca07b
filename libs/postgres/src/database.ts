/**
 * A service's database: TypeORM opens and migrates it, pg runs the statements.
 *
 * TypeORM's DataSource owns the pool. Statements go to the pool's clients directly, because hot
 * paths need named prepared statements and set-based SQL that a query builder would only wrap.
 */
import { types as pgTypes, type Pool, type PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { CopyRowsIn } from './copy/copy-rows';
import type { CopyRows } from './copy/copy-text';
import { CommitOutcomeUnknown, isConnectionLost } from './errors';
import type {
  Database,
  DatabaseOptions,
  Queryable,
  Transaction,
  TransactionOptions,
} from './ports';

/**
 * One for each consumer of the busiest service and as many for requests. Many more would only make
 * each statement wait for the others' turn on the processor.
 */
const POOL_SIZE = 8;
/** A pool that cannot connect for this long is down, and says so (503) instead of hanging. */
const CONNECT_TIMEOUT_MS = 5_000;

const TIMESTAMPTZ_OID = 1184;
const TIMESTAMPTZ_TEXT = /^(\d{4,}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?\+00$/;

/** `2026-01-05 14:32:18.5+00` -> `2026-01-05T14:32:18.500000Z`; sessions run in UTC. */
export function instantFromRow(text: string): string {
  const match = TIMESTAMPTZ_TEXT.exec(text);
  return match ? `${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(6, '0')}Z` : text;
}

/** pg's parsers, except that instants stay text with every digit. */
const typeParsers: { getTypeParser: typeof pgTypes.getTypeParser } = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === TIMESTAMPTZ_OID
      ? instantFromRow
      : pgTypes.getTypeParser(oid, format)) as typeof pgTypes.getTypeParser,
};

const QUOTED_NAME = /^[a-z][a-z0-9_]*$/;
export const schemaOf = (service: string): string => service.replaceAll('-', '_');
export const viewSchemaOf = (service: string): string => `${schemaOf(service)}_view`;

/** The DataSource of one service with both schemas on its search_path; not yet connected. */
export function dataSourceFor(
  options: DatabaseOptions,
  searchPath: readonly string[],
  migrations?: { readonly schema: string; readonly classes: (new () => object)[] },
): DataSource {
  for (const name of searchPath)
    if (!QUOTED_NAME.test(name)) throw new Error(`not a schema name: ${name}`);
  return new DataSource({
    type: 'postgres',
    url: options.url,
    poolSize: options.poolSize ?? POOL_SIZE,
    applicationName: options.applicationName ?? `kontor ${options.service}`,
    installExtensions: false,
    logging: false,
    ...(migrations && {
      schema: migrations.schema,
      migrations: migrations.classes,
      migrationsTableName: 'migration',
      migrationsTransactionMode: 'each' as const,
    }),
    extra: {
      types: typeParsers,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      options: settingsOf(options, searchPath),
    },
  });
}

const settingsOf = (options: DatabaseOptions, searchPath: readonly string[]): string =>
  [
    `-c search_path=${searchPath.join(',')} -c timezone=UTC`,
    ...(options.asynchronousCommit ? ['-c synchronous_commit=off'] : []),
  ].join(' ');

/** Connects to the database of one service. Its schemas need not exist yet: `migrate` makes them. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const schema = schemaOf(options.service);
  const viewSchema = options.viewSchema ?? viewSchemaOf(options.service);
  const source = await dataSourceFor(options, [schema, viewSchema]).initialize();
  const pool = poolOf(source);
  // An idle connection that breaks (a restart of PostgreSQL) is replaced at the next use; without a
  // listener it would end the process.
  pool.on('error', () => undefined);
  // So would one that breaks between two statements of a transaction or a session in use, where the
  // pool does not listen: the next statement says so instead.
  const guarded = new WeakSet<PoolClient>();
  pool.on('acquire', (client) => {
    if (guarded.has(client)) return;
    guarded.add(client);
    client.on('error', () => undefined);
  });
  return new PooledDatabase(source, pool, {
    schema,
    viewSchema,
    locksView: options.holdsViewLock !== true,
  });
}

export function poolOf(source: DataSource): Pool {
  const driver = source.driver as unknown as { readonly master: Pool };
  return driver.master;
}

interface Names {
  readonly schema: string;
  readonly viewSchema: string;
  readonly locksView: boolean;
}

class PooledDatabase implements Database {
  readonly schema: string;
  readonly viewSchema: string;

  constructor(
    private readonly source: DataSource,
    private readonly pool: Pool,
    private readonly names: Names,
  ) {
    this.schema = names.schema;
    this.viewSchema = names.viewSchema;
  }

  async query<Row extends object>(
    text: string,
    values: readonly unknown[] = [],
    options: { readonly name?: string } = {},
  ): Promise<Row[]> {
    const result = await this.pool.query<Row>(statement(text, values, options.name));
    return result.rows;
  }

  async transaction<T>(
    work: (tx: Transaction) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query(beginOf(options, this.names));
      const answer = await work(new ClientTransaction(client));
      await commit(client);
      return answer;
    } catch (error) {
      broken = await rollback(client, error);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async connect(): Promise<Queryable & { close(): Promise<void> }> {
    const client = await this.pool.connect();
    const queryable = new ClientTransaction(client);
    return {
      query: queryable.query.bind(queryable),
      // A session-level lock must not go back into the pool: the connection is closed, not reused.
      close: async () => client.release(true),
    };
  }

  close(): Promise<void> {
    return this.source.destroy();
  }
}

class ClientTransaction implements Transaction {
  readonly inTransaction = true;
  constructor(private readonly client: PoolClient) {}

  async query<Row extends object>(
    text: string,
    values: readonly unknown[] = [],
    options: { readonly name?: string } = {},
  ): Promise<Row[]> {
    const result = await this.client.query<Row>(statement(text, values, options.name));
    return result.rows;
  }

  async copy(rows: CopyRows): Promise<void> {
    await this.client.query(new CopyRowsIn(rows)).ended;
  }
}

const statement = (
  text: string,
  values: readonly unknown[],
  name: string | undefined,
): { text: string; values: unknown[]; name?: string } => ({
  text,
  values: [...values],
  ...(name !== undefined && { name }),
});

/** BEGIN and the locks that come before everything else, in one round trip. */
function beginOf(options: TransactionOptions, { viewSchema, locksView }: Names): string {
  const statements = [
    options.snapshot ? 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'BEGIN',
  ];
  // LOCK takes no snapshot: the moment that is read begins after a swap which it waited for.
  if (options.readsView)
    statements.push(`LOCK TABLE ${viewSchema}.${VIEW_GATE} IN ACCESS SHARE MODE`);
  if (options.writesView && locksView)
    statements.push(`SELECT pg_advisory_xact_lock_shared(${viewLock(viewSchema)})`);
  const partitions = [...new Set(options.partitionLocks ?? [])].sort((a, b) => a - b);
  for (const partition of partitions)
    statements.push(
      `SELECT pg_advisory_xact_lock(hashtext('${viewSchema} partition'), ${Math.trunc(partition)})`,
    );
  return statements.join(';');
}

/**
 * A table that every schema has (its migrations): who reads a view in several statements holds it,
 * a swap takes it alone.
 */
export const VIEW_GATE = 'migration';

/** The lock that writers of a view share and a swap of views takes alone: two int4 keys as SQL. */
export const viewLock = (viewSchema: string): string => `hashtext('${viewSchema} view'), 0`;

async function commit(client: PoolClient): Promise<void> {
  try {
    await client.query('COMMIT');
  } catch (error) {
    if (isConnectionLost(error)) throw new CommitOutcomeUnknown(error);
    throw error;
  }
}

/** Rolls back; answers the error with which the connection must be thrown away, if it must. */
async function rollback(client: PoolClient, error: unknown): Promise<Error | undefined> {
  if (error instanceof CommitOutcomeUnknown || isConnectionLost(error)) return error as Error;
  try {
    await client.query('ROLLBACK');
    return undefined;
  } catch (rollbackError) {
    return rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
  }
}
