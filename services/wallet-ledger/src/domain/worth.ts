/** What an amount is worth in the reporting currency. */
import {
  type Decimal,
  type ExchangeRate,
  PARITY,
  pricePerUnit,
  roundAmount,
  toSource,
  wire,
} from '@kontor/money';
import type { Worth } from './wallet-event';

/** Rounded once, to 12 decimals, from the rate as it was given; null = there is none. */
export function worthOf(amount: Decimal, rate: ExchangeRate | null): Worth {
  if (rate === null) return { fiatRate: null, fiatValue: null };
  // The usual case: the asset is the reporting currency.
  if (rate === PARITY) return { fiatRate: '1', fiatValue: wire(roundAmount(amount)) };
  return { fiatRate: wire(pricePerUnit(rate)), fiatValue: wire(toSource(amount, rate)) };
}
