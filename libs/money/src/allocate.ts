/**
 * Sharing an amount so that the parts add up to the whole, to the last decimal.
 */
import { AMOUNT_DECIMALS, Decimal, ONE, sum, ZERO } from './decimal';

const SMALLEST = ONE.div(new Decimal(`1${'0'.repeat(AMOUNT_DECIMALS)}`));
const ROUND_DOWN = 0;

/**
 * Shares `total` over `weights` by the largest-remainder method at 12 decimals.
 *
 * Shape:  one part per weight, in the same order; the parts sum to `total` exactly. When every
 *         weight is 0 the shares are equal. A negative total is shared like its positive twin.
 * Units:  weights are >= 0; `total` has at most 12 decimals.
 * Ties:   of equal remainders the earlier weight gets the spare digit first, so the caller's order
 *         (fee id, say) decides and the result never depends on chance.
 * Errors: throws on an empty list of weights with a total that is not 0: money would vanish.
 */
export function allocate(total: Decimal, weights: readonly Decimal[]): Decimal[] {
  if (weights.length === 0) {
    if (total.eq(ZERO)) return [];
    throw new Error('cannot share an amount over nothing');
  }
  if (total.lt(ZERO)) return allocate(total.neg(), weights).map((part) => part.neg());

  const whole = sum(weights);
  const effective = whole.eq(ZERO) ? weights.map(() => ONE) : weights;
  const divisor = sum(effective);
  const shares = effective.map((weight) => floorShare(total.times(weight), divisor));
  const spare = total.minus(sum(shares.map((share) => share.floor)));
  const spareUnits = Number(spare.div(SMALLEST).toFixed(0));
  const byRemainder = shares
    .map((share, index) => ({ index, remainder: share.remainder }))
    .sort((a, b) => b.remainder.cmp(a.remainder) || a.index - b.index);

  const parts = shares.map((share) => share.floor);
  for (let unit = 0; unit < spareUnits; unit += 1) {
    const winner = byRemainder[unit % byRemainder.length];
    if (!winner) break;
    parts[winner.index] = (parts[winner.index] ?? ZERO).plus(SMALLEST);
  }
  return parts;
}

/** The share cut at 12 decimals, and what the cut left, times the divisor: both exact. */
function floorShare(numerator: Decimal, divisor: Decimal): { floor: Decimal; remainder: Decimal } {
  let floor = numerator.div(divisor).round(AMOUNT_DECIMALS, ROUND_DOWN);
  if (floor.times(divisor).gt(numerator)) floor = floor.minus(SMALLEST);
  return { floor, remainder: numerator.minus(floor.times(divisor)) };
}
