/**
 * What an event's costs are worth in the reporting currency.
 *
 * Shape:  one attributed cost per cost, in the same order.
 * Units:  `amount` is in the cost's own currency and stays as it was accepted; `converted` is in
 *         the reporting currency, rounded half-even to 12 decimals by the conversion, once.
 * Errors: none. A currency without a rate at `occurredAt` stays unconverted.
 * Time:   rates are taken at `occurredAt`, never at arrival, so a late cost is worth what it was.
 */
import {
  type Decimal,
  type ExchangeRate,
  PARITY,
  pricePerUnit,
  rateAt,
  type RateSchedule,
  toSource,
} from '@kontor/money';

export interface Cost {
  readonly costId: string;
  readonly vendorId: string;
  readonly category: string | undefined;
  readonly amount: Decimal;
  /** Of fiat or of an asset of the platform, upper-case. */
  readonly currency: string;
}

export interface AttributedCost extends Cost {
  /** Price of one unit of `currency` in the reporting currency; null = no rate is known. */
  readonly rate: Decimal | null;
  readonly converted: Decimal | null;
}

/** What costs are shown in, and the rates of the assets that have some in it. */
export interface Exchange {
  readonly reportingCurrency: string;
  readonly rates: ReadonlyMap<string, RateSchedule>;
}

export const attributeCosts = (
  costs: readonly Cost[],
  occurredAt: string,
  exchange: Exchange,
): AttributedCost[] =>
  costs.map((cost) => {
    const rate = rateFor(cost.currency, occurredAt, exchange);
    return {
      ...cost,
      rate: rate ? pricePerUnit(rate) : null,
      converted: rate ? toSource(cost.amount, rate) : null,
    };
  });

const rateFor = (currency: string, at: string, exchange: Exchange): ExchangeRate | undefined =>
  currency === exchange.reportingCurrency ? PARITY : rateAt(exchange.rates.get(currency) ?? [], at);
