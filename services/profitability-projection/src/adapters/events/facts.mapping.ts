/** Public facts as the projection's entries. */
import type {
  AuthorizationUsed,
  FeeDebited,
  FundsCharged,
  HoldCaptured,
  UsageCostsAttributed,
  UsageRated,
  UsageRecorded,
  WalletPostedV1,
} from '@kontor/contracts';
import { decimal } from '@kontor/money';
import type {
  AuthorizationEntry,
  ChargeEntry,
  CostEntry,
  FeeValue,
  Happening,
  RatedEntry,
  UsageEntry,
  WalletEntry,
} from '../../domain/entries';
import { NO_CATEGORY } from '../../domain/entries';

type AboutAnEvent = Pick<
  UsageRecorded,
  'platform' | 'mode' | 'key' | 'eventId' | 'subject' | 'occurredAt'
>;

/** The key of all four topics is the customer. */
const happeningFromWire = (fact: AboutAnEvent): Happening => ({
  platform: fact.platform,
  mode: fact.mode,
  eventId: fact.eventId,
  customerId: fact.key,
  subject: fact.subject ?? null,
  occurredAt: fact.occurredAt,
});

export const usageFromWire = (fact: UsageRecorded): UsageEntry => ({
  ...happeningFromWire(fact),
  eventType: fact.eventType,
  occurredAtText: fact.occurredAtText,
  recordedAt: fact.recordedAt,
  description: fact.description ?? null,
  data: fact.data ?? null,
  sentCosts: (fact.costs ?? []).map(({ sent }) => sent),
});

export const ratedFromWire = (fact: UsageRated): RatedEntry => ({
  ...happeningFromWire(fact),
  eventType: fact.eventType,
  recordedAt: fact.recordedAt,
  fees: fact.fees,
  unratedReason: fact.unratedReason ?? null,
  authorizationId: fact.authorizationId ?? null,
});

/** Fees, charges and captures are revenue; credits, adjustments and holds are not. */
export function walletFromWire(fact: WalletPostedV1): WalletEntry[] {
  switch (fact.type) {
    case 'wallet.fee-debited':
      return [debitFromWire(fact)];
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
  ...happeningFromWire(fact),
  feeId: fact.feeId,
  productId: fact.productId,
  alternative: fact.alternative,
  asset: fact.asset,
  amount: decimal(fact.amount),
  value: fact.fiatValue === null ? null : decimal(fact.fiatValue),
  uncollected: decimal(fact.uncollected),
});

export const costsFromWire = (fact: UsageCostsAttributed): CostEntry => ({
  ...happeningFromWire(fact),
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
