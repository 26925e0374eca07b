/**
 * One event as its readers see it: what the four topics said about it, joined.
 *
 * Invariant (event.spec.ts): `processed` means that nothing of the answer changes any more: usage,
 * rating, the value of every fee, the costs, what became of its authorization, and what a reversal
 * took back are known.
 */
import { sum, type Decimal, ZERO } from '@kontor/money';
import {
  CONVERTED,
  type AuthorizationEntry,
  type CostEntry,
  type FeeAlternative,
  type FeeValue,
  type RatedEntry,
  type RatedFee,
  type ReversalEntry,
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
  readonly reversal: ReversalEntry | undefined;
}

export type EventStatus = 'processing' | 'processed';

export function statusOf(event: JoinedEvent): EventStatus {
  const { usage, rated, fees, costs, authorization } = event;
  if (!usage || !rated || !costs) return 'processing';
  if (rated.authorizationId !== null && !authorization) return 'processing';
  if (fees.length < rated.fees.length) return 'processing';
  return isTakenBack(event) ? 'processed' : 'processing';
}

/** Everything that a reversal takes back; a fee of 0 needs no reversal. */
function isTakenBack({ reversal, fees, costs }: JoinedEvent): boolean {
  if (!reversal) return true;
  if (fees.some(({ amount, reversed }) => !reversed && !amount.eq(ZERO))) return false;
  return !reversal.costs || costs?.reversed === true || costs?.lines.length === 0;
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
 * Shape: without reversed fees; in the fees' own asset when they share one, else in the reporting currency; undefined
 *        without fees, or when one of several assets has no value there.
 */
export function feeTotalOf(fees: readonly FeeValue[]): FeeTotal | undefined {
  const [first] = fees;
  if (!first) return undefined;
  const counted = fees.filter(({ reversed }) => !reversed);
  if (fees.every(({ asset }) => asset === first.asset))
    return { amount: sum(counted.map(({ amount }) => amount)), currency: first.asset };
  const values = counted.flatMap(({ value }) => (value === null ? [] : [value]));
  return values.length === counted.length
    ? { amount: sum(values), currency: CONVERTED }
    : undefined;
}

export const statsOfEvent = (event: JoinedEvent, reportingCurrency: string): Profitability =>
  profitabilityOf(
    moneyOfEvent(
      event.fees.filter(({ reversed }) => !reversed),
      event.costs && !event.costs.reversed ? event.costs.lines : [],
    ),
    reportingCurrency,
  );
