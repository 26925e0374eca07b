/**
 * Event -> double-entry legs, all in the event's asset; the legs of one event sum to zero.
 *
 * Sign: see chart-of-accounts.ts. A leg of 0 is left out.
 */
import { unreachable } from '@kontor/event-sourcing';
import { type Decimal, sum, ZERO } from '@kontor/money';
import { takenBy } from './burn-order';
import type { LedgerAccount } from './chart-of-accounts';
import type {
  AdjustmentReason,
  FeeDebited,
  FundsCredited,
  FundsDebited,
  WalletEvent,
} from './wallet-event';

export interface Leg {
  readonly account: LedgerAccount;
  readonly amount: Decimal;
}

/** Where adjusted money comes from, or goes. */
const COUNTERPART_BY_REASON: Readonly<Record<AdjustmentReason, LedgerAccount>> = {
  gift: 'promotion',
  external_topup: 'funding',
  external_refund: 'funding',
  other: 'adjustments',
  correction: 'adjustments',
  migration: 'adjustments',
};

export function legsOf(event: WalletEvent): readonly Leg[] {
  switch (event.type) {
    case 'AccountOpened':
      return [];
    case 'FundsCredited':
      return withoutZeros(credited(event));
    case 'FundsDebited':
      return withoutZeros(debited(event));
    case 'FeeDebited':
      return withoutZeros(feeDebited(event));
    default:
      return unreachable(event);
  }
}

function credited(event: FundsCredited): readonly Leg[] {
  const repaid = sum(event.repaid.map((stretch) => stretch.amount));
  return [
    { account: COUNTERPART_BY_REASON[event.reason], amount: event.amount.neg() },
    { account: 'debt', amount: repaid },
    { account: 'available', amount: event.amount.minus(repaid) },
  ];
}

const debited = (event: FundsDebited): readonly Leg[] => [
  { account: 'available', amount: event.amount.neg() },
  { account: COUNTERPART_BY_REASON[event.reason], amount: event.amount },
];

const feeDebited = (event: FeeDebited): readonly Leg[] => [
  { account: 'available', amount: takenBy(event.takes).neg() },
  { account: 'debt', amount: event.debt.amount.neg() },
  { account: 'uncollected', amount: event.uncollected.neg() },
  { account: 'revenue', amount: event.amount },
];

const withoutZeros = (legs: readonly Leg[]): readonly Leg[] =>
  legs.filter((leg) => !leg.amount.eq(ZERO));
