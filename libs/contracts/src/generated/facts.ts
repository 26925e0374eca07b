// Generated from schemas/ by `npm run generate`. Do not edit.

export type AnyFact =
  CatalogV1 | CostAttributedV1 | CostCatalogV1 | RatingRatedV1 | UsageRecordedV1 | WalletPostedV1;
/**
 * Customers, subscriptions, products, versions, assets and rates. Key = platform. Names, emails and metadata of customers never enter a fact.
 */
export type CatalogV1 =
  | CustomerCreated
  | CustomerExternalIdAssigned
  | CustomerDetailsChanged
  | CustomerPersonalDataErased
  | SubscriptionCreated
  | SubscriptionActivated
  | SubscriptionDeactivated
  | SubscriptionVersionChanged
  | ProductCreated
  | ProductVersionDrafted
  | ProductVersionPublished
  | ProductDefaultChanged
  | ProductVersionArchived
  | ProductArchived
  | AssetCreated
  | AssetRateSet;
export type Mode = 'live' | 'test';
export type Name = string;
/**
 * UTC with exactly six fractional digits, so that texts sort as instants do.
 */
export type Instant = string;
/**
 * Plain digits, no exponent, no trailing zeros.
 */
export type DecimalString = string;
/**
 * For every usage fact its costs, normalised and converted (possibly none). Key = customer id.
 */
export type CostAttributedV1 = UsageCostsAttributed | UsageCostsReversed;
export type Uuid = string;
export type Position = number;
/**
 * Vendors. Key = platform.
 */
export type CostCatalogV1 = VendorCreated;
/**
 * For every usage fact its fees, or why there are none. Key = customer id. No wall clock in it, so rating the same facts again gives the same bytes.
 */
export type RatingRatedV1 = UsageRated | UsageRatingReversed;
/**
 * Accepted usage with its costs, and what was reversed of it. Key = customer id.
 */
export type UsageRecordedV1 = UsageRecorded | UsageReversed;
/**
 * What moved in a wallet, with the legs (they sum to zero per asset) and the lots. Key = customer id.
 */
export type WalletPostedV1 =
  | AccountOpened
  | FundsCredited
  | FundsDebited
  | FeeDebited
  | GrantActivated
  | GrantExpired
  | OverdraftSet
  | FundsCharged
  | HoldPlaced
  | HoldCaptured
  | HoldReleased
  | AuthorizationUsed
  | FeeReversed;

export interface CustomerCreated {
  type: 'catalog.customer-created';
  platform: string;
  mode: Mode;
  /**
   * Platform id.
   */
  key: string;
  customerId: string;
  externalId?: Name;
  createdAt: Instant;
}
export interface CustomerExternalIdAssigned {
  type: 'catalog.customer-external-id-assigned';
  platform: string;
  mode: Mode;
  /**
   * Platform id.
   */
  key: string;
  customerId: string;
  externalId: Name | null;
  at: Instant;
}
export interface CustomerDetailsChanged {
  type: 'catalog.customer-details-changed';
  platform: string;
  mode: Mode;
  /**
   * Platform id.
   */
  key: string;
  customerId: string;
  at: Instant;
}
export interface CustomerPersonalDataErased {
  type: 'catalog.customer-personal-data-erased';
  platform: string;
  mode: Mode;
  /**
   * Platform id.
   */
  key: string;
  customerId: string;
  at: Instant;
}
export interface SubscriptionCreated {
  type: 'catalog.subscription-created';
  platform: string;
  mode: Mode;
  /**
   * Platform id.
   */
  key: string;
  customerId: string;
  subscriptionId: string;
  /**
   * @minItems 1
   */
  products: [SubscribedProduct, ...SubscribedProduct[]];
  /**
   * Null = it also covers every instant before its creation.
   */
  actsFrom: Instant | null;
  startsAt?: Instant;
  renewsAt?: Instant;
  createdAt: Instant;
}
export interface SubscribedProduct {
  productId: string;
  code: string;
  version: number;
}
export interface SubscriptionActivated {
  type: 'catalog.subscription-activated';
  platform: string;
  mode: Mode;
  /**
   * Platform id.
   */
  key: string;
  customerId: string;
  subscriptionId: string;
  at: Instant;
}
export interface SubscriptionDeactivated {
  type: 'catalog.subscription-deactivated';
  platform: string;
  mode: Mode;
  /**
   * Platform id.
   */
  key: string;
  customerId: string;
  subscriptionId: string;
  at: Instant;
}
export interface SubscriptionVersionChanged {
  type: 'catalog.subscription-version-changed';
  platform: string;
  mode: Mode;
  /**
   * Platform id.
   */
  key: string;
  customerId: string;
  subscriptionId: string;
  productId: string;
  version: number;
  at: Instant;
}
export interface ProductCreated {
  type: 'catalog.product-created';
  platform: string;
  mode: Mode;
  /**
   * Platform id.
   */
  key: string;
  productId: string;
  code: Name;
  name: Name;
  description?: string;
  createdAt: Instant;
}
export interface ProductVersionDrafted {
  type: 'catalog.product-version-drafted';
  platform: string;
  mode: Mode;
  /**
   * Platform id.
   */
  key: string;
  productId: string;
  code: Name;
  version: number;
  /**
   * @minItems 1
   * @maxItems 100
   */
  prices: [Price, ...Price[]];
  createdAt: Instant;
}
export interface Price {
  priceId: string;
  name: string;
  eventType: string;
  usageType: 'unit' | 'volume' | 'unit_and_volume';
  volumeField?: string;
  sourceReferenceField?: string;
  billableDimensions: string[];
  /**
   * @minItems 1
   */
  pricing: [AssetPricing, ...AssetPricing[]];
}
export interface AssetPricing {
  asset: string;
  /**
   * @minItems 1
   */
  blocks: [PriceBlock, ...PriceBlock[]];
}
/**
 * One row of a price list. A plain value (not a block of dimensions) has no `dimensions`.
 */
export interface PriceBlock {
  name?: string;
  dimensions?: {
    [k: string]: string;
  };
  value: PriceValue;
}
export interface PriceValue {
  name?: string;
  unitPrice?: DecimalString;
  volumeRate?: DecimalString;
  packageSize?: DecimalString;
}
export interface ProductVersionPublished {
  type: 'catalog.product-version-published';
  platform: string;
  mode: Mode;
  /**
   * Platform id.
   */
  key: string;
  productId: string;
  version: number;
  at: Instant;
}
export interface ProductDefaultChanged {
  type: 'catalog.product-default-changed';
  platform: string;
  mode: Mode;
  /**
   * Platform id.
   */
  key: string;
  productId: string;
  version: number;
  at: Instant;
}
/**
 * Subscribers keep the version. When it was the default, the product has none any more.
 */
export interface ProductVersionArchived {
  type: 'catalog.product-version-archived';
  platform: string;
  mode: Mode;
  /**
   * Platform id.
   */
  key: string;
  productId: string;
  version: number;
  at: Instant;
}
/**
 * All its versions are archived and it has no default any more; subscribers keep theirs.
 */
export interface ProductArchived {
  type: 'catalog.product-archived';
  platform: string;
  mode: Mode;
  /**
   * Platform id.
   */
  key: string;
  productId: string;
  at: Instant;
}
export interface AssetCreated {
  type: 'catalog.asset-created';
  platform: string;
  mode: Mode;
  /**
   * Platform id.
   */
  key: string;
  code: string;
  name: Name;
  precision: number;
  symbol?: string;
  label?: string;
  createdAt: Instant;
}
export interface AssetRateSet {
  type: 'catalog.asset-rate-set';
  platform: string;
  mode: Mode;
  /**
   * Platform id.
   */
  key: string;
  asset: string;
  /**
   * The currency in which one unit of the asset is priced.
   */
  source: string;
  /**
   * Price of one unit in the source currency; exactly one of rate and inverseRate is given.
   */
  rate: DecimalString | null;
  /**
   * Units per one unit of the source currency.
   */
  inverseRate: DecimalString | null;
  /**
   * UTC with exactly six fractional digits, so that texts sort as instants do.
   */
  validFrom: string;
  validTo?: Instant;
  at: Instant;
}
export interface UsageCostsAttributed {
  type: 'cost.usage-costs-attributed';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  eventId: Uuid;
  occurredAt: Instant;
  subject?: Name;
  catalogHead: Position;
  costCatalogHead: Position;
  reportingCurrency: string;
  costs: AttributedCost[];
}
export interface AttributedCost {
  costId: Uuid;
  vendorId: string;
  category?: string;
  amount: DecimalString;
  currency: string;
  rate: DecimalString | null;
  /**
   * In the reporting currency; null when no rate is known.
   */
  converted: DecimalString | null;
}
/**
 * The answer to a reversal of usage. Behind the event's costs, in the same partition.
 */
export interface UsageCostsReversed {
  type: 'cost.usage-costs-reversed';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  eventId: Uuid;
  /**
   * Whether the event's costs are taken back; false = they stay.
   */
  costs: boolean;
  /**
   * UTC with exactly six fractional digits, so that texts sort as instants do.
   */
  recordedAt: string;
}
export interface VendorCreated {
  type: 'cost.vendor-created';
  platform: string;
  mode: Mode;
  /**
   * Platform id.
   */
  key: string;
  vendorId: string;
  name: Name;
  externalId?: Name;
  createdAt: Instant;
}
export interface UsageRated {
  type: 'rating.usage-rated';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  eventId: Uuid;
  eventType: Name;
  occurredAt: Instant;
  /**
   * UTC with exactly six fractional digits, so that texts sort as instants do.
   */
  recordedAt: string;
  subject?: Name;
  /**
   * The catalog that it was priced with.
   */
  catalogHead: number;
  reportingCurrency: string;
  fees: RatedFee[];
  unratedReason?:
    | 'no_subscription'
    | 'no_matching_price'
    | 'volume_field_missing'
    | 'volume_field_invalid'
    | 'no_matching_dimension'
    | 'cost_only';
  authorizationId?: string;
  authorizationFinal?: boolean;
}
export interface RatedFee {
  feeId: string;
  productId: string;
  productCode: string;
  productVersion: number;
  priceId: string;
  priceName: string;
  usageType: 'unit' | 'volume' | 'unit_and_volume';
  volumeField?: string;
  /**
   * The billable dimensions that the event has.
   */
  dimensions?: {
    [k: string]: string;
  };
  /**
   * The fee in each listed asset, in the price's order; the ledger chooses one.
   *
   * @minItems 1
   */
  alternatives: [FeeAlternative, ...FeeAlternative[]];
}
export interface FeeAlternative {
  asset: string;
  amount: DecimalString;
  inputVolume?: DecimalString;
  volumeRate?: DecimalString;
  packageSize?: DecimalString;
  units?: DecimalString;
  unitPrice?: DecimalString;
  description: string;
  /**
   * Price of one unit in the reporting currency at occurredAt.
   */
  fiatRate: DecimalString | null;
  /**
   * Null when the asset has no rate.
   */
  fiatValue: DecimalString | null;
}
/**
 * The fees of a rated event are taken back. Behind its rating, in the same partition.
 */
export interface UsageRatingReversed {
  type: 'rating.usage-reversed';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  eventId: Uuid;
  reason: string;
  /**
   * Every fee that the event may have had, one for each price of its type in any product version that the customer ever held; most often more than it had. None when only costs are reversed.
   */
  feeIds: string[];
  /**
   * UTC with exactly six fractional digits, so that texts sort as instants do.
   */
  recordedAt: string;
}
export interface UsageRecorded {
  type: 'usage.recorded';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  eventId: Uuid;
  eventType: Name;
  occurredAt: Instant;
  /**
   * As the client sent it.
   */
  occurredAtText: string;
  recordedAt: Instant;
  subject?: Name;
  description?: string;
  /**
   * As the client sent it; absent for an event of costs only.
   */
  data?: {
    [k: string]: unknown;
  };
  /**
   * @maxItems 100
   */
  costs?: UsageCost[];
  authorizationId?: string;
  authorizationFinal?: boolean;
  heads: CatalogHeads;
}
export interface UsageCost {
  costId: Uuid;
  vendorId: string;
  category?: string;
  amount: DecimalString;
  currency: string;
  /**
   * The cost as the client sent it
   */
  sent: {
    [k: string]: unknown;
  };
}
/**
 * What the owners had published when the usage was accepted; rating and cost attribution wait for it.
 */
export interface CatalogHeads {
  catalog: Position;
  costCatalog: Position;
}
/**
 * The fees of an accepted event, and its costs when that is said, are taken back. Always behind its usage, in the same partition.
 */
export interface UsageReversed {
  type: 'usage.reversed';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  eventId: Uuid;
  eventType: Name;
  reason: string;
  /**
   * False when the fees were reversed before and the costs follow.
   */
  fees: boolean;
  costs: boolean;
  recordedAt: Instant;
}
export interface AccountOpened {
  type: 'wallet.account-opened';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  accountId: string;
  name: Name;
  asset: string;
  at: Instant;
  legs: Leg[];
}
export interface Leg {
  account:
    | 'available'
    | 'held'
    | 'scheduled'
    | 'debt'
    | 'funding'
    | 'promotion'
    | 'revenue'
    | 'adjustments'
    | 'uncollected'
    | 'breakage';
  amount: DecimalString;
}
export interface FundsCredited {
  type: 'wallet.funds-credited';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  transactionId: string;
  accountId: string;
  asset: string;
  amount: DecimalString;
  reason: 'gift' | 'external_topup' | 'external_refund' | 'other' | 'correction' | 'migration';
  description?: string;
  metadata?: {
    [k: string]: unknown;
  };
  grant: Grant;
  /**
   * Stretches of debt that this credit paid at once, oldest first.
   */
  repaid: DebtStretch[];
  balance: DecimalString;
  at: Instant;
  legs: Leg[];
}
export interface Grant {
  grantId: string;
  purpose: 'promotional' | 'bundled' | 'paid';
  amount: DecimalString;
  /**
   * Plain digits, no exponent, no trailing zeros.
   */
  basis: string;
  priority: number;
  effectiveAt: Instant;
  expiresAt: Instant | null;
}
/**
 * A stretch of the account's debt, counted from its first debt on. A debit occupies one, a repayment covers the oldest open ones, so they name each other by it.
 */
export interface DebtStretch {
  from: DecimalString;
  amount: DecimalString;
}
export interface FundsDebited {
  type: 'wallet.funds-debited';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  transactionId: string;
  accountId: string;
  asset: string;
  /**
   * Plain digits, no exponent, no trailing zeros.
   */
  amount: string;
  reason: 'gift' | 'external_topup' | 'external_refund' | 'other' | 'correction' | 'migration';
  description?: string;
  metadata?: {
    [k: string]: unknown;
  };
  takes: Take[];
  debt: DecimalString;
  balance: DecimalString;
  at: Instant;
  legs: Leg[];
}
export interface Take {
  grantId: string;
  amount: DecimalString;
}
export interface FeeDebited {
  type: 'wallet.fee-debited';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  /**
   * The fee id.
   */
  transactionId: string;
  eventId: Uuid;
  feeId: string;
  productId: string;
  accountId: string;
  asset: string;
  /**
   * Index of the chosen asset in the fee's alternatives.
   */
  alternative: number;
  amount: DecimalString;
  fiatValue: DecimalString | null;
  fiatRate: DecimalString | null;
  subject?: Name;
  description?: string;
  takes: Take[];
  /**
   * Plain digits, no exponent, no trailing zeros.
   */
  debt: string;
  /**
   * Plain digits, no exponent, no trailing zeros.
   */
  debtFrom: string;
  draw?: Draw;
  /**
   * Plain digits, no exponent, no trailing zeros.
   */
  uncollected: string;
  balance: DecimalString;
  occurredAt: Instant;
  at: Instant;
  legs: Leg[];
}
/**
 * What a debit took out of a hold. `overdraft` is the part that no lot covered; it ends and is paid anew, by `takes` and `debt` of the debit.
 */
export interface Draw {
  authorizationId: string;
  held: Take[];
  overdraft: DecimalString;
}
/**
 * A scheduled grant came into effect.
 */
export interface GrantActivated {
  type: 'wallet.grant-activated';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  transactionId: string;
  accountId: string;
  asset: string;
  grantId: string;
  amount: DecimalString;
  /**
   * Stretches of debt that this credit paid at once, oldest first.
   */
  repaid: DebtStretch[];
  balance: DecimalString;
  at: Instant;
  legs: Leg[];
}
export interface GrantExpired {
  type: 'wallet.grant-expired';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  transactionId: string;
  accountId: string;
  asset: string;
  grantId: string;
  /**
   * Plain digits, no exponent, no trailing zeros.
   */
  amount: string;
  balance: DecimalString;
  at: Instant;
  legs: Leg[];
}
/**
 * How far usage may take the account below zero.
 */
export interface OverdraftSet {
  type: 'wallet.overdraft-set';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  accountId: string;
  asset: string;
  policy: 'unlimited' | 'limit' | 'none';
  limit?: DecimalString;
  at: Instant;
  legs: Leg[];
}
/**
 * An ad-hoc fee.
 */
export interface FundsCharged {
  type: 'wallet.funds-charged';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  transactionId: string;
  accountId: string;
  asset: string;
  amount: DecimalString;
  fiatValue: DecimalString | null;
  fiatRate: DecimalString | null;
  subject?: Name;
  description?: string;
  metadata?: {
    [k: string]: unknown;
  };
  /**
   * Units, volume and prices as they were sent.
   */
  priced?: {
    [k: string]: DecimalString;
  };
  takes: Take[];
  balance: DecimalString;
  at: Instant;
  legs: Leg[];
}
export interface HoldPlaced {
  type: 'wallet.hold-placed';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  /**
   * The authorization id.
   */
  transactionId: string;
  authorizationId: string;
  accountId: string;
  asset: string;
  amount: DecimalString;
  takes: Take[];
  /**
   * Plain digits, no exponent, no trailing zeros.
   */
  overdraft: string;
  expiresAt: Instant;
  /**
   * Of a priced authorization, what makes up its amount, as it was priced.
   */
  fees?: PricedFee[];
  subject?: Name;
  metadata?: {
    [k: string]: unknown;
  };
  balance: DecimalString;
  at: Instant;
  legs: Leg[];
}
/**
 * A fee that usage would have, in the asset that is held. Carried for readers.
 */
export interface PricedFee {
  productId: string;
  productCode: string;
  productVersion: number;
  priceId: string;
  priceName: string;
  usageType: 'unit' | 'volume' | 'unit_and_volume';
  volumeField?: string;
  dimensions?: {
    [k: string]: string;
  };
  asset: string;
  amount: DecimalString;
  inputVolume?: DecimalString;
  volumeRate?: DecimalString;
  packageSize?: DecimalString;
  units?: DecimalString;
  unitPrice?: DecimalString;
  description: string;
}
/**
 * A request captured from a hold. Revenue, as a charge is.
 */
export interface HoldCaptured {
  type: 'wallet.hold-captured';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  transactionId: string;
  accountId: string;
  asset: string;
  amount: DecimalString;
  fiatValue: DecimalString | null;
  fiatRate: DecimalString | null;
  subject?: Name;
  draw: Draw;
  /**
   * Out of free lots, for the part of the hold that was overdraft.
   */
  takes: Take[];
  debt: DebtStretch;
  /**
   * Plain digits, no exponent, no trailing zeros.
   */
  capturedInAll: string;
  /**
   * Nothing is left of the hold.
   */
  ends: boolean;
  balance: DecimalString;
  at: Instant;
  legs: Leg[];
}
/**
 * A hold ended; what was left of it went back.
 */
export interface HoldReleased {
  type: 'wallet.hold-released';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  transactionId: string;
  authorizationId: string;
  accountId: string;
  asset: string;
  reason: 'captured' | 'voided' | 'expired';
  amount: DecimalString;
  returned: Take[];
  /**
   * Out of lots that expired meanwhile: lost.
   */
  broken: Take[];
  overdraft: DecimalString;
  capturedInAll: DecimalString;
  balance: DecimalString;
  at: Instant;
  legs: Leg[];
}
/**
 * What became of the authorization that a usage event named.
 */
export interface AuthorizationUsed {
  type: 'wallet.authorization-used';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  authorizationId: string;
  eventId: Uuid;
  /**
   * Plain digits, no exponent, no trailing zeros.
   */
  captured: string;
  capturedInAll: DecimalString;
  /**
   * Nothing is left of the hold.
   */
  ends: boolean;
  ignored?: 'authorization_not_open' | 'authorization_expired';
  at: Instant;
  legs: Leg[];
}
/**
 * A debited fee was taken back. What it took went back to the lots that it came from, also by way of a hold; what lots had repaid of its debt went back to those; what was still owed is owed no more.
 */
export interface FeeReversed {
  type: 'wallet.fee-reversed';
  platform: string;
  mode: Mode;
  /**
   * Customer id.
   */
  key: string;
  /**
   * The fee id and `.reversed`.
   */
  transactionId: string;
  eventId: Uuid;
  feeId: string;
  productId: string;
  accountId: string;
  asset: string;
  /**
   * Plain digits, no exponent, no trailing zeros.
   */
  amount: string;
  fiatValue: DecimalString | null;
  fiatRate: DecimalString | null;
  subject?: Name;
  reason: string;
  returned: Take[];
  /**
   * Out of lots that expired meanwhile: lost.
   */
  broken: Take[];
  /**
   * Those of the returned-to lots that had nothing left
   */
  revived: GivenGrant[];
  debt: DebtStretch1;
  /**
   * Plain digits, no exponent, no trailing zeros.
   */
  uncollected: string;
  balance: DecimalString;
  /**
   * UTC with exactly six fractional digits, so that texts sort as instants do.
   */
  occurredAt: string;
  at: Instant;
  legs: Leg[];
}
export interface GivenGrant {
  grant: Grant;
  createdAt: Instant;
}
/**
 * A stretch of the account's debt, counted from its first debt on. A debit occupies one, a repayment covers the oldest open ones, so they name each other by it.
 */
export interface DebtStretch1 {
  from: DecimalString;
  amount: DecimalString;
}
