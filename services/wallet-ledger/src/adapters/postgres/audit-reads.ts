/**
 * What an audit reads. Facts never change, so they are read without a transaction; what does change
 * is read in short snapshots, each with the position of the log that it belongs to.
 */
import { partitionOf, partitionsOf } from '@kontor/event-log';
import type { Database, Queryable, Transaction } from '@kontor/postgres';
import type { Tenant } from '../../app/ports';
import { TOPIC } from './ledger-statement';
import { STATEMENT_COLUMNS, type StatementRow } from './statement-lines';
import type { GrantRow } from './wallet-reads';

const STATEMENTS = 'wallet-ledger.statements';
const KEYS_MAX = 10_000;
const ROWS_MAX = 1_000;
const RECORDS_MAX = 1_000;
/** Read, unpacked, parsed and folded in one go: a pause of some ten milliseconds for everybody else. */
const CHUNK_BYTES_MAX = 1024 * 1024;

export interface CustomerRef extends Tenant {
  readonly customerId: string;
}

/** Some of a partition's wallets, so many that they fit in memory. */
export interface Slice {
  readonly partition: number;
  readonly number: number;
  readonly of: number;
}

export const isInSlice = (customerId: string, { partition, number, of }: Slice): boolean =>
  partitionOf(customerId, partitionsOf(TOPIC)) === partition &&
  (of === 1 || partitionOf(`${customerId}/slice`, of) === number);

export interface LiveWallet extends CustomerRef {
  readonly state: string;
  readonly grants: number;
}

/** Wallets as they stood when the partition's newest record was at `head`. */
export interface LiveSlice {
  readonly head: number;
  readonly wallets: readonly LiveWallet[];
}

export interface LogRow {
  readonly position: number;
  /** As they are stored. */
  readonly facts: string;
}

export interface BookRow extends Tenant {
  readonly asset: string;
  readonly account: string;
  readonly balance: string;
  readonly legs: string;
}

/** A partition's books, and the position up to which they and the statements are made. */
export interface LiveView {
  readonly position: number;
  readonly books: readonly BookRow[];
}

export interface TransactionIdRow extends Tenant {
  readonly transactionId: string;
  readonly partition: number;
  readonly position: number;
  readonly index: number;
  readonly endPosition: number | null;
  readonly endIndex: number | null;
}

export type StoredLine = CustomerRef & StatementRow;

export type StoredGrant = CustomerRef & GrantRow & { readonly accountId: string };

export class AuditReads {
  constructor(private readonly database: Database) {}

  async size(): Promise<{ readonly wallets: number; readonly bytes: number }> {
    const [row] = await this.database.query<{ wallets: string; bytes: string }>(
      'SELECT count(*) AS wallets, coalesce(sum(octet_length(state)), 0) AS bytes FROM wallet',
    );
    return { wallets: Number(row?.wallets ?? 0), bytes: Number(row?.bytes ?? 0) };
  }

  view(partition: number): Promise<LiveView> {
    return this.snapshot(async (tx) => {
      const [checkpoint] = await tx.query<{ position: string }>(
        `SELECT position FROM view_checkpoint
         WHERE consumer = $1 AND topic = '${TOPIC}' AND partition = $2`,
        [STATEMENTS, partition],
      );
      const books = await tx.query<BookRow>(
        `SELECT platform, mode, asset, account, balance, legs FROM ledger_balance
         WHERE partition = $1`,
        [partition],
      );
      return { position: Number(checkpoint?.position ?? 0), books };
    });
  }

  live(slice: Slice): Promise<LiveSlice> {
    return this.snapshot(async (tx) => {
      const [head] = await tx.query<{ position: string }>(
        `SELECT next - 1 AS position FROM log_head WHERE topic = '${TOPIC}' AND partition = $1`,
        [slice.partition],
      );
      const keys = await keysIn(tx, slice);
      const wallets: LiveWallet[] = [];
      for (const some of chunksOf(keys, ROWS_MAX)) wallets.push(...(await liveWallets(tx, some)));
      return { head: Number(head?.position ?? 0), wallets };
    });
  }

  /** The records behind a position, up to another: as many as fit in a chunk, none at the end. */
  async records(partition: number, after: number, upTo: number): Promise<LogRow[]> {
    const rows = await this.database.query<{ position: string; facts: string }>(
      `SELECT position, facts FROM (
         SELECT position, facts,
                sum(facts_bytes) OVER (ORDER BY position) - facts_bytes AS bytes_before
         FROM (SELECT position, facts, facts_bytes FROM log_record
               WHERE topic = '${TOPIC}' AND partition = $1 AND position > $2 AND position <= $3
               ORDER BY position LIMIT ${RECORDS_MAX}) AS next_ones) AS sized
       WHERE bytes_before < ${CHUNK_BYTES_MAX} ORDER BY position`,
      [partition, after, upTo],
      { name: 'audit records' },
    );
    return rows.map(({ position, facts }) => ({ position: Number(position), facts }));
  }

  async transactionIds(
    refs: readonly (Tenant & { readonly transactionId: string })[],
  ): Promise<TransactionIdRow[]> {
    const found: TransactionIdRow[] = [];
    for (const some of chunksOf(refs, ROWS_MAX)) {
      const rows = await this.database.query<StoredTransactionId>(
        `SELECT t.platform, t.mode, t.transaction_id AS "transactionId", t.partition, t.position,
                t.index, t.end_position AS "endPosition", t.end_index AS "endIndex"
         FROM unnest($1::text[], $2::text[], $3::text[]) AS given (platform, mode, transaction_id)
           JOIN decided_transaction AS t USING (platform, mode, transaction_id)`,
        [...tenantColumns(some), some.map(({ transactionId }) => transactionId)],
        { name: 'audit ids' },
      );
      found.push(
        ...rows.map((row) => ({
          ...row,
          position: Number(row.position),
          endPosition: row.endPosition === null ? null : Number(row.endPosition),
        })),
      );
    }
    return found;
  }

  /** How many ids are kept up to each partition's position; of requests' own keys none. */
  async countTransactionIds(heads: readonly number[]): Promise<number> {
    const [row] = await this.database.query<{ count: string }>(
      `SELECT count(*) AS count FROM unnest($1::bigint[]) WITH ORDINALITY AS head (position, place)
         JOIN decided_transaction AS t
           ON t.partition = head.place - 1 AND t.position <= head.position
       WHERE t.transaction_id NOT LIKE 'key:%'`,
      [heads],
    );
    return Number(row?.count ?? 0);
  }

  /** What the statements show of these customers between two positions. */
  lines(
    customers: readonly CustomerRef[],
    [from, to]: readonly [number, number],
  ): Promise<StoredLine[]> {
    return this.database.query<StoredLine>(
      `SELECT platform, mode, customer_id AS "customerId", ${STATEMENT_COLUMNS}
       FROM unnest($1::text[], $2::text[], $3::text[]) AS given (platform, mode, customer_id)
         JOIN wallet_transaction USING (platform, mode, customer_id)
       WHERE position BETWEEN $4 AND $5`,
      [...customerColumns(customers), from, to],
      { name: 'audit lines' },
    );
  }

  /** How many lines these customers have up to a position. */
  async countLines(customers: readonly CustomerRef[], upTo: number): Promise<number> {
    let sum = 0;
    for (const some of chunksOf(customers, ROWS_MAX)) {
      const [row] = await this.database.query<{ count: string }>(
        `SELECT count(*) AS count
         FROM unnest($1::text[], $2::text[], $3::text[]) AS given (platform, mode, customer_id)
           JOIN wallet_transaction USING (platform, mode, customer_id)
         WHERE position <= $4`,
        [...customerColumns(some), upTo],
      );
      sum += Number(row?.count ?? 0);
    }
    return sum;
  }

  /** The grants of these accounts that have these ids. */
  grants(
    refs: readonly (CustomerRef & { readonly accountId: string; readonly grantId: string })[],
  ): Promise<StoredGrant[]> {
    return this.database.query<StoredGrant>(
      `SELECT platform, mode, customer_id AS "customerId", account_id AS "accountId",
              grant_id AS "grantId", purpose, amount, effective_at AS "effectiveAt",
              expires_at AS "expiresAt", created_at AS "createdAt"
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
            AS given (platform, mode, customer_id, account_id, grant_id)
         JOIN wallet_grant USING (platform, mode, customer_id, account_id, grant_id)`,
      [
        ...customerColumns(refs),
        refs.map(({ accountId }) => accountId),
        refs.map(({ grantId }) => grantId),
      ],
      { name: 'audit grants' },
    );
  }

  private snapshot<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work, { snapshot: true });
  }
}

type StoredTransactionId = Omit<TransactionIdRow, 'position' | 'endPosition'> & {
  readonly position: string;
  readonly endPosition: string | null;
};

/** The keys of a slice; the partition of a key is known here only. */
async function keysIn(tx: Queryable, slice: Slice): Promise<CustomerRef[]> {
  const keys: CustomerRef[] = [];
  let after: readonly string[] = ['', '', ''];
  for (;;) {
    const rows = await tx.query<CustomerRef>(
      `SELECT platform, mode, customer_id AS "customerId" FROM wallet
       WHERE (platform, mode, customer_id) > ($1, $2, $3)
       ORDER BY platform, mode, customer_id LIMIT ${KEYS_MAX}`,
      after,
    );
    keys.push(...rows.filter(({ customerId }) => isInSlice(customerId, slice)));
    const last = rows.at(-1);
    if (!last || rows.length < KEYS_MAX) return keys;
    after = [last.platform, last.mode, last.customerId];
  }
}

const liveWallets = (tx: Queryable, keys: readonly CustomerRef[]): Promise<LiveWallet[]> =>
  tx.query<LiveWallet>(
    `SELECT platform, mode, customer_id AS "customerId", state,
            (SELECT count(*)::int FROM wallet_grant AS g
             WHERE g.platform = w.platform AND g.mode = w.mode
               AND g.customer_id = w.customer_id) AS grants
     FROM unnest($1::text[], $2::text[], $3::text[]) AS given (platform, mode, customer_id)
       JOIN wallet AS w USING (platform, mode, customer_id)`,
    customerColumns(keys),
  );

const tenantColumns = (refs: readonly Tenant[]): unknown[] => [
  refs.map(({ platform }) => platform),
  refs.map(({ mode }) => mode),
];

const customerColumns = (refs: readonly CustomerRef[]): unknown[] => [
  ...tenantColumns(refs),
  refs.map(({ customerId }) => customerId),
];

function* chunksOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
