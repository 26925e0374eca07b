/**
 * Overdraft debt of an account, repaid oldest first.
 *
 * Debt is measured on a line that starts at the account's first debt: what is incurred is added at
 * its end, what is repaid is taken from its front. Two running sums hold all of it.
 */
import { type Decimal, min, ZERO } from '@kontor/money';
import type { DebtStretch } from './wallet-event';

export interface Debts {
  /** End of the line: all debt ever incurred. */
  incurred: Decimal;
  /** Front of the line: all debt ever repaid. */
  repaid: Decimal;
}

export const noDebts = (): Debts => ({ incurred: ZERO, repaid: ZERO });

export const openDebt = (debts: Debts): Decimal => debts.incurred.minus(debts.repaid);

/** The stretch that a debit would occupy; of amount 0 when nothing stays uncovered. */
export const nextStretch = (debts: Debts, amount: Decimal): DebtStretch => ({
  from: debts.incurred,
  amount,
});

/** The oldest open stretches that `amount` can pay; none when nothing is owed. */
export function repayable(debts: Debts, amount: Decimal): readonly DebtStretch[] {
  const paid = min(openDebt(debts), amount);
  return paid.gt(ZERO) ? [{ from: debts.repaid, amount: paid }] : [];
}

export function incur(debts: Debts, stretch: DebtStretch): void {
  debts.incurred = debts.incurred.plus(stretch.amount);
}

export function repay(debts: Debts, stretches: readonly DebtStretch[]): void {
  for (const stretch of stretches) debts.repaid = debts.repaid.plus(stretch.amount);
}
