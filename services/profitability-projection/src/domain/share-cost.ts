/**
 * Which product bears a cost.
 *
 * A cost is shared over fees by their value in the reporting currency (a fee without one weighs 0;
 * equally when all weigh 0), largest remainder at 12 decimals, ties by fee id. The costs of an
 * event with fees are shared over those; the costs of an event without fees over all fees of the
 * same subject and customer, whenever they were; what has neither stands under no product.
 *
 * Invariants (share-cost.property.spec.ts):
 *   1. the shares of a cost sum to the cost, to the last decimal;
 *   2. neither the order of fees and costs nor the moment of sharing changes a share.
 */
import { Allocation, wire, ZERO, type Decimal, type DecimalString } from '@kontor/money';
import { moneyOfCost, type CostLine, type FeeValue } from './entries';

/** A fee as sharing sees it: `weight` is its value in the reporting currency, as text. */
export interface WeighedFee {
  readonly productId: string;
  readonly weight: DecimalString;
}

/** What a product bears of an event's costs, per currency (CONVERTED or an own currency). */
export interface ProductShare {
  readonly productId: string;
  readonly currency: string;
  readonly costs: Decimal;
}

/** Fees as sharing takes them: in the order of their ids, which decides ties. */
export const weighed = (fees: readonly FeeValue[]): WeighedFee[] =>
  [...fees]
    .sort((a, b) => Number(a.feeId > b.feeId) - Number(a.feeId < b.feeId))
    .map(({ productId, value }) => ({ productId, weight: value ? wire(value) : '0' }));

/**
 * Fees made ready for sharing any number of costs: summed once.
 *
 * Cost: O(n) for n fees, then O(d log d) per cost for d different weights.
 */
export class FeeShares {
  readonly productIds: readonly string[];
  private readonly allocation: Allocation;

  /** `fees` in the order of their ids. */
  constructor(fees: readonly WeighedFee[]) {
    this.productIds = [...new Set(fees.map(({ productId }) => productId))].sort();
    const indexes = new Map(this.productIds.map((productId, index) => [productId, index]));
    this.allocation = new Allocation(
      fees.map(({ weight }) => weight),
      fees.map(({ productId }) => indexes.get(productId) ?? 0),
      this.productIds.length,
    );
  }

  /**
   * Shape: one share per product and currency of the costs, also those of 0; each cost is rounded
   *        on its own, so that adding another cost never moves this one's shares.
   */
  share(costs: readonly Money[]): ProductShare[] {
    const byCurrency = new Map<string, Decimal[]>();
    for (const { currency, amount } of costs) {
      const parts = this.allocation.share(amount);
      const known = byCurrency.get(currency);
      byCurrency.set(currency, known ? known.map((sum, at) => sum.plus(parts[at] ?? ZERO)) : parts);
    }
    return [...byCurrency].flatMap(([currency, parts]) =>
      this.productIds.map((productId, at) => ({ productId, currency, costs: parts[at] ?? ZERO })),
    );
  }
}

/** An amount and its currency (CONVERTED or an own one). */
export interface Money {
  readonly currency: string;
  readonly amount: Decimal;
}

/** The costs of an event with fees, by product. `fees` are all of its fees, each with its value. */
export const shareEventCosts = (
  lines: readonly CostLine[],
  fees: readonly FeeValue[],
): ProductShare[] =>
  new FeeShares(weighed(fees)).share(lines.map(moneyOfCost)).filter(({ costs }) => !costs.eq(ZERO));

/** The costs of an event whose fees all belong to one product: no value needs to be known. */
export function costsOfOneProduct(lines: readonly CostLine[], productId: string): ProductShare[] {
  const sums = new Map<string, Decimal>();
  for (const { currency, amount } of lines.map(moneyOfCost))
    sums.set(currency, (sums.get(currency) ?? ZERO).plus(amount));
  return [...sums]
    .map(([currency, costs]) => ({ productId, currency, costs }))
    .filter(({ costs }) => !costs.eq(ZERO));
}
