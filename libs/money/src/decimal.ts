/**
 * Strict decimals: the only numbers that take part in arithmetic on money.
 *
 * Units:  plain decimals, no currency; a currency stands beside an amount, never in it.
 * Errors: in strict mode a JavaScript number in, or `<` between two values, throws.
 * Source: docs/adr/0004-money.md.
 */
import Big from 'big.js';

/** An amount keeps 12 decimals: a thousandth of a token at a millionth of a cent is still exact. */
export const AMOUNT_DECIMALS = 12;

/** big.js in a constructor of our own, so that no other user of the library can loosen it. */
export const Decimal = Big();
Decimal.strict = true;
Decimal.RM = Big.roundHalfEven;
Decimal.DP = AMOUNT_DECIMALS;
// A value never prints an exponent, also not through a stray template string.
Decimal.NE = -1000;
Decimal.PE = 1000;
export type Decimal = Big;

/** A decimal on the wire: plain digits, no exponent, no trailing zeros, e.g. "0.0000025". */
export type DecimalString = string;

export const ZERO: Decimal = new Decimal('0');
export const ONE: Decimal = new Decimal('1');
export const AMOUNT_LIMIT: Decimal = new Decimal('1000000000000000');

/** Reads a decimal that our own code or database wrote. Throws on anything else: that is a bug. */
export const decimal = (text: DecimalString): Decimal => new Decimal(text);

/** Writes a decimal in its shortest plain form: "2", "0.0000025", never "2.000" or "2e-6". */
export const wire = (value: Decimal): DecimalString => value.toFixed();

/** Adds up any number of decimals; the sum of none is 0. */
export const sum = (values: Iterable<Decimal>): Decimal => {
  let total: Decimal | undefined;
  // Most sums have one part or two; adding the first to 0 would only copy it.
  for (const value of values) total = total === undefined ? value : total.plus(value);
  return total ?? ZERO;
};

export const max = (left: Decimal, right: Decimal): Decimal => (left.gte(right) ? left : right);
export const min = (left: Decimal, right: Decimal): Decimal => (left.lte(right) ? left : right);
export const isDecimal = (value: unknown): value is Decimal => value instanceof Decimal;
