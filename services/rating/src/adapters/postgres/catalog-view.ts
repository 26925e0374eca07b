/** Adds catalog facts to rating's copy: one statement a table, whatever the batch holds. */
import type { Transaction } from '@kontor/postgres';
import type { CatalogRowSet } from '../events/catalog-facts.mapping';

/** Columns as `json_to_recordset` reads them. */
const TABLES: Readonly<Record<keyof CatalogRowSet, { table: string; columns: string }>> = {
  changes: {
    table: 'subscription_change',
    columns: 'platform text, mode text, customer_id text, position bigint, index int, change json',
  },
  versions: {
    table: 'product_version',
    columns:
      'platform text, mode text, product_id text, version int, position bigint, code text,' +
      ' prices json',
  },
  defaults: {
    table: 'product_default',
    columns: 'platform text, mode text, product_id text, position bigint, index int, version int',
  },
  archivals: {
    table: 'product_archival',
    columns: 'platform text, mode text, product_id text, position bigint, index int, version int',
  },
  rates: {
    table: 'asset_rate',
    columns:
      'platform text, mode text, source text, asset text, position bigint, index int,' +
      ' rate numeric, inverse_rate numeric, valid_from timestamptz, valid_to timestamptz',
  },
};

const namesOf = (columns: string): string =>
  columns
    .split(', ')
    .map((column) => column.trim().split(' ')[0])
    .join(', ');

export async function addCatalogRows(tx: Transaction, rows: CatalogRowSet): Promise<void> {
  for (const [kind, { table, columns }] of Object.entries(TABLES)) {
    const added = rows[kind as keyof CatalogRowSet];
    if (added.length === 0) continue;
    const names = namesOf(columns);
    await tx.query(
      `INSERT INTO ${table} (${names})
       SELECT ${names} FROM json_to_recordset($1::json) AS added (${columns})`,
      [JSON.stringify(added)],
    );
  }
}
