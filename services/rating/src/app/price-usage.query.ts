/** What usage of a customer would cost at an instant, booked nowhere. */
import { rateUsage, type RatedUsage, type Usage } from '../domain/rate-usage';
import { type Catalog, type CustomerKey, tenantKey, VersionUnknown } from './ports';

export interface PricingQuery {
  readonly customer: CustomerKey;
  readonly usage: Usage;
  /** The catalog's head now: whatever was answered before is known. */
  readonly catalogHead: number;
}

export type PricingAnswer =
  | { readonly kind: 'priced'; readonly rated: RatedUsage }
  /** The copy of the catalog is not there yet, or not whole; worth another try. */
  | { readonly kind: 'behind' };

/** Prices as `rating.usage` will price the same usage, should it come. */
export async function priceFor(query: PricingQuery, catalog: Catalog): Promise<PricingAnswer> {
  const { customer, usage } = query;
  const head = await catalog.reach(query.catalogHead);
  if (head === undefined) return { kind: 'behind' };
  const parked = await catalog.parkedTenants();
  if (parked.has(tenantKey(customer))) return { kind: 'behind' };
  const books = await catalog.booksAt(head, [customer]);
  try {
    const held = books.held(customer, usage.occurredAt);
    return { kind: 'priced', rated: rateUsage(usage, held, books.exchange(customer)) };
  } catch (error) {
    if (error instanceof VersionUnknown) return { kind: 'behind' };
    throw error;
  }
}
