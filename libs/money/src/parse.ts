/**
 * How a number that a client sent becomes a decimal.
 *
 * A JSON number means its shortest round-trip decimal: 0.1 is 0.1. Beyond 15 significant digits a
 * double no longer says what its writer meant, so exact places refuse it and usage rounds it.
 *
 * Source: docs/adr/0004-money.md.
 */
import { AMOUNT_DECIMALS, AMOUNT_LIMIT, Decimal } from './decimal';
import { roundAmount } from './rounding';

/** A double holds 15 significant decimal digits faithfully. */
const JSON_NUMBER_DIGITS_MAX = 15;
const HALF_EVEN = 2;
/** Longer than any amount below 10^15 with 12 decimals and a sign, with room for zeros. */
const DECIMAL_TEXT_LENGTH_MAX = 64;
const PLAIN_DECIMAL = /^-?\d+(?:\.\d+)?$/;

export type AmountErrorCode =
  'amount_not_a_number' | 'amount_imprecise' | 'amount_too_fine' | 'amount_out_of_range';

export type ParsedAmount =
  | { readonly ok: true; readonly value: Decimal }
  | { readonly ok: false; readonly code: AmountErrorCode; readonly detail: string };

/**
 * Prices, rates, adjustments, charges, authorizations, limits: what is sent is what is meant.
 *
 * Errors: `amount_not_a_number`; `amount_imprecise` for a JSON number of more than 15 significant
 *         digits; `amount_too_fine` beyond 12 decimals; `amount_out_of_range` from 10^15 on.
 */
export function parseExactAmount(value: unknown): ParsedAmount {
  const read = readDecimal(value);
  if (!read.ok) return read;
  if (typeof value === 'number' && significantDigits(read.value) > JSON_NUMBER_DIGITS_MAX)
    return refuse(
      'amount_imprecise',
      'A JSON number keeps at most 15 significant digits: send a decimal string.',
    );
  if (!roundAmount(read.value).eq(read.value))
    return refuse('amount_too_fine', `An amount has at most ${AMOUNT_DECIMALS} decimals.`);
  return withinRange(read.value);
}

/**
 * Usage (`data`, `costs`): honest clients multiply in floats, so a JSON number is taken at 15
 * significant digits, half-even, and everything is rounded to 12 decimals.
 *
 * Errors: `amount_not_a_number`, `amount_out_of_range`.
 */
export function parseUsageAmount(value: unknown): ParsedAmount {
  const read = readDecimal(value);
  if (!read.ok) return read;
  const meant =
    typeof value === 'number' && significantDigits(read.value) > JSON_NUMBER_DIGITS_MAX
      ? read.value.prec(JSON_NUMBER_DIGITS_MAX, HALF_EVEN)
      : read.value;
  return withinRange(roundAmount(meant));
}

function readDecimal(value: unknown): ParsedAmount {
  if (typeof value === 'number' && Number.isFinite(value))
    return { ok: true, value: new Decimal(String(value)) };
  if (
    typeof value === 'string' &&
    value.length <= DECIMAL_TEXT_LENGTH_MAX &&
    PLAIN_DECIMAL.test(value)
  )
    return { ok: true, value: new Decimal(value) };
  return refuse('amount_not_a_number', 'Expected a JSON number or a plain decimal string.');
}

const withinRange = (value: Decimal): ParsedAmount =>
  value.abs().lt(AMOUNT_LIMIT)
    ? { ok: true, value }
    : refuse('amount_out_of_range', 'An amount is below 10^15.');

const significantDigits = (value: Decimal): number => value.c.length;

const refuse = (code: AmountErrorCode, detail: string): ParsedAmount => ({
  ok: false,
  code,
  detail,
});
