/** Catalog facts as rating keeps them; facts about anything else give nothing. */
import type { AssetRateSet, CatalogV1, ProductVersionDrafted } from '@kontor/contracts';
import type { DeliveredFact } from '@kontor/event-log';
import type { StoredChange } from '../postgres/catalog-rows';

/** A tenant and the place in catalog.v1. */
interface Placed {
  readonly platform: string;
  readonly mode: string;
  readonly position: number;
  readonly index: number;
}

export interface CatalogRowSet {
  readonly changes: (Placed & { readonly customer_id: string; readonly change: StoredChange })[];
  readonly versions: (Placed & {
    readonly product_id: string;
    readonly version: number;
    readonly code: string;
    readonly prices: ProductVersionDrafted['prices'];
  })[];
  readonly defaults: (Placed & { readonly product_id: string; readonly version: number })[];
  /** A null version: all of the product's. */
  readonly archivals: (Placed & {
    readonly product_id: string;
    readonly version: number | null;
  })[];
  readonly rates: (Placed & {
    readonly asset: string;
    readonly source: string;
    readonly rate: AssetRateSet['rate'];
    readonly inverse_rate: AssetRateSet['inverseRate'];
    readonly valid_from: string;
    readonly valid_to: string | null;
  })[];
}

export function rowsOf(facts: readonly DeliveredFact<CatalogV1>[]): CatalogRowSet {
  const rows: CatalogRowSet = {
    changes: [],
    versions: [],
    defaults: [],
    archivals: [],
    rates: [],
  };
  for (const delivered of facts) addRow(rows, delivered);
  return rows;
}

function addRow(rows: CatalogRowSet, { fact, position, index }: DeliveredFact<CatalogV1>): void {
  const placed = { platform: fact.platform, mode: fact.mode, position, index };
  switch (fact.type) {
    case 'catalog.subscription-created':
    case 'catalog.subscription-activated':
    case 'catalog.subscription-deactivated':
    case 'catalog.subscription-version-changed':
      rows.changes.push({ ...placed, customer_id: fact.customerId, change: changeOf(fact) });
      return;
    case 'catalog.asset-rate-set':
      rows.rates.push({
        ...placed,
        asset: fact.asset,
        source: fact.source,
        rate: fact.rate,
        inverse_rate: fact.inverseRate,
        valid_from: fact.validFrom,
        valid_to: fact.validTo ?? null,
      });
      return;
    default:
      if ('productId' in fact) addProductRow(rows, fact, placed);
  }
}

type ProductFact = Exclude<Extract<CatalogV1, { productId: string }>, SubscriptionFact>;

function addProductRow(rows: CatalogRowSet, fact: ProductFact, placed: Placed): void {
  const product = { ...placed, product_id: fact.productId };
  switch (fact.type) {
    case 'catalog.product-version-drafted': {
      const { version, code, prices } = fact;
      rows.versions.push({ ...product, version, code, prices });
      return;
    }
    case 'catalog.product-default-changed':
      rows.defaults.push({ ...product, version: fact.version });
      return;
    case 'catalog.product-version-archived':
      rows.archivals.push({ ...product, version: fact.version });
      return;
    case 'catalog.product-archived':
      rows.archivals.push({ ...product, version: null });
      return;
    default:
      return;
  }
}

type SubscriptionFact = Extract<CatalogV1, { subscriptionId: string }>;

function changeOf(fact: SubscriptionFact): StoredChange {
  const { subscriptionId } = fact;
  switch (fact.type) {
    case 'catalog.subscription-created': {
      const products = fact.products.map(({ productId, version }) => ({ productId, version }));
      return { subscriptionId, change: 'created', products, actsFrom: fact.actsFrom };
    }
    case 'catalog.subscription-activated':
      return { subscriptionId, change: 'activated', at: fact.at };
    case 'catalog.subscription-deactivated':
      return { subscriptionId, change: 'deactivated', at: fact.at };
    case 'catalog.subscription-version-changed': {
      const { productId, version, at } = fact;
      return { subscriptionId, change: 'version-changed', productId, version, at };
    }
  }
}
