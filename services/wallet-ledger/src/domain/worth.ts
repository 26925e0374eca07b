/** What an amount is worth in the reporting currency. */
import { type Decimal, type ExchangeRate, pricePerUnit, toSource, wire } from '@kontor/money';
import type { Worth } from './wallet-event';

/** Rounded once, to 12 decimals, from the rate as it was given; null = there is none. */
export const worthOf = (amount: Decimal, rate: ExchangeRate | null): Worth =>
  rate === null
    ? { fiatRate: null, fiatValue: null }
    : { fiatRate: wire(pricePerUnit(rate)), fiatValue: wire(toSource(amount, rate)) };
