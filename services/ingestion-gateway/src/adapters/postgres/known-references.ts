/**
 * Customers and vendors as the gateway's own view has them.
 */
import type { Tenant } from '@kontor/contracts';
import type { Checkpoints } from '@kontor/event-log';
import type { Database, Transaction } from '@kontor/postgres';
import type { KnownReferences, NamedResource, Names } from '../../app/ports';

export type ReferenceTable = 'known_customer' | 'known_vendor';

/** A row on its way into the view. */
export interface KnownRow extends Tenant {
  readonly id: string;
  readonly externalId: string | null;
}

export interface KnownReferencesParts {
  readonly database: Database;
  readonly checkpoints: Checkpoints;
  readonly table: ReferenceTable;
  /** The view's consumer and the one-partition topic that it folds. */
  readonly consumer: string;
  readonly topic: string;
}

export class PostgresKnownReferences implements KnownReferences {
  constructor(private readonly parts: KnownReferencesParts) {}

  async find(tenant: Tenant, { ids, externalIds }: Names): Promise<readonly NamedResource[]> {
    if (ids.length + externalIds.length === 0) return [];
    const { database, table } = this.parts;
    return database.query<NamedResource & object>(
      `SELECT id, external_id AS "externalId" FROM ${table}
       WHERE platform = $1 AND mode = $2
         AND (id = ANY ($3::text[]) OR external_id = ANY ($4::text[]))`,
      [tenant.platform, tenant.mode, ids, externalIds],
      { name: `${table} find` },
    );
  }

  head(): Promise<number> {
    const { checkpoints, consumer, topic } = this.parts;
    return checkpoints.position(consumer, topic, 0);
  }
}

/** Writes rows, the last one of each id; rows are in key order. */
export async function putKnown(
  tx: Transaction,
  table: ReferenceTable,
  rows: readonly KnownRow[],
): Promise<void> {
  const lastOfEach = new Map(rows.map((row) => [`${row.platform}/${row.mode}/${row.id}`, row]));
  if (lastOfEach.size === 0) return;
  const sorted = [...lastOfEach].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  await tx.query(
    `INSERT INTO ${table} (platform, mode, id, external_id)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
     ON CONFLICT (platform, mode, id) DO UPDATE SET external_id = excluded.external_id`,
    [
      sorted.map(({ platform }) => platform),
      sorted.map(({ mode }) => mode),
      sorted.map(({ id }) => id),
      sorted.map(({ externalId }) => externalId),
    ],
    { name: `${table} put` },
  );
}
