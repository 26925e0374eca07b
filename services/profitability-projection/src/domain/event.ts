/**
 * One event as its readers see it: what the four topics said about it, joined.
 *
 * Invariant (event.spec.ts): `processed` means that nothing of the answer changes any more: usage,
 * rating, the value of every fee, the costs, and what became of its authorization are known.
 */
import { sum, type Decimal } from '@kontor/money';
import {
  CONVERTED,
  type AuthorizationEntry,
  type CostEntry,
  type FeeAlternative,
  type FeeValue,
  type RatedEntry,
  type RatedFee,
  type UsageEntry,
} from './entries';
import { moneyOfEvent, profitabilityOf, type Profitability } from './margin';

/** What is known of one event; a part that its topic has not brought yet is undefined. */
export interface JoinedEvent {
  readonly eventId: string;
  readonly usage: UsageEntry | undefined;
  readonly rated: RatedEntry | undefined;
  readonly fees: readonly FeeValue[];
  readonly costs: CostEntry | undefined;
  /** What became of the authorization that it named. */
  readonly authorization: AuthorizationEntry | undefined;
}

export type EventStatus = 'processing' | 'processed';

export function statusOf(event: JoinedEvent): EventStatus {
  const { usage, rated, fees, costs, authorization } = event;
  if (!usage || !rated || !costs) return 'processing';
  if (rated.authorizationId !== null && !authorization) return 'processing';
  return fees.length >= rated.fees.length ? 'processed' : 'processing';
}

/** A fee in the asset that was taken. */
export interface TakenFee {
  readonly fee: RatedFee;
  readonly taken: FeeAlternative;
  readonly value: FeeValue;
}

/** Fees whose asset is decided, in the order of rating; the others are still on their way. */
export function takenFees({ rated, fees }: JoinedEvent): TakenFee[] {
  const values = new Map(fees.map((value) => [value.feeId, value]));
  return (rated?.fees ?? []).flatMap((fee) => {
    const value = values.get(fee.feeId);
    const taken = value && fee.alternatives[value.alternative];
    return value && taken ? [{ fee, taken, value }] : [];
  });
}

/** Fees of one event added up. */
export interface FeeTotal {
  readonly amount: Decimal;
  /** CONVERTED = the fees' values in the reporting currency. */
  readonly currency: string;
}

/**
 * Shape: in the fees' own asset when they share one, else in the reporting currency; undefined
 *        without fees, or when one of several assets has no value there.
 */
export function feeTotalOf(fees: readonly FeeValue[]): FeeTotal | undefined {
  const [first] = fees;
  if (!first) return undefined;
  if (fees.every(({ asset }) => asset === first.asset))
    return { amount: sum(fees.map(({ amount }) => amount)), currency: first.asset };
  const values = fees.flatMap(({ value }) => (value === null ? [] : [value]));
  return values.length === fees.length ? { amount: sum(values), currency: CONVERTED } : undefined;
}

export const statsOfEvent = (event: JoinedEvent, reportingCurrency: string): Profitability =>
  profitabilityOf(moneyOfEvent(event.fees, event.costs?.lines ?? []), reportingCurrency);
