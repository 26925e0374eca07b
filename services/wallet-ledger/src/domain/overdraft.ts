/** How far usage may take an account below zero. */
import { type Decimal, max, min, ZERO } from '@kontor/money';
import type { Overdraft } from './wallet-event';
import { type Account, available } from './wallet-state';

/** Undefined = as far as it gets. */
export function allowance(overdraft: Overdraft): Decimal | undefined {
  if (overdraft.mode === 'unlimited') return undefined;
  return overdraft.mode === 'limit' ? overdraft.limit : ZERO;
}

/** The part of `amount` that usage may collect; the rest is never collected. */
export function collectable(account: Account, amount: Decimal): Decimal {
  const allowed = allowance(account.overdraft);
  if (allowed === undefined) return amount;
  return min(amount, max(available(account).plus(allowed), ZERO));
}

export const isSamePolicy = (left: Overdraft, right: Overdraft): boolean => {
  const [before, after] = [allowance(left), allowance(right)];
  if (left.mode !== right.mode) return false;
  return before === undefined || after === undefined || before.eq(after);
};
