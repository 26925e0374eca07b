/**
 * What a wallet remembers to decide: running sums and the lots with something left.
 *
 * A decision reads sums and the front of the lots, never a history, so its cost does not grow with
 * the wallet's age.
 */
import { type Decimal, sum, ZERO } from '@kontor/money';
import type { Lot } from './burn-order';
import { type Debts, noDebts, openDebt } from './debts';
import type { Hold } from './holds';
import type { Instant, Overdraft } from './wallet-event';

export interface Account {
  readonly accountId: string;
  readonly name: string;
  readonly asset: string;
  /** In burn order; each with something left, free or held. */
  readonly lots: Lot[];
  /** Not effective yet; the next one first. */
  readonly scheduled: Lot[];
  /** Sum of what the lots have left. */
  free: Decimal;
  /** Sum of what open holds have left. */
  held: Decimal;
  /** Its part that no lot covers. */
  heldOverdraft: Decimal;
  overdraft: Overdraft;
  readonly debts: Debts;
}

export interface Wallet {
  /** By account id, in the order of their opening. */
  readonly accounts: Map<string, Account>;
  /** Open holds by authorization id, in the order of their placing. */
  readonly holds: Map<string, Hold>;
  /** Instant of the newest fact; a later decision is never dated before it. */
  asOf: Instant;
}

/** Before every instant, so that a new wallet takes the time of its first command. */
const NO_FACT_YET: Instant = '';

export const initialState = (): Wallet => ({
  accounts: new Map(),
  holds: new Map(),
  asOf: NO_FACT_YET,
});

/** Until somebody says otherwise usage is billed in full. */
export const UNLIMITED: Overdraft = { mode: 'unlimited' };

export const newAccount = (accountId: string, name: string, asset: string): Account => ({
  accountId,
  name,
  asset,
  lots: [],
  scheduled: [],
  free: ZERO,
  held: ZERO,
  heldOverdraft: ZERO,
  overdraft: UNLIMITED,
  debts: noDebts(),
});

/** What can be spent: free lots less debt, owed or held. Below zero when usage outran the credit. */
export function available({ debts, free, heldOverdraft }: Account): Decimal {
  const owing = debts.incurred.eq(debts.repaid) ? free : free.minus(openDebt(debts));
  return heldOverdraft.eq(ZERO) ? owing : owing.minus(heldOverdraft);
}

/** The running sum anew, for reading a stored wallet and for checking one. */
export const freeOf = (lots: readonly Lot[]): Decimal => sum(lots.map((lot) => lot.available));

/** A copy that may be advanced while the original stays as it is. */
export function copyWallet(wallet: Wallet): Wallet {
  const accounts = new Map<string, Account>();
  for (const [id, account] of wallet.accounts)
    accounts.set(id, {
      ...account,
      lots: account.lots.map((lot) => ({ ...lot })),
      scheduled: [...account.scheduled],
      debts: { ...account.debts },
    });
  return { accounts, holds: new Map(wallet.holds), asOf: wallet.asOf };
}
