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
  /** What open holds took out of it and may bring back. */
  held: Decimal;
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
    if (lot.available.lte(ZERO)) continue;
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

/** Lots in place: what of them is free goes; those with nothing left are dropped. */
export const removeTakes = (lots: Lot[], takes: readonly Take[]): void =>
  changeLots(lots, takes, (lot, amount) => {
    lot.available = lot.available.minus(amount);
  });

/** What was free is held from now on. */
export const holdTakes = (lots: Lot[], takes: readonly Take[]): void =>
  changeLots(lots, takes, (lot, amount) => {
    lot.available = lot.available.minus(amount);
    lot.held = lot.held.plus(amount);
  });

/** What was held is free again. */
export const returnTakes = (lots: Lot[], takes: readonly Take[]): void =>
  changeLots(lots, takes, (lot, amount) => {
    lot.available = lot.available.plus(amount);
    lot.held = lot.held.minus(amount);
  });

/** What was spent is free again. */
export const freeTakes = (lots: Lot[], takes: readonly Take[]): void =>
  changeLots(lots, takes, (lot, amount) => {
    lot.available = amount.plus(lot.available);
  });

/** What was held is spent, or lost. */
export const spendHeld = (lots: Lot[], takes: readonly Take[]): void =>
  changeLots(lots, takes, (lot, amount) => {
    lot.held = lot.held.minus(amount);
  });

/** Errors: throws when a take contradicts the lots: then the log would contradict the wallet. */
function changeLots(
  lots: Lot[],
  takes: readonly Take[],
  change: (lot: Lot, amount: Decimal) => void,
): void {
  for (const take of takes) {
    const index = lots.findIndex((lot) => lot.grantId === take.grantId);
    const lot = lots[index];
    if (!lot) throw new Error(`grant ${take.grantId} has nothing left to take from`);
    change(lot, take.amount);
    if (lot.available.lt(ZERO) || lot.held.lt(ZERO))
      throw new Error(`grant ${take.grantId} has less left than was taken`);
    if (lot.available.eq(ZERO) && lot.held.eq(ZERO)) lots.splice(index, 1);
  }
}

/** Mostly one lot pays: asked for several times a decision, so that one makes nothing new. */
export function takenBy(takes: readonly Take[]): Decimal {
  const [only] = takes;
  return only && takes.length === 1 ? only.amount : sum(takes.map(({ amount }) => amount));
}

const comesAfter = (before: Lot | undefined, lot: Lot): boolean =>
  before !== undefined && compareBurnOrder(before, lot) > 0;

const compareText = (left: string, right: string): number =>
  left < right ? -1 : left > right ? 1 : 0;
