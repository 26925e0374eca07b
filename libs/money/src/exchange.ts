/**
 * Dated exchange rates of an asset in one source currency: which one holds at an instant, and what
 * an amount is worth then.
 *
 * Rules:  a rate holds from its `validFrom` until its own `validTo` or the next rate's `validFrom`,
 *         whichever is first; of two with the same `validFrom` the one published later holds; the
 *         earliest rate also covers every instant before it; after a `validTo` that no later rate
 *         follows up, there is none.
 * Units:  `rate` is the price of one unit of the asset in the source currency, `inverseRate` how
 *         many units one unit of the source currency buys. A rate is given as one of the two and
 *         kept as given, so that 3 units per dollar never becomes 0.333333333333 dollars a unit.
 * Time:   instants are texts that sort as the instants do.
 */
import { type Decimal, ONE } from './decimal';
import { divideToAmount, roundAmount } from './rounding';

/** Exactly one of `rate` and `inverseRate` is given, and it is greater than zero. */
export interface ExchangeRate {
  readonly rate: Decimal | null;
  readonly inverseRate: Decimal | null;
}

export interface DatedRate extends ExchangeRate {
  readonly validFrom: string;
  /** Not included; null = until the next one. */
  readonly validTo: string | null;
}

/** Rates without overlaps, earliest first, each with the end that it really has. */
export type RateSchedule = readonly DatedRate[];

/** Orders rates that are given in the order of their publication. */
export function scheduleOf(published: Iterable<DatedRate>): RateSchedule {
  const byStart = new Map<string, DatedRate>();
  for (const rate of published) byStart.set(rate.validFrom, rate);
  const ordered = [...byStart.values()].sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
  return ordered.map((rate, index) => {
    const next = ordered[index + 1];
    return { ...rate, validTo: earlier(rate.validTo, next?.validFrom ?? null) };
  });
}

/** The rate that holds at `instant`; undefined when none does. */
export function rateAt(schedule: RateSchedule, instant: string): DatedRate | undefined {
  const first = schedule[0];
  if (!first || instant < first.validFrom) return first;
  let low = 0;
  let high = schedule.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((schedule[middle]?.validFrom ?? instant) <= instant) low = middle;
    else high = middle - 1;
  }
  const candidate = schedule[low];
  return candidate && (candidate.validTo === null || instant < candidate.validTo)
    ? candidate
    : undefined;
}

/** What `units` of the asset are worth in the source currency; rounded once, to 12 decimals. */
export const toSource = (units: Decimal, exchange: ExchangeRate): Decimal =>
  exchange.inverseRate
    ? divideToAmount(units, exchange.inverseRate)
    : roundAmount(units.times(given(exchange.rate)));

/** How many units of the asset `amount` of the source currency buys; rounded once. */
export const fromSource = (amount: Decimal, exchange: ExchangeRate): Decimal =>
  exchange.inverseRate
    ? roundAmount(amount.times(exchange.inverseRate))
    : divideToAmount(amount, given(exchange.rate));

/** The price of one unit in the source currency, for showing; `toSource` never goes through it. */
export const pricePerUnit = (exchange: ExchangeRate): Decimal => toSource(ONE, exchange);

/** How many units one unit of the source currency buys, for showing. */
export const unitsPerSource = (exchange: ExchangeRate): Decimal => fromSource(ONE, exchange);

/** A currency in itself. */
export const PARITY: ExchangeRate = { rate: ONE, inverseRate: null };

const earlier = (left: string | null, right: string | null): string | null => {
  if (left === null) return right;
  if (right === null) return left;
  return left < right ? left : right;
};

function given(rate: Decimal | null): Decimal {
  if (rate === null) throw new Error('an exchange rate needs a rate or an inverse rate');
  return rate;
}
