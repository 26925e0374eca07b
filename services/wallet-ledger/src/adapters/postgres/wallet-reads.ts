import type { Database, Queryable } from '@kontor/postgres';
import type { TransactionRef, WalletKey } from '../../app/ports';
import { initialState, type Wallet } from '../../domain/wallet-state';
import { fromRow } from './wallet.codec';

export interface GrantFilter {
  readonly purpose?: string | undefined;
  /** Leaves out what expired before this instant. */
  readonly notExpiredAt?: string | undefined;
  /** Half-open ranges. */
  readonly effectiveFrom?: string | undefined;
  readonly effectiveTo?: string | undefined;
  readonly expiredFrom?: string | undefined;
  readonly expiredTo?: string | undefined;
  /** Only what had been given by this instant. */
  readonly createdBy?: string | undefined;
}

export interface GrantPage {
  readonly limit: number;
  readonly offset: number;
  /** The last one of the page before, for the next page. */
  readonly before?: readonly [createdAt: string, grantId: string] | undefined;
}

/** A grant as it was given. */
export interface GrantRow {
  readonly grantId: string;
  readonly purpose: string;
  readonly amount: string;
  readonly effectiveAt: string;
  readonly expiresAt: string | null;
  readonly createdAt: string;
}

export interface GrantsRead {
  readonly wallet: Wallet;
  readonly rows: readonly GrantRow[];
  readonly totalCount: number;
}

/** Where the fact of a transaction stands in wallet.posted.v1. */
export interface TransactionAddress {
  readonly partition: number;
  readonly position: number;
  readonly index: number;
}

/** What the ledger owns, read from its own rows: every write that was answered shows at once. */
export class WalletReads {
  constructor(private readonly database: Database) {}

  wallet(key: WalletKey): Promise<Wallet> {
    return readWallet(this.database, key);
  }

  /** A page of an account's grants, newest first, with the wallet of the same moment. */
  grants(
    key: WalletKey,
    accountId: string,
    query: { readonly filter: GrantFilter; readonly page: GrantPage },
  ): Promise<GrantsRead> {
    return this.database.transaction(
      async (tx) => ({
        wallet: await readWallet(tx, key),
        ...(await readGrants(tx, [key.platform, key.mode, key.customerId, accountId], query)),
      }),
      { snapshot: true },
    );
  }

  async findTransaction(ref: TransactionRef): Promise<TransactionAddress | undefined> {
    const [row] = await this.database.query<{
      partition: number;
      position: string;
      index: number;
    }>(
      `SELECT partition, position, index FROM decided_transaction
       WHERE platform = $1 AND mode = $2 AND transaction_id = $3`,
      [ref.platform, ref.mode, ref.transactionId],
      { name: 'transaction by id' },
    );
    return row && { ...row, position: Number(row.position) };
  }
}

async function readWallet(queryable: Queryable, key: WalletKey): Promise<Wallet> {
  const [row] = await queryable.query<{ state: string }>(
    'SELECT state FROM wallet WHERE platform = $1 AND mode = $2 AND customer_id = $3',
    [key.platform, key.mode, key.customerId],
    { name: 'wallet' },
  );
  return row ? fromRow(row.state) : initialState();
}

/** A filter that was not given is null and lets everything through. */
const MATCHES = `platform = $1 AND mode = $2 AND customer_id = $3 AND account_id = $4
  AND ($5::text IS NULL OR purpose = $5)
  AND ($6::timestamptz IS NULL OR expires_at IS NULL OR expires_at > $6)
  AND ($7::timestamptz IS NULL OR effective_at >= $7)
  AND ($8::timestamptz IS NULL OR effective_at < $8)
  AND ($9::timestamptz IS NULL OR expires_at >= $9)
  AND ($10::timestamptz IS NULL OR expires_at < $10)
  AND ($11::timestamptz IS NULL OR created_at <= $11)`;

async function readGrants(
  queryable: Queryable,
  account: readonly string[],
  { filter, page }: { readonly filter: GrantFilter; readonly page: GrantPage },
): Promise<{ readonly rows: GrantRow[]; readonly totalCount: number }> {
  // pg writes undefined as NULL.
  const values = [
    ...account,
    filter.purpose,
    filter.notExpiredAt,
    filter.effectiveFrom,
    filter.effectiveTo,
    filter.expiredFrom,
    filter.expiredTo,
    filter.createdBy,
  ];
  const [counted] = await queryable.query<{ count: string }>(
    `SELECT count(*) AS count FROM wallet_grant WHERE ${MATCHES}`,
    values,
  );
  const rows = await queryable.query<GrantRow>(
    `SELECT grant_id AS "grantId", purpose, amount, effective_at AS "effectiveAt",
            expires_at AS "expiresAt", created_at AS "createdAt"
     FROM wallet_grant WHERE ${MATCHES}
       AND ($12::timestamptz IS NULL OR (created_at, grant_id) < ($12, $13::text))
     ORDER BY created_at DESC, grant_id DESC LIMIT $14 OFFSET $15`,
    [...values, page.before?.[0], page.before?.[1], page.limit, page.offset],
  );
  return { rows, totalCount: Number(counted?.count ?? 0) };
}
