/** Public facts as the projection's entries. */
import type {
  AuthorizationUsed,
  CostAttributedV1,
  FeeDebited,
  FeeReversed,
  FundsCharged,
  HoldCaptured,
  RatingRatedV1,
  UsageCostsAttributed,
  UsageRated,
  UsageRecorded,
  UsageRecordedV1,
  UsageReversed,
  WalletPostedV1,
} from '@kontor/contracts';
import { decimal, ZERO } from '@kontor/money';
import type {
  AuthorizationEntry,
  ChargeEntry,
  CostEntry,
  CostTopicEntry,
  FeeReversal,
  FeeValue,
  RatedEntry,
  ReversalEntry,
  UsageEntry,
  UsageTopicEntry,
  WalletEntry,
} from '../../domain/entries';
import { NO_CATEGORY, productsOf } from '../../domain/entries';

const NOTHING: readonly object[] = [];

// Written out member by member, not spread from a common part: hundreds of thousands a second.
// The key of all four topics is the customer.

export const usageFromWire = (fact: UsageRecorded): UsageEntry => ({
  platform: fact.platform,
  mode: fact.mode,
  eventId: fact.eventId,
  customerId: fact.key,
  subject: fact.subject ?? null,
  occurredAt: fact.occurredAt,
  eventType: fact.eventType,
  occurredAtText: fact.occurredAtText,
  recordedAt: fact.recordedAt,
  description: fact.description ?? null,
  data: fact.data ?? null,
  sentCosts: fact.costs ? fact.costs.map(({ sent }) => sent) : NOTHING,
});

export const usageTopicFromWire = (fact: UsageRecordedV1): UsageTopicEntry[] => [
  fact.type === 'usage.recorded' ? usageFromWire(fact) : reversalFromWire(fact),
];

const reversalFromWire = (fact: UsageReversed): ReversalEntry => ({
  platform: fact.platform,
  mode: fact.mode,
  eventId: fact.eventId,
  reason: fact.reason,
  reversedAt: fact.recordedAt,
  costs: fact.costs,
});

/** Which fees are reversed the wallet says, with their values. */
export const ratedTopicFromWire = (fact: RatingRatedV1): RatedEntry[] =>
  fact.type === 'rating.usage-rated' ? [ratedFromWire(fact)] : [];

export function ratedFromWire(fact: UsageRated): RatedEntry {
  const { feeCount, productIds, productCodes } = productsOf(fact.fees);
  return {
    platform: fact.platform,
    mode: fact.mode,
    eventId: fact.eventId,
    customerId: fact.key,
    subject: fact.subject ?? null,
    occurredAt: fact.occurredAt,
    eventType: fact.eventType,
    recordedAt: fact.recordedAt,
    feeCount,
    productIds,
    productCodes,
    fees: fact.fees,
    unratedReason: fact.unratedReason ?? null,
    authorizationId: fact.authorizationId ?? null,
  };
}

/** Fees, charges and captures are revenue; credits, adjustments and holds are not. */
export function walletFromWire(fact: WalletPostedV1): WalletEntry[] {
  switch (fact.type) {
    case 'wallet.fee-debited':
      return [debitFromWire(fact)];
    case 'wallet.fee-reversed':
      return [feeReversalFromWire(fact)];
    case 'wallet.funds-charged':
    case 'wallet.hold-captured':
      return [chargeFromWire(fact)];
    case 'wallet.authorization-used':
      return [authorizationFromWire(fact)];
    default:
      return [];
  }
}

const chargeFromWire = (fact: FundsCharged | HoldCaptured): ChargeEntry => ({
  platform: fact.platform,
  mode: fact.mode,
  transactionId: fact.transactionId,
  customerId: fact.key,
  subject: fact.subject ?? null,
  occurredAt: fact.at,
  asset: fact.asset,
  amount: decimal(fact.amount),
  value: fact.fiatValue === null ? null : decimal(fact.fiatValue),
});

const authorizationFromWire = (fact: AuthorizationUsed): AuthorizationEntry => ({
  platform: fact.platform,
  mode: fact.mode,
  eventId: fact.eventId,
  authorizationId: fact.authorizationId,
  captured: decimal(fact.captured),
  ignored: fact.ignored ?? null,
});

export const debitFromWire = (fact: FeeDebited): FeeValue => ({
  platform: fact.platform,
  mode: fact.mode,
  eventId: fact.eventId,
  customerId: fact.key,
  subject: fact.subject ?? null,
  occurredAt: fact.occurredAt,
  feeId: fact.feeId,
  productId: fact.productId,
  alternative: fact.alternative,
  asset: fact.asset,
  amount: decimal(fact.amount),
  value: fact.fiatValue === null ? null : decimal(fact.fiatValue),
  uncollected: fact.uncollected === '0' ? ZERO : decimal(fact.uncollected),
});

const feeReversalFromWire = (fact: FeeReversed): FeeReversal => ({
  platform: fact.platform,
  mode: fact.mode,
  eventId: fact.eventId,
  reversedFee: {
    platform: fact.platform,
    mode: fact.mode,
    eventId: fact.eventId,
    customerId: fact.key,
    subject: fact.subject ?? null,
    occurredAt: fact.occurredAt,
    feeId: fact.feeId,
    productId: fact.productId,
    asset: fact.asset,
    amount: decimal(fact.amount),
    value: fact.fiatValue === null ? null : decimal(fact.fiatValue),
    uncollected: decimal(fact.uncollected),
  },
});

/** A reversal that leaves the costs says nothing here. */
export function costTopicFromWire(fact: CostAttributedV1): CostTopicEntry[] {
  if (fact.type === 'cost.usage-costs-attributed') return [costsFromWire(fact)];
  const { platform, mode, eventId } = fact;
  return fact.costs ? [{ platform, mode, eventId, costsReversed: true }] : [];
}

export const costsFromWire = (fact: UsageCostsAttributed): CostEntry => ({
  platform: fact.platform,
  mode: fact.mode,
  eventId: fact.eventId,
  customerId: fact.key,
  subject: fact.subject ?? null,
  occurredAt: fact.occurredAt,
  lines: fact.costs.map((cost, index) => ({
    line: index + 1,
    costId: cost.costId,
    vendorId: cost.vendorId,
    category: cost.category ?? NO_CATEGORY,
    amount: decimal(cost.amount),
    currency: cost.currency,
    converted: cost.converted === null ? null : decimal(cost.converted),
  })),
});
