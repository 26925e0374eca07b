/**
 * Profitability: gross revenue, costs, what is left, and the margin.
 *
 * Invariants (margin.spec.ts, profitability.property.spec.ts):
 *   1. net revenue = gross revenue - total costs, exactly;
 *   2. margin = net / gross with 4 decimals, half-even, null when gross is 0;
 *   3. what has no rate into the reporting currency is in `unconverted` and in no total.
 */
import { marginOf, ZERO, type Decimal } from '@kontor/money';
import { CONVERTED, moneyOfCost, moneyOfFee, type CostLine, type FeeValue } from './entries';

/** Revenue and costs of one currency; CONVERTED stands for the reporting currency. */
export interface CurrencySums {
  readonly currency: string;
  readonly revenue: Decimal;
  readonly costs: Decimal;
  /** The part of the revenue that is never collected; absent = none. */
  readonly uncollected?: Decimal;
}

export interface Profitability {
  readonly grossRevenue: Decimal;
  readonly totalCosts: Decimal;
  readonly netRevenue: Decimal;
  readonly margin: Decimal | null;
  /** The part of gross revenue that is never collected. */
  readonly uncollected: Decimal;
  /** The reporting currency. */
  readonly currency: string;
  /** By currency code; empty when everything was converted. */
  readonly unconverted: readonly CurrencySums[];
}

export function profitabilityOf(
  sums: Iterable<CurrencySums>,
  reportingCurrency: string,
): Profitability {
  const byCurrency = addUp(sums);
  const { revenue, costs, uncollected } = byCurrency.get(CONVERTED) ?? NOTHING;
  const netRevenue = revenue.minus(costs);
  return {
    grossRevenue: revenue,
    totalCosts: costs,
    netRevenue,
    margin: marginOf(netRevenue, revenue),
    uncollected,
    currency: reportingCurrency,
    unconverted: [...byCurrency.values()]
      .filter((one) => one.currency !== CONVERTED && !isNothing(one))
      .sort((a, b) => Number(a.currency > b.currency) - Number(a.currency < b.currency)),
  };
}

/** An event's own money: its fees and its costs, shared with nothing else. */
export function* moneyOfEvent(
  fees: readonly FeeValue[],
  costs: readonly CostLine[],
): Iterable<CurrencySums> {
  for (const fee of fees) {
    const { currency, amount } = moneyOfFee(fee);
    yield { currency, revenue: amount, costs: ZERO };
  }
  for (const cost of costs) {
    const { currency, amount } = moneyOfCost(cost);
    yield { currency, revenue: ZERO, costs: amount };
  }
}

const NOTHING = { revenue: ZERO, costs: ZERO, uncollected: ZERO } as const;

function addUp(sums: Iterable<CurrencySums>): Map<string, Required<CurrencySums>> {
  const byCurrency = new Map<string, Required<CurrencySums>>();
  for (const { currency, revenue, costs, uncollected = ZERO } of sums) {
    const known = byCurrency.get(currency) ?? NOTHING;
    byCurrency.set(currency, {
      currency,
      revenue: known.revenue.plus(revenue),
      costs: known.costs.plus(costs),
      uncollected: known.uncollected.plus(uncollected),
    });
  }
  return byCurrency;
}

const isNothing = ({ revenue, costs }: CurrencySums): boolean => revenue.eq(ZERO) && costs.eq(ZERO);
