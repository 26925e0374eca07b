/**
 * What time has brought to a wallet: grants that came into effect and grants that expired, in the
 * order of those instants. It is posted before the decision that notices it.
 */
import { ZERO } from '@kontor/money';
import type { Lot } from './burn-order';
import { repayable } from './debts';
import { evolve } from './evolve';
import type { GrantActivated, GrantExpired, Instant, WalletEvent } from './wallet-event';
import { type Account, available, copyWallet, type Wallet } from './wallet-state';

export interface UpToDate {
  readonly due: readonly WalletEvent[];
  /** The wallet after them; the given one when there are none. */
  readonly state: Wallet;
}

export function upToDate(state: Wallet, at: Instant): UpToDate {
  if (!isBehind(state, at)) return { due: [], state };
  const draft = copyWallet(state);
  const due: WalletEvent[] = [];
  for (let next = nextChange(draft, at); next; next = nextChange(draft, at)) {
    due.push(next.event);
    evolve(draft, next.event);
  }
  return { due, state: draft };
}

/** When the wallet changes by itself next; undefined = never. Holds are not counted. */
export function nextChangeAt(state: Wallet): Instant | undefined {
  let next: Instant | undefined;
  const consider = (instant: Instant | null): void => {
    if (instant !== null && (next === undefined || instant < next)) next = instant;
  };
  for (const account of state.accounts.values()) {
    for (const lot of account.lots) if (lot.available.gt(ZERO)) consider(lot.expiresAt);
    for (const lot of account.scheduled) consider(lot.effectiveAt);
  }
  return next;
}

const expires = (lot: Lot, at: Instant): boolean =>
  lot.expiresAt !== null && lot.expiresAt <= at && lot.available.gt(ZERO);

function isBehind(state: Wallet, at: Instant): boolean {
  for (const { lots, scheduled } of state.accounts.values()) {
    const [first] = scheduled;
    if (first && first.effectiveAt <= at) return true;
    for (const lot of lots) if (expires(lot, at)) return true;
  }
  return false;
}

interface Change {
  readonly when: Instant;
  readonly event: WalletEvent;
}

/** The earliest change that is due; an activation before an expiry of the same instant. */
function nextChange(state: Wallet, at: Instant): Change | undefined {
  let earliest: Change | undefined;
  const offer = (when: Instant, event: () => WalletEvent): void => {
    if (when <= at && (!earliest || when < earliest.when)) earliest = { when, event: event() };
  };
  for (const account of state.accounts.values()) {
    const [first] = account.scheduled;
    if (first) offer(first.effectiveAt, () => activation(account, first, at));
  }
  for (const account of state.accounts.values())
    for (const lot of account.lots)
      if (expires(lot, at)) offer(lot.expiresAt ?? at, () => expiry(account, lot, at));
  return earliest;
}

const activation = (account: Account, lot: Lot, at: Instant): GrantActivated => ({
  type: 'GrantActivated',
  transactionId: `${lot.grantId}.effective`,
  accountId: account.accountId,
  asset: account.asset,
  grantId: lot.grantId,
  amount: lot.amount,
  repaid: repayable(account.debts, lot.amount),
  balance: available(account).plus(lot.amount),
  at,
});

const expiry = (account: Account, lot: Lot, at: Instant): GrantExpired => ({
  type: 'GrantExpired',
  transactionId: `${lot.grantId}.expired`,
  accountId: account.accountId,
  asset: account.asset,
  grantId: lot.grantId,
  amount: lot.available,
  balance: available(account).minus(lot.available),
  at,
});
