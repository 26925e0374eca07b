/**
 * What the projection knows of an event, one entry per topic. Entries never change: what a later
 * topic says is another entry, and everything shown is a join of them.
 *
 * Units:  instants are canonical UTC texts with six digits, days are `2026-01-05`; values are in
 *         the reporting currency, amounts in the currency beside them.
 */
import { type Decimal, divideToAmount, ZERO } from '@kontor/money';

export type Mode = 'live' | 'test';

export interface Tenant {
  readonly platform: string;
  readonly mode: Mode;
}

export interface EventRef extends Tenant {
  readonly eventId: string;
}

/** What every entry says about its event. */
export interface Happening extends EventRef {
  readonly customerId: string;
  readonly subject: string | null;
  readonly occurredAt: string;
}

/** Stands for the reporting currency in sums: converted values; any other code = not convertible. */
export const CONVERTED = '';
/** Stands for "no product" in sums of costs that no fee took on. */
export const NO_PRODUCT = '';
/** Stands for "no category" of a cost. */
export const NO_CATEGORY = '';

/** From the usage topic: the event as it was sent. */
export interface UsageEntry extends Happening {
  readonly eventType: string;
  readonly occurredAtText: string;
  readonly recordedAt: string;
  readonly description: string | null;
  /** As sent; null for an event of costs only. */
  readonly data: object | null;
  /** The costs as sent, in their order. */
  readonly sentCosts: readonly object[];
}

/** From the usage topic: an event was taken back. */
export interface ReversalEntry extends EventRef {
  readonly reason: string;
  readonly reversedAt: string;
  /** Its costs too. */
  readonly costs: boolean;
}

export type UsageTopicEntry = UsageEntry | ReversalEntry;

/** One possible fee of several, in one asset; amounts are decimal texts. */
export interface FeeAlternative {
  readonly asset: string;
  readonly amount: string;
  readonly inputVolume?: string;
  readonly volumeRate?: string;
  readonly packageSize?: string;
  readonly units?: string;
  readonly unitPrice?: string;
  readonly description: string;
}

export interface RatedFee {
  readonly feeId: string;
  readonly productId: string;
  readonly productCode: string;
  readonly productVersion: number;
  readonly priceId: string;
  readonly priceName: string;
  readonly usageType: string;
  readonly volumeField?: string;
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly alternatives: readonly FeeAlternative[];
}

/** What the folds of other topics need of a rated entry. */
export interface RatedSummary extends EventRef {
  readonly feeCount: number;
  /** Without repetition, in the order of the fees. */
  readonly productIds: readonly string[];
  readonly productCodes: readonly string[];
}

/** From the rating topic: the fees of an event, or why there are none. */
export interface RatedEntry extends Happening, RatedSummary {
  readonly eventType: string;
  readonly recordedAt: string;
  readonly fees: readonly RatedFee[];
  readonly unratedReason: string | null;
  /** The hold that its fees are captured from; null = none was named. */
  readonly authorizationId: string | null;
}

/** The products of an event's fees, as a summary names them. */
export const productsOf = (
  fees: readonly RatedFee[],
): Pick<RatedSummary, 'feeCount' | 'productIds' | 'productCodes'> => ({
  feeCount: fees.length,
  productIds: distinct(fees, (fee) => fee.productId),
  productCodes: distinct(fees, (fee) => fee.productCode),
});

function distinct(fees: readonly RatedFee[], of: (fee: RatedFee) => string): readonly string[] {
  const [first] = fees;
  if (!first) return NOTHING;
  // Nearly every event has one fee.
  return fees.length === 1 ? [of(first)] : [...new Set(fees.map(of))];
}

const NOTHING: readonly string[] = [];

/**
 * Which asset a fee was taken in and what that is worth: from the wallet topic, or, when every
 * alternative is 0 and nothing is debited, from the rating topic.
 */
export interface FeeValue extends Happening {
  readonly feeId: string;
  readonly productId: string;
  /** Index of the asset among the fee's alternatives. */
  readonly alternative: number;
  readonly asset: string;
  readonly amount: Decimal;
  /** Null when the asset has no rate into the reporting currency. */
  readonly value: Decimal | null;
  readonly uncollected: Decimal;
  /** It was taken back: it is shown, and counts nowhere. */
  readonly reversed?: boolean;
}

/** From the wallet topic: a fee that was debited is taken back. */
export interface FeeReversal extends EventRef {
  readonly reversedFee: Omit<FeeValue, 'alternative'>;
}

/** From the wallet topic: revenue without usage, by a charge or by capturing from a hold. */
export interface ChargeEntry extends Tenant {
  readonly transactionId: string;
  readonly customerId: string;
  readonly subject: string | null;
  readonly occurredAt: string;
  readonly asset: string;
  readonly amount: Decimal;
  /** Null when the asset has no rate into the reporting currency. */
  readonly value: Decimal | null;
}

/** From the wallet topic: what became of the authorization that an event named. */
export interface AuthorizationEntry extends EventRef {
  readonly authorizationId: string;
  readonly captured: Decimal;
  /** Why it was not captured from; null when it was. */
  readonly ignored: string | null;
}

export type WalletEntry = FeeValue | FeeReversal | ChargeEntry | AuthorizationEntry;

export interface CostLine {
  /** 1 for the event's first cost. */
  readonly line: number;
  readonly costId: string;
  readonly vendorId: string;
  readonly category: string;
  readonly amount: Decimal;
  readonly currency: string;
  /** Null when the currency has no rate into the reporting currency. */
  readonly converted: Decimal | null;
}

/** From the cost topic: the costs of an event, possibly none. */
export interface CostEntry extends Happening {
  readonly lines: readonly CostLine[];
  /** They were taken back: shown, and counted nowhere. */
  readonly reversed?: boolean;
}

/** From the cost topic: the costs of an event are taken back. */
export interface CostReversal extends EventRef {
  readonly costsReversed: true;
}

export type CostTopicEntry = CostEntry | CostReversal;

/** Costs and fees of the same subject of the same customer belong together. */
export interface SubjectRef extends Tenant {
  readonly customerId: string;
  readonly subject: string;
}

const SEPARATOR = '\n';
export const keyOf = (...parts: readonly string[]): string => parts.join(SEPARATOR);
export const eventKey = ({ platform, mode, eventId }: EventRef): string =>
  `${platform}${SEPARATOR}${mode}${SEPARATOR}${eventId}`;

/** The UTC day of an instant. */
export const dayOf = (instant: string): string => instant.slice(0, 10);

/** The part of a fee that is never collected, in the money of `moneyOfFee`. */
export function uncollectedOf({
  amount,
  value,
  uncollected,
}: Pick<FeeValue, 'amount' | 'value' | 'uncollected'>): Decimal {
  if (value === null || uncollected.eq(ZERO)) return uncollected;
  return divideToAmount(value.times(uncollected), amount);
}

/** A converted or, where no rate is known, an own-currency amount: never both. */
export const moneyOfFee = (
  fee: Pick<FeeValue, 'asset' | 'amount' | 'value'>,
): { currency: string; amount: Decimal } =>
  fee.value === null
    ? { currency: fee.asset, amount: fee.amount }
    : { currency: CONVERTED, amount: fee.value };

export const moneyOfCost = (cost: CostLine): { currency: string; amount: Decimal } =>
  cost.converted === null
    ? { currency: cost.currency, amount: cost.amount }
    : { currency: CONVERTED, amount: cost.converted };
