/** Reads what a decision must see: one statement per kind, whatever the number of requests. */
import type { Queryable } from '@kontor/postgres';
import type { CustomerName, Loaded, ProductName, Tenant, Wants } from '../../app/ports';
import { type Asset, fiat } from '../../domain/asset';
import type { Customer } from '../../domain/customer';
import type { Product } from '../../domain/product';
import {
  addRates,
  type AssetRow,
  type CustomerRow,
  type ProductRow,
  type RateRow,
  toAsset,
  toCustomers,
  toProducts,
} from './catalog-rows.codec';

export async function loadCatalog(tx: Queryable, tenant: Tenant, wants: Wants): Promise<Loaded> {
  return {
    customers: await loadCustomers(tx, tenant, wants.customers),
    products: await loadProducts(tx, tenant, wants.products),
    assets: await loadAssets(tx, tenant, wants),
  };
}

// A customer is found by either name; DISTINCT, because a request may give both.
const CUSTOMERS = `
  SELECT c.customer_id, c.external_id, c.created_at, c.identified,
         s.subscription_id, s.active, s.starts_at, s.acts_from, s.renews_at,
         s.created_at AS subscribed_at, i.product_id, p.code, i.version, v.lines
  FROM (
    SELECT customer_id FROM customer
      WHERE platform = $1 AND mode = $2 AND customer_id = ANY ($3::text[])
    UNION
    SELECT customer_id FROM customer
      WHERE platform = $1 AND mode = $2 AND external_id = ANY ($4::text[])
  ) AS wanted
  JOIN customer c ON c.platform = $1 AND c.mode = $2 AND c.customer_id = wanted.customer_id
  LEFT JOIN subscription s
    ON s.platform = $1 AND s.mode = $2 AND s.customer_id = c.customer_id
  LEFT JOIN subscription_product i
    ON i.platform = $1 AND i.mode = $2 AND i.subscription_id = s.subscription_id
  LEFT JOIN product p ON p.platform = $1 AND p.mode = $2 AND p.product_id = i.product_id
  LEFT JOIN product_version v
    ON v.platform = $1 AND v.mode = $2 AND v.product_id = i.product_id AND v.version = i.version
  ORDER BY c.customer_id, s.subscription_id, i.place`;

export async function loadCustomers(
  tx: Queryable,
  { platform, mode }: Tenant,
  names: readonly CustomerName[],
): Promise<Customer[]> {
  if (names.length === 0) return [];
  const ids = names.flatMap((name) => ('customerId' in name ? [name.customerId] : []));
  const externalIds = names.flatMap((name) => ('externalId' in name ? [name.externalId] : []));
  const rows = await tx.query<CustomerRow>(CUSTOMERS, [platform, mode, ids, externalIds], {
    name: 'catalog customers',
  });
  return toCustomers(rows);
}

const PRODUCTS = `
  SELECT p.product_id, p.code, p.name, p.description, p.archived, p.default_version, p.created_at,
         v.version, v.status, v.created_at AS version_created_at, v.lines, v.price_ids
  FROM (
    SELECT product_id FROM product
      WHERE platform = $1 AND mode = $2 AND product_id = ANY ($3::text[])
    UNION
    SELECT product_id FROM product
      WHERE platform = $1 AND mode = $2 AND code = ANY ($4::text[])
  ) AS wanted
  JOIN product p ON p.platform = $1 AND p.mode = $2 AND p.product_id = wanted.product_id
  JOIN product_version v
    ON v.platform = $1 AND v.mode = $2 AND v.product_id = p.product_id
  ORDER BY p.product_id, v.version`;

async function loadProducts(
  tx: Queryable,
  { platform, mode }: Tenant,
  names: readonly ProductName[],
): Promise<Product[]> {
  if (names.length === 0) return [];
  const ids = names.flatMap((name) => ('id' in name ? [name.id] : []));
  const codes = names.flatMap((name) => ('code' in name ? [name.code] : []));
  const rows = await tx.query<ProductRow>(PRODUCTS, [platform, mode, ids, codes], {
    name: 'catalog products',
  });
  return toProducts(rows);
}

/** Custom assets from their rows, currencies from the list of currencies; rates where asked for. */
export async function loadAssets(
  tx: Queryable,
  { platform, mode }: Tenant,
  { assets, rates }: Pick<Wants, 'assets' | 'rates'>,
): Promise<Asset[]> {
  const codes = [...new Set([...assets, ...rates])];
  if (codes.length === 0) return [];
  const rows = await tx.query<AssetRow>(
    `SELECT code, name, precision, symbol, label, created_at
     FROM asset WHERE platform = $1 AND mode = $2 AND code = ANY ($3::text[])`,
    [platform, mode, codes],
    { name: 'catalog assets' },
  );
  const found = new Map(rows.map((row) => [row.code, toAsset(row)]));
  for (const code of codes) {
    const currency = fiat(code);
    if (currency) found.set(code, currency);
  }
  if (rates.length > 0)
    addRates(await loadRates(tx, { platform, mode }, rates), (code) => found.get(code));
  return [...found.values()];
}

const loadRates = (
  tx: Queryable,
  { platform, mode }: Tenant,
  codes: readonly string[],
): Promise<RateRow[]> =>
  tx.query<RateRow>(
    `SELECT asset, source, valid_from, valid_to, rate, inverse_rate
     FROM asset_rate WHERE platform = $1 AND mode = $2 AND asset = ANY ($3::text[])
     ORDER BY asset, source, valid_from`,
    [platform, mode, codes],
    { name: 'catalog rates' },
  );
