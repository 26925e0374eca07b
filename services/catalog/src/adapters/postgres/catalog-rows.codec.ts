/** Rows of the catalog as the states that deciders know, and back. */
import type { Asset, Rate } from '../../domain/asset';
import { rateKey } from '../../domain/asset';
import type { Customer, Subscription } from '../../domain/customer';
import type { Price } from '../../domain/price';
import type { Product, VersionStatus } from '../../domain/product';

/** One row per subscribed product; the outer members repeat. */
export interface CustomerRow {
  readonly customer_id: string;
  readonly external_id: string | null;
  readonly created_at: string;
  readonly identified: boolean;
  readonly subscription_id: string | null;
  readonly active: boolean;
  readonly starts_at: string | null;
  readonly acts_from: string | null;
  readonly renews_at: string | null;
  readonly subscribed_at: string;
  readonly product_id: string;
  readonly code: string;
  readonly version: number;
  readonly lines: Lines;
}

/** One row per version. */
export interface ProductRow {
  readonly product_id: string;
  readonly code: string;
  readonly name: string;
  readonly description: string | null;
  readonly archived: boolean;
  readonly default_version: number | null;
  readonly created_at: string;
  readonly version: number;
  readonly status: VersionStatus;
  readonly version_created_at: string;
  readonly lines: Lines;
  readonly price_ids: readonly string[];
}

export interface AssetRow {
  readonly code: string;
  readonly name: string;
  readonly precision: number;
  readonly symbol: string | null;
  readonly label: string | null;
  readonly created_at: string;
}

export interface RateRow {
  readonly asset: string;
  readonly source: string;
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly rate: string | null;
  readonly inverse_rate: string | null;
}

/** (price, asset) lines by event type. */
export type Lines = readonly (readonly [eventType: string, lines: number])[];

export function toCustomers(rows: readonly CustomerRow[]): Customer[] {
  const customers = new Map<string, Customer>();
  for (const row of rows) {
    const found = getOrAdd(customers, row.customer_id, () => toCustomer(row));
    if (row.subscription_id === null) continue;
    const id = row.subscription_id;
    const subscription = getOrAdd(found.subscriptions, id, () => toSubscription(id, row));
    const { product_id: productId, code, version } = row;
    subscription.products.set(productId, { productId, code, version, lines: new Map(row.lines) });
  }
  return [...customers.values()];
}

const toCustomer = (row: CustomerRow): Customer => ({
  id: row.customer_id,
  externalId: row.external_id ?? undefined,
  createdAt: row.created_at,
  identified: row.identified,
  subscriptions: new Map(),
});

const toSubscription = (id: string, row: CustomerRow): Subscription => ({
  id,
  active: row.active,
  startsAt: row.starts_at ?? undefined,
  actsFrom: row.acts_from ?? undefined,
  renewsAt: row.renews_at ?? undefined,
  createdAt: row.subscribed_at,
  products: new Map(),
});

export function toProducts(rows: readonly ProductRow[]): Product[] {
  const products = new Map<string, Product>();
  for (const row of rows) {
    const found = getOrAdd(products, row.product_id, () => toProduct(row));
    found.versions.set(row.version, {
      version: row.version,
      status: row.status,
      createdAt: row.version_created_at,
      lines: new Map(row.lines),
    });
    for (const id of row.price_ids) found.priceIds.add(id);
  }
  return [...products.values()];
}

const toProduct = (row: ProductRow): Product => ({
  id: row.product_id,
  code: row.code,
  name: row.name,
  description: row.description ?? undefined,
  createdAt: row.created_at,
  archived: row.archived,
  defaultVersion: row.default_version ?? undefined,
  versions: new Map(),
  priceIds: new Set(),
});

export const toAsset = (row: AssetRow): Asset => ({
  code: row.code,
  name: row.name,
  precision: row.precision,
  symbol: row.symbol ?? undefined,
  label: row.label ?? undefined,
  createdAt: row.created_at,
  rates: new Map(),
});

/** Gives each rate to its asset; a currency that has rates is known by them alone. */
export function addRates(
  rows: readonly RateRow[],
  assetOf: (code: string) => Asset | undefined,
): void {
  for (const row of rows) {
    const rate = toRate(row);
    assetOf(row.asset)?.rates.set(rateKey(rate), rate);
  }
}

const toRate = (row: RateRow): Rate => ({
  source: row.source,
  rate: row.rate ?? undefined,
  inverseRate: row.inverse_rate ?? undefined,
  validFrom: row.valid_from,
  validTo: row.valid_to ?? undefined,
});

/** Prices are plain JSON with amounts as decimal text, so they need no translation. */
export const pricesToText = (prices: readonly Price[]): string => JSON.stringify(prices);
export const pricesFromText = (text: string): readonly Price[] => JSON.parse(text);

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
