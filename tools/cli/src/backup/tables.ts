import type { Queryable } from '@kontor/postgres';

export interface TableShape {
  readonly name: string;
  /** Those that hold values of their own; what PostgreSQL computes is computed again. */
  readonly columns: readonly string[];
  /** Its rows stand in partitions, which are read and written through it. */
  readonly partitioned: boolean;
}

/**
 * The tables of a schema whose rows a backup holds, by name: all of them but the record of migrations,
 * which the migrations write, and unlogged ones, which promise nothing.
 */
export async function tablesIn(session: Queryable, schema: string): Promise<TableShape[]> {
  await refuseSequences(session, schema);
  return session.query<TableShape & object>(
    `SELECT c.relname::text AS name, c.relkind = 'p' AS partitioned,
            array_agg(a.attname::text ORDER BY a.attnum) AS columns
     FROM pg_class AS c
     JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                           AND a.attgenerated = ''
     WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('r', 'p')
       AND NOT c.relispartition AND c.relpersistence = 'p' AND c.relname <> 'migration'
     GROUP BY c.oid, c.relname, c.relkind ORDER BY c.relname`,
    [schema],
  );
}

/** The number that a sequence gives next is no row: nothing here would carry it over. */
async function refuseSequences(session: Queryable, schema: string): Promise<void> {
  const [found] = await session.query<{ name: string }>(
    `SELECT relname::text AS name FROM pg_class AS c
     WHERE relnamespace = to_regnamespace($1) AND relkind = 'S' AND NOT EXISTS (
       SELECT FROM pg_depend AS d JOIN pg_class AS t ON t.oid = d.refobjid
       WHERE d.objid = c.oid AND t.relname = 'migration')`,
    [schema],
  );
  if (found) throw new Error(`a backup does not hold the sequence ${schema}.${found.name}`);
}

/** Tables in an order in which each comes after those that it refers to. */
export async function inOrderOfReferences<T extends { readonly name: string }>(
  session: Queryable,
  schema: string,
  tables: readonly T[],
): Promise<T[]> {
  const edges = await session.query<{ table: string; target: string }>(
    `SELECT t.relname::text AS table, r.relname::text AS target
     FROM pg_constraint AS f JOIN pg_class AS t ON t.oid = f.conrelid
     JOIN pg_class AS r ON r.oid = f.confrelid
     WHERE f.contype = 'f' AND f.connamespace = to_regnamespace($1) AND t.oid <> r.oid`,
    [schema],
  );
  const ordered: T[] = [];
  let left = [...tables];
  while (left.length > 0) {
    const waiting = new Set(left.map(({ name }) => name));
    const isFree = ({ name }: T): boolean =>
      !edges.some(({ table, target }) => table === name && waiting.has(target));
    const free = left.filter(isFree);
    if (free.length === 0) throw new Error(`the tables of ${schema} refer to each other in a ring`);
    ordered.push(...free);
    left = left.filter((table) => !isFree(table));
  }
  return ordered;
}

/** The names recorded in a schema, in the order in which they ran. */
export async function migrationsIn(session: Queryable, schema: string): Promise<string[]> {
  const rows = await session.query<{ name: string }>(
    `SELECT name FROM ${schema}.migration ORDER BY id`,
  );
  return rows.map(({ name }) => name);
}

export async function hasSchema(session: Queryable, schema: string): Promise<boolean> {
  const [row] = await session.query<{ present: boolean }>(
    'SELECT to_regnamespace($1) IS NOT NULL AS present',
    [schema],
  );
  return row?.present === true;
}

export const quoted = (columns: readonly string[]): string =>
  columns.map((column) => `"${column}"`).join(', ');
