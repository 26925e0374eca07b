/** What an amount is worth in the reporting currency. */
import { type Decimal, decimal, type DecimalString, roundAmount, wire } from '@kontor/money';
import type { Worth } from './wallet-event';

/** `fiatRate` is the price of one unit; rounded once, to 12 decimals. */
export const worthOf = (amount: Decimal, fiatRate: DecimalString | null): Worth => ({
  fiatRate,
  fiatValue: fiatRate === null ? null : wire(roundAmount(amount.times(decimal(fiatRate)))),
});
