/**
 * The three half-even roundings of Kontor. Nothing else rounds money.
 *
 * Source: docs/adr/0004-money.md.
 */
import Big from 'big.js';
import { AMOUNT_DECIMALS, Decimal, decimal, wire, ZERO } from './decimal';

const MARGIN_DECIMALS = 4;
const HALF_EVEN = 2;

/** To 12 decimals: once per fee, cost or conversion. */
export const roundAmount = (value: Decimal): Decimal => value.round(AMOUNT_DECIMALS, HALF_EVEN);

/**
 * `numerator / denominator` rounded once to 12 decimals. Multiply first and divide last, so that a
 * pro-rata price is rounded a single time.
 *
 * Errors: throws when the denominator is zero; callers refuse that earlier.
 */
export const divideToAmount = (numerator: Decimal, denominator: Decimal): Decimal =>
  numerator.div(denominator);

/** To the minor units of a currency (USD 2, JPY 0), when real money is charged. */
export const roundToMinorUnits = (value: Decimal, precision: number): Decimal =>
  value.round(precision, HALF_EVEN);

/** For a person's eyes only: never fed back into a sum. */
export const roundForDisplay = (value: Decimal, decimals: number): Decimal =>
  value.round(decimals, HALF_EVEN);

/** Divides straight to the margin's decimals, so that the quotient is rounded once, not twice. */
const MarginDecimal = Big();
MarginDecimal.strict = true;
MarginDecimal.RM = Big.roundHalfEven;
MarginDecimal.DP = MARGIN_DECIMALS;

/**
 * Margin as a fraction of gross revenue: 0.04 net of 0.20 gross is 0.2.
 *
 * Shape:  4 decimals; null when gross revenue is 0, because nothing was sold.
 */
export const marginOf = (netRevenue: Decimal, grossRevenue: Decimal): Decimal | null =>
  grossRevenue.eq(ZERO)
    ? null
    : decimal(
        new MarginDecimal(wire(netRevenue)).div(new MarginDecimal(wire(grossRevenue))).toFixed(),
      );
