/**
 * Whether two schemas with the same tables hold the same rows: a hash per table, and for tables
 * that differ the keys of the rows that do.
 */
import type { Queryable } from '@kontor/postgres';
import type { RowDifference, TableComparison } from './ports';

/** Not rows of the fold: when, and by which accident of ids, something was noted. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  view_checkpoint: ['parking'],
  view_dead_letter: ['id', 'reason', 'parked_at'],
};
/** The key by which a row is named where it is not the primary key. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  view_dead_letter: ['consumer', 'topic', 'partition', 'position', 'index'],
};
const NOT_OF_THE_FOLD = ['migration', 'typeorm_metadata'];
/** Keys read at once while looking for those that differ. */
const FETCH_ROWS = 2_000;

/** A schema as one moment of one session sees it. */
export interface SchemaSnapshot {
  readonly session: Queryable;
  readonly schema: string;
}

export interface SchemaComparison {
  readonly tables: readonly TableComparison[];
  readonly differences: readonly RowDifference[];
  readonly truncated: boolean;
}

/**
 * Compares what is served with what the log says. Both sessions must be in a transaction.
 *
 * Limits: at most `differencesMax` differences are listed; tables that are the same are read once,
 *         the others once more in the order of their keys.
 */
export async function compareViews(
  served: SchemaSnapshot,
  fromLog: SchemaSnapshot,
  differencesMax: number,
): Promise<SchemaComparison> {
  const tables: TableComparison[] = [];
  const differences: RowDifference[] = [];
  let truncated = false;
  for (const shape of await shapesOf(fromLog)) {
    const ours = await hashOf(fromLog, shape);
    const theirs = await hashOf(served, shape);
    const same = ours.rows === theirs.rows && ours.hash === theirs.hash;
    tables.push({ table: shape.table, rows: ours.rows, hash: ours.hash, same });
    if (same) continue;
    const room = differencesMax - differences.length;
    const found = await differingKeys(served, fromLog, shape, room + 1);
    truncated ||= found.length > room;
    differences.push(...found.slice(0, room));
  }
  return { tables, differences, truncated };
}

interface TableShape {
  readonly table: string;
  /** SQL: the compared columns of `t` as one text. */
  readonly row: string;
  /** SQL: the key of `t` as JSON text. */
  readonly key: string;
}

interface ShapeRow {
  readonly table: string;
  readonly columns: string[];
  readonly keys: string[] | null;
  readonly unscaled: string[] | null;
}

async function shapesOf({ session, schema }: SchemaSnapshot): Promise<TableShape[]> {
  const rows = await session.query<ShapeRow>(
    `SELECT c.relname AS table,
            array_agg(a.attname::text ORDER BY a.attnum) AS columns,
            array_agg(a.attname::text) FILTER (WHERE a.atttypid = 'numeric'::regtype
              AND a.atttypmod = -1) AS unscaled,
            array_agg(a.attname::text ORDER BY array_position(i.indkey::int2[], a.attnum))
              FILTER (WHERE a.attnum = ANY (i.indkey::int2[])) AS keys
     FROM pg_class AS c
     JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     LEFT JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
     WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r' AND c.relname <> ALL ($2)
     GROUP BY c.relname ORDER BY c.relname`,
    [schema, NOT_OF_THE_FOLD],
  );
  return rows.map(({ table, columns, keys, unscaled }) => {
    const compared = columns.filter((column) => !LEFT_OUT[table]?.includes(column));
    const named = KEYS[table] ?? keys ?? compared;
    return {
      table,
      row: `ROW(${compared.map((column) => valueOf(column, unscaled)).join(', ')})::text`,
      key: `json_build_object(${named.map((one) => `'${one}', t."${one}"::text`).join(', ')})::text`,
    };
  });
}

/** Sums keep the longest scale that they ever had: 0.50 by two batches is the 0.5 of one. */
const valueOf = (column: string, unscaled: readonly string[] | null): string =>
  unscaled?.includes(column) ? `trim_scale(t."${column}")` : `t."${column}"`;

/** The sum of 64-bit hashes: the same for the same rows in any order. */
async function hashOf(
  { session, schema }: SchemaSnapshot,
  { table, row }: TableShape,
): Promise<{ rows: number; hash: string }> {
  const [found] = await session.query<{ rows: string; sum: string }>(
    `SELECT count(*) AS rows, coalesce(sum(hashtextextended(${row}, 0)), 0)::text AS sum
     FROM ${schema}.${table} AS t`,
  );
  return { rows: Number(found?.rows ?? 0), hash: hexOf(found?.sum ?? '0') };
}

const hexOf = (sum: string): string =>
  BigInt.asUintN(64, BigInt(sum)).toString(16).padStart(16, '0');

interface KeyedHash {
  readonly key: string;
  readonly hash: string;
}

/** Walks both tables side by side in the order of their keys. */
async function differingKeys(
  served: SchemaSnapshot,
  fromLog: SchemaSnapshot,
  shape: TableShape,
  max: number,
): Promise<RowDifference[]> {
  const ours = new KeyCursor(fromLog, shape);
  const theirs = new KeyCursor(served, shape);
  const found: RowDifference[] = [];
  let [mine, other] = [await ours.next(), await theirs.next()];
  while (found.length < max && (mine || other)) {
    const order = orderOf(mine, other);
    const difference = differenceOf(mine, other, order);
    if (difference)
      found.push({ table: shape.table, key: keyFrom(order > 0 ? other : mine), difference });
    if (order <= 0) mine = await ours.next();
    if (order >= 0) other = await theirs.next();
  }
  await Promise.all([ours.close(), theirs.close()]);
  return found;
}

function differenceOf(
  mine: KeyedHash | undefined,
  other: KeyedHash | undefined,
  order: number,
): RowDifference['difference'] | undefined {
  if (order !== 0) return order < 0 ? 'missing' : 'unexpected';
  return mine?.hash === other?.hash ? undefined : 'changed';
}

/** As PostgreSQL orders COLLATE "C": by bytes. What is at its end comes last. */
function orderOf(mine: KeyedHash | undefined, other: KeyedHash | undefined): number {
  if (!mine) return 1;
  if (!other) return -1;
  return Buffer.compare(Buffer.from(mine.key), Buffer.from(other.key));
}

const keyFrom = (row: KeyedHash | undefined): RowDifference['key'] =>
  JSON.parse(row?.key ?? '{}') as RowDifference['key'];

let cursors = 0;

class KeyCursor {
  private readonly name = `keys_${(cursors += 1)}`;
  private rows: KeyedHash[] | undefined;
  private at = 0;

  constructor(
    private readonly snapshot: SchemaSnapshot,
    private readonly shape: TableShape,
  ) {}

  async next(): Promise<KeyedHash | undefined> {
    if (!this.rows) {
      const { schema, session } = this.snapshot;
      const { table, key, row } = this.shape;
      await session.query(
        `DECLARE ${this.name} NO SCROLL CURSOR FOR
         SELECT ${key} AS key, hashtextextended(${row}, 0)::text AS hash
         FROM ${schema}.${table} AS t ORDER BY (${key}) COLLATE "C", 2`,
      );
      this.rows = [];
    }
    if (this.at >= this.rows.length) {
      const { session } = this.snapshot;
      this.rows = await session.query<KeyedHash>(`FETCH ${FETCH_ROWS} FROM ${this.name}`);
      this.at = 0;
    }
    return this.rows[this.at++];
  }

  async close(): Promise<void> {
    if (this.rows) await this.snapshot.session.query(`CLOSE ${this.name}`);
  }
}
