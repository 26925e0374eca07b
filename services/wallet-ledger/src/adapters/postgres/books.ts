import type { Queryable, Transaction } from '@kontor/postgres';
import { wire } from '@kontor/money';
import type { BookedBalance } from '../events/books.mapping';

/** Adds what a batch booked; a row belongs to one partition, so nobody else writes it meanwhile. */
export async function addToBooks(
  tx: Transaction,
  balances: readonly BookedBalance[],
): Promise<void> {
  if (balances.length === 0) return;
  await tx.query(
    `INSERT INTO ledger_balance AS b (platform, mode, partition, asset, account, balance, legs)
     SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[],
                          $6::numeric[], $7::bigint[])
     ON CONFLICT (platform, mode, partition, asset, account)
       DO UPDATE SET balance = b.balance + excluded.balance, legs = b.legs + excluded.legs`,
    [
      balances.map(({ platform }) => platform),
      balances.map(({ mode }) => mode),
      balances.map(({ partition }) => partition),
      balances.map(({ asset }) => asset),
      balances.map(({ account }) => account),
      balances.map(({ amount }) => wire(amount)),
      balances.map(({ legs }) => legs),
    ],
    { name: 'add to books' },
  );
}

export interface AccountBalance {
  readonly asset: string;
  readonly account: string;
  readonly balance: string;
  readonly legs: string;
}

/** The whole installation's books, per asset and ledger account. */
export const readBooks = (database: Queryable): Promise<AccountBalance[]> =>
  database.query<AccountBalance>(
    `SELECT asset, account, sum(balance)::text AS balance, sum(legs)::text AS legs
     FROM ledger_balance GROUP BY asset, account ORDER BY asset, account`,
  );

/** Assets that do not add up to zero within some tenant: none, or the books are wrong. */
export const readImbalances = (database: Queryable): Promise<{ asset: string }[]> =>
  database.query<{ asset: string }>(
    `SELECT DISTINCT asset FROM (
       SELECT asset FROM ledger_balance GROUP BY platform, mode, partition, asset
       HAVING sum(balance) <> 0) AS unbalanced`,
  );
