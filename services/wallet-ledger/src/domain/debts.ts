/**
 * Overdraft debt of an account, repaid oldest first.
 *
 * Debt is measured on a line that starts at the account's first debt: what is incurred is added at
 * its end, what is repaid is taken from its front. Two running sums hold nearly all of it; what is
 * reversed in the middle is a gap, which repayments step over.
 */
import { type Decimal, max, min, sum, ZERO } from '@kontor/money';
import type { DebtStretch } from './wallet-event';

export interface Debts {
  /** End of the line: all debt ever incurred. */
  incurred: Decimal;
  /** Front of the line: up to here all debt was repaid or reversed. */
  repaid: Decimal;
  /** Reversed stretches behind the front, in order, none touching the next. Nearly always none. */
  reversed: readonly DebtStretch[];
}

export const noDebts = (): Debts => ({ incurred: ZERO, repaid: ZERO, reversed: [] });

export function openDebt({ incurred, repaid, reversed }: Debts): Decimal {
  const open = incurred.minus(repaid);
  return reversed.length === 0 ? open : open.minus(sum(reversed.map(({ amount }) => amount)));
}

/** The stretch that a debit would occupy; of amount 0 when nothing stays uncovered. */
export const nextStretch = (debts: Debts, amount: Decimal): DebtStretch => ({
  from: debts.incurred,
  amount,
});

/** The oldest open stretches that `amount` can pay; none when nothing is owed. */
export function repayable(debts: Debts, amount: Decimal): readonly DebtStretch[] {
  const paid: DebtStretch[] = [];
  let left = min(openDebt(debts), amount);
  let from = debts.repaid;
  for (const gap of [...debts.reversed, { from: debts.incurred, amount: ZERO }]) {
    const part = min(left, gap.from.minus(from));
    if (part.gt(ZERO)) paid.push({ from, amount: part });
    left = left.minus(part);
    if (left.lte(ZERO)) break;
    from = endOf(gap);
  }
  return paid;
}

/** The part of a stretch that is still owed; of amount 0 when none is. */
export function openPartOf(debts: Debts, stretch: DebtStretch): DebtStretch {
  const from = max(stretch.from, debts.repaid);
  return { from, amount: max(endOf(stretch).minus(from), ZERO) };
}

/** What two stretches share. */
export function overlapOf(left: DebtStretch, right: DebtStretch): Decimal {
  const from = max(left.from, right.from);
  return max(min(endOf(left), endOf(right)).minus(from), ZERO);
}

export function incur(debts: Debts, stretch: DebtStretch): void {
  debts.incurred = debts.incurred.plus(stretch.amount);
}

export function repay(debts: Debts, stretches: readonly DebtStretch[]): void {
  for (const stretch of stretches) {
    debts.repaid = endOf(stretch);
    if (debts.reversed.length > 0) stepOver(debts);
  }
}

/** What is reversed is owed no more, and was never repaid. */
export function reverse(debts: Debts, stretch: DebtStretch): void {
  if (stretch.amount.lte(ZERO)) return;
  const inOrder = [...debts.reversed, stretch].sort((a, b) => (a.from.lt(b.from) ? -1 : 1));
  debts.reversed = inOrder.reduce(joined, []);
  stepOver(debts);
}

/** The front never stands at a gap. */
function stepOver(debts: Debts): void {
  const [first] = debts.reversed;
  if (!first || first.from.gt(debts.repaid)) return;
  debts.repaid = endOf(first);
  debts.reversed = debts.reversed.slice(1);
}

function joined(gaps: readonly DebtStretch[], next: DebtStretch): DebtStretch[] {
  const last = gaps.at(-1);
  if (!last || endOf(last).lt(next.from)) return [...gaps, next];
  return [...gaps.slice(0, -1), { from: last.from, amount: last.amount.plus(next.amount) }];
}

export const endOf = ({ from, amount }: DebtStretch): Decimal => from.plus(amount);
