/**
 * What a wallet remembers to decide: running sums and the lots with something left.
 *
 * A decision reads sums and the front of the lots, never a history, so its cost does not grow with
 * the wallet's age.
 */
import { type Decimal, sum, ZERO } from '@kontor/money';
import type { Lot } from './burn-order';
import { type Debts, noDebts, openDebt } from './debts';
import type { Instant } from './wallet-event';

export interface Account {
  readonly accountId: string;
  readonly name: string;
  readonly asset: string;
  /** In burn order; each with something left. */
  readonly lots: Lot[];
  /** Sum of what the lots have left. */
  free: Decimal;
  /** Sum of what open holds took out of lots. */
  held: Decimal;
  readonly debts: Debts;
}

export interface Wallet {
  /** By account id, in the order of their opening. */
  readonly accounts: Map<string, Account>;
  /** Instant of the newest fact; a later decision is never dated before it. */
  asOf: Instant;
}

/** Before every instant, so that a new wallet takes the time of its first command. */
const NO_FACT_YET: Instant = '';

export const initialState = (): Wallet => ({ accounts: new Map(), asOf: NO_FACT_YET });

export const newAccount = (accountId: string, name: string, asset: string): Account => ({
  accountId,
  name,
  asset,
  lots: [],
  free: ZERO,
  held: ZERO,
  debts: noDebts(),
});

/** What can be spent: free lots less open debt. Below zero when usage outran the credit. */
export const available = (account: Account): Decimal =>
  account.debts.incurred.eq(account.debts.repaid)
    ? account.free
    : account.free.minus(openDebt(account.debts));

/** The running sum anew, for reading a stored wallet and for checking one. */
export const freeOf = (lots: readonly Lot[]): Decimal => sum(lots.map((lot) => lot.available));

/** A copy that may be advanced while the original stays as it is. */
export function copyWallet(wallet: Wallet): Wallet {
  const accounts = new Map<string, Account>();
  for (const [id, account] of wallet.accounts)
    accounts.set(id, {
      ...account,
      lots: account.lots.map((lot) => ({ ...lot })),
      debts: { ...account.debts },
    });
  return { accounts, asOf: wallet.asOf };
}
