/**
 * What an amount of one asset is in another, and the schedule of rates behind it.
 *
 * Units:  `rate` is the price of one unit of the destination in the source, `inverseRate` how many
 *         units of the destination one source unit buys; amounts are rounded half-even to 12
 *         decimals, once, from the rate as it was given.
 * Time:   the rate that holds at `at`; the earliest one also covers every instant before it.
 * Errors: `rate_unknown` when no rate between the two holds then; `amount_not_positive`;
 *         `amount_out_of_range` when the result has no room in an amount.
 */
import {
  AMOUNT_LIMIT,
  type Decimal,
  decimal,
  type DecimalString,
  type ExchangeRate,
  fromSource,
  PARITY,
  pricePerUnit,
  rateAt,
  type RateSchedule,
  scheduleOf,
  toSource,
  unitsPerSource,
  wire,
  ZERO,
} from '@kontor/money';
import type { Asset, Rate } from './asset';
import type { Instant } from './instant';

export interface Quote {
  readonly source: string;
  readonly sourceAmount: DecimalString;
  readonly destination: string;
  readonly destinationAmount: DecimalString;
  readonly rate: DecimalString;
  readonly inverseRate: DecimalString;
}

export type QuoteRejection =
  | { readonly code: 'rate_unknown'; readonly source: string; readonly destination: string }
  | { readonly code: 'amount_not_positive' }
  | { readonly code: 'amount_out_of_range' };

export type Quoted =
  | { readonly ok: true; readonly quote: Quote }
  | { readonly ok: false; readonly rejection: QuoteRejection };

export interface QuoteRequest {
  readonly source: Asset;
  readonly destination: Asset;
  readonly amount: DecimalString;
  readonly at: Instant;
}

export function quoteExchange({ source, destination, amount, at }: QuoteRequest): Quoted {
  const given = decimal(amount);
  if (!given.gt(ZERO)) return { ok: false, rejection: { code: 'amount_not_positive' } };
  const exchange = exchangeBetween(source, destination, at);
  if (!exchange)
    return {
      ok: false,
      rejection: {
        code: 'rate_unknown',
        source: source.code,
        destination: destination.code,
      },
    };
  const bought = exchange.buy(given);
  if (!bought.lt(AMOUNT_LIMIT)) return { ok: false, rejection: { code: 'amount_out_of_range' } };
  return {
    ok: true,
    quote: {
      source: source.code,
      sourceAmount: amount,
      destination: destination.code,
      destinationAmount: wire(bought),
      rate: wire(exchange.rate),
      inverseRate: wire(exchange.inverseRate),
    },
  };
}

interface Exchange {
  readonly buy: (amount: Decimal) => Decimal;
  readonly rate: Decimal;
  readonly inverseRate: Decimal;
}

/** The destination's rate in the source, or else the source's rate in the destination. */
function exchangeBetween(source: Asset, destination: Asset, at: Instant): Exchange | undefined {
  if (source.code === destination.code) return bought(PARITY);
  const direct = rateAt(scheduleIn(destination, source.code), at);
  if (direct) return bought(direct);
  const reverse = rateAt(scheduleIn(source, destination.code), at);
  return reverse && sold(reverse);
}

const bought = (exchange: ExchangeRate): Exchange => ({
  buy: (amount) => fromSource(amount, exchange),
  rate: pricePerUnit(exchange),
  inverseRate: unitsPerSource(exchange),
});

const sold = (exchange: ExchangeRate): Exchange => ({
  buy: (amount) => toSource(amount, exchange),
  rate: unitsPerSource(exchange),
  inverseRate: pricePerUnit(exchange),
});

/** The rates of an asset in one currency, without overlaps, earliest first. */
export const scheduleIn = ({ rates }: Asset, source: string): RateSchedule =>
  scheduleOf([...rates.values()].filter((rate) => rate.source === source).map(toDatedRate));

/** A rate as @kontor/money reads it; its end is the one that was given. */
export const toDatedRate = ({
  rate,
  inverseRate,
  validFrom,
  validTo,
}: Rate): RateSchedule[number] => ({
  rate: rate === undefined ? null : decimal(rate),
  inverseRate: inverseRate === undefined ? null : decimal(inverseRate),
  validFrom,
  validTo: validTo ?? null,
});
