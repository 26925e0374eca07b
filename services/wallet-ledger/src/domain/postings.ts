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
  DebtStretch,
  FeeDebited,
  FeeReversed,
  FundsCharged,
  FundsCredited,
  FundsDebited,
  GrantActivated,
  GrantExpired,
  HoldCaptured,
  HoldEvent,
  HoldPlaced,
  HoldReleased,
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

export const legsOf = (event: WalletEvent): readonly Leg[] =>
  allLegsOf(event).filter((leg) => !leg.amount.eq(ZERO));

function allLegsOf(event: WalletEvent): readonly Leg[] {
  switch (event.type) {
    case 'AccountOpened':
    case 'OverdraftSet':
      return [];
    case 'FundsCredited':
      return credited(event);
    case 'GrantActivated':
      return activated(event);
    case 'GrantExpired':
      return expired(event);
    case 'FundsDebited':
      return debited(event);
    case 'FundsCharged':
      return charged(event);
    case 'FeeDebited':
      return feeDebited(event);
    case 'FeeReversed':
      return feeReversed(event);
    default:
      return legsOfHold(event);
  }
}

function legsOfHold(event: HoldEvent): readonly Leg[] {
  switch (event.type) {
    case 'AuthorizationUsed':
      return [];
    case 'HoldPlaced':
      return placed(event);
    case 'HoldCaptured':
      return captured(event);
    case 'HoldReleased':
      return released(event);
    default:
      return unreachable(event);
  }
}

function credited(event: FundsCredited): readonly Leg[] {
  const source: Leg = {
    account: COUNTERPART_BY_REASON[event.reason],
    amount: event.amount.neg(),
  };
  return event.grant.effectiveAt > event.at
    ? [source, { account: 'scheduled', amount: event.amount }]
    : [source, ...freed(event)];
}

const activated = (event: GrantActivated): readonly Leg[] => [
  { account: 'scheduled', amount: event.amount.neg() },
  ...freed(event),
];

function freed(event: FundsCredited | GrantActivated): readonly Leg[] {
  const repaid = repaidBy(event.repaid);
  return [
    { account: 'debt', amount: repaid },
    { account: 'available', amount: event.amount.minus(repaid) },
  ];
}

const expired = (event: GrantExpired): readonly Leg[] => [
  { account: 'available', amount: event.amount.neg() },
  { account: 'breakage', amount: event.amount },
];

const debited = (event: FundsDebited): readonly Leg[] => [
  { account: 'available', amount: event.amount.neg() },
  { account: COUNTERPART_BY_REASON[event.reason], amount: event.amount },
];

const charged = (event: FundsCharged): readonly Leg[] => [
  { account: 'available', amount: event.amount.neg() },
  { account: 'revenue', amount: event.amount },
];

const feeDebited = (event: FeeDebited): readonly Leg[] => [
  ...taken(event),
  { account: 'uncollected', amount: event.uncollected.neg() },
  { account: 'revenue', amount: event.amount },
];

const feeReversed = ({ amount, returned, broken, debt, uncollected }: FeeReversed): Leg[] => [
  { account: 'revenue', amount: amount.neg() },
  { account: 'uncollected', amount: uncollected },
  { account: 'debt', amount: debt.amount },
  { account: 'breakage', amount: takenBy(broken) },
  { account: 'available', amount: takenBy(returned) },
];

const captured = (event: HoldCaptured): readonly Leg[] => [
  ...taken(event),
  { account: 'revenue', amount: event.amount },
];

/** What a debit took: out of a hold, out of free lots, and as debt. */
function taken({ draw, takes, debt }: FeeDebited | HoldCaptured): readonly Leg[] {
  const overdraft = draw?.overdraft ?? ZERO;
  const held = takenBy(draw?.held ?? []).plus(overdraft);
  return [
    { account: 'available', amount: takenBy(takes).neg() },
    { account: 'held', amount: held.neg() },
    { account: 'debt', amount: overdraft.minus(debt.amount) },
  ];
}

const placed = (event: HoldPlaced): readonly Leg[] => [
  { account: 'available', amount: takenBy(event.takes).neg() },
  { account: 'debt', amount: event.overdraft.neg() },
  { account: 'held', amount: event.amount },
];

const released = (event: HoldReleased): readonly Leg[] => [
  { account: 'held', amount: event.amount.neg() },
  { account: 'available', amount: takenBy(event.returned) },
  { account: 'breakage', amount: takenBy(event.broken) },
  { account: 'debt', amount: event.overdraft },
];

const repaidBy = (stretches: readonly DebtStretch[]): Decimal =>
  sum(stretches.map((stretch) => stretch.amount));
