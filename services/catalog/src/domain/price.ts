/**
 * Prices as a product version keeps them: what is counted, and what one unit of it costs in each
 * asset, by dimension.
 *
 * Units:  amounts are decimal texts in the asset of their list (`"0.4"`, never `"0.400000"`).
 *         `packageSize` says how much volume one `volumeRate` pays for; absent means 1.
 * Source: the rating rules of the HTTP contract; checks live in price-rules.ts.
 */
import type { DecimalString } from '@kontor/money';

export type UsageType = 'unit' | 'volume' | 'unit_and_volume';

/** As it was sent; compared as text (`dimensionText`). */
export type DimensionValue = string | number | boolean;
/** Pairs, not an object: names come from clients, and `__proto__` is a name like any other. */
export type Dimensions = readonly (readonly [name: string, value: DimensionValue])[];

export interface PriceValue {
  readonly name?: string | undefined;
  readonly unitPrice?: DecimalString | undefined;
  readonly volumeRate?: DecimalString | undefined;
  readonly packageSize?: DecimalString | undefined;
}

/** One row of a price list. Without `dimensions` it is a plain value: it matches everything. */
export interface PriceRow {
  readonly name?: string | undefined;
  readonly dimensions?: Dimensions | undefined;
  readonly value: PriceValue;
}

export interface AssetPricing {
  readonly asset: string;
  readonly rows: readonly PriceRow[];
}

export interface UsageCalculation {
  readonly eventType: string;
  readonly usageType: UsageType;
  readonly unitAggregation?: string | undefined;
  readonly volumeField?: string | undefined;
  readonly volumeAggregation?: string | undefined;
  readonly sourceReferenceField?: string | undefined;
  /** Absent and empty are the same to rating; kept apart so that it comes back as sent. */
  readonly billableDimensions?: readonly string[] | undefined;
}

export interface Price {
  readonly id: string;
  readonly name: string;
  readonly pricingModel?: string | undefined;
  readonly usage: UsageCalculation;
  readonly pricing: readonly AssetPricing[];
}

/** A price as it was asked for: everything that has a name in the contract, also what comes later. */
export interface PriceDraft {
  readonly id?: string | undefined;
  readonly name: string;
  readonly type: 'usage_based' | 'fixed';
  readonly billingType: 'real_time' | 'recurring' | 'one_time';
  readonly pricingModel?: string | undefined;
  readonly usage?: UsageDraft | undefined;
  readonly pricing: readonly AssetPricingDraft[];
  /** Names of members that were given and that a later version will know what to do with. */
  readonly later: readonly string[];
}

export type UsageDraft = Omit<UsageCalculation, 'usageType'> & {
  readonly usageType: UsageType | 'custom';
};

export interface AssetPricingDraft {
  readonly asset: string;
  readonly rows: readonly PriceRowDraft[];
}

/** A plain value is a row without dimensions and with exactly one value. */
export interface PriceRowDraft {
  readonly name?: string | undefined;
  readonly dimensions?: Dimensions | undefined;
  readonly values: readonly PriceValueDraft[];
}

export type PriceValueDraft = PriceValue & { readonly later: readonly string[] };

/**
 * How many (price, asset) lines a version has for each event type: what one event may cost to
 * price, and therefore what is bounded per customer.
 */
export function linesByEventType(prices: readonly Price[]): Map<string, number> {
  const lines = new Map<string, number>();
  for (const { usage, pricing } of prices)
    lines.set(usage.eventType, (lines.get(usage.eventType) ?? 0) + pricing.length);
  return lines;
}
