/**
 * Which credit is used first, and why: what was given before what was bundled before what was paid
 * for, so that a customer's own money lasts longest; then what the operator put first; then what
 * would be lost soonest; then the oldest. The id decides what is left, so that order is never chance.
 */
import { type Decimal, min, sum, ZERO } from '@kontor/money';
import type { AdjustmentReason, Grant, Instant, Purpose, Take } from './wallet-event';

/** A grant with what is left of it. Lots with nothing left are dropped from the wallet. */
export interface Lot extends Grant {
  available: Decimal;
  readonly createdAt: Instant;
}

const PURPOSE_RANK: Readonly<Record<Purpose, number>> = { promotional: 0, bundled: 1, paid: 2 };
/** Sorts behind every instant: a lot without expiry burns after those that would be lost. */
const NEVER = '~';

/** Less than zero when `left` burns before `right`. */
export function compareBurnOrder(left: Grant, right: Grant): number {
  return (
    PURPOSE_RANK[left.purpose] - PURPOSE_RANK[right.purpose] ||
    left.priority - right.priority ||
    compareText(left.expiresAt ?? NEVER, right.expiresAt ?? NEVER) ||
    compareText(left.effectiveAt, right.effectiveAt) ||
    compareText(left.grantId, right.grantId)
  );
}

/** Puts a lot at its place in a list that is in burn order. */
export function insertInBurnOrder(lots: Lot[], lot: Lot): void {
  let index = lots.length;
  while (index > 0 && comesAfter(lots[index - 1], lot)) index -= 1;
  lots.splice(index, 0, lot);
}

/**
 * Takes up to `amount` out of lots, in their order.
 *
 * Shape:  at most one take per lot, none of 0; less than `amount` in all when the lots end first.
 */
export function takeFrom(lots: readonly Lot[], amount: Decimal): Take[] {
  const takes: Take[] = [];
  let missing = amount;
  for (const lot of lots) {
    if (missing.lte(ZERO)) break;
    const taken = min(lot.available, missing);
    takes.push({ grantId: lot.grantId, amount: taken });
    missing = missing.minus(taken);
  }
  return takes;
}

/** Money paid back outside was paid in before, so a refund takes paid lots first. */
export function lotsForReason(lots: readonly Lot[], reason: AdjustmentReason): readonly Lot[] {
  if (reason !== 'external_refund') return lots;
  const isPaid = (lot: Lot): boolean => lot.purpose === 'paid';
  return [...lots.filter(isPaid), ...lots.filter((lot) => !isPaid(lot))];
}

/**
 * Applies takes to lots in place and drops the lots with nothing left.
 *
 * Errors: throws when a take names a lot that is not there: the log would contradict the wallet.
 */
export function removeTakes(lots: Lot[], takes: readonly Take[]): void {
  for (const take of takes) {
    const index = lots.findIndex((lot) => lot.grantId === take.grantId);
    const lot = lots[index];
    if (!lot) throw new Error(`grant ${take.grantId} has nothing left to take from`);
    lot.available = lot.available.minus(take.amount);
    if (lot.available.lte(ZERO)) lots.splice(index, 1);
  }
}

export const takenBy = (takes: readonly Take[]): Decimal => sum(takes.map((take) => take.amount));

const comesAfter = (before: Lot | undefined, lot: Lot): boolean =>
  before !== undefined && compareBurnOrder(before, lot) > 0;

const compareText = (left: string, right: string): number =>
  left < right ? -1 : left > right ? 1 : 0;
