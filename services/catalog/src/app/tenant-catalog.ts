/**
 * One tenant's catalog as a batch sees it: what was loaded, advanced by what the batch decided.
 *
 * A use case decides everything first and records last, so a refusal leaves no trace here.
 */
import { asset, type Asset, type AssetEvent, fiat } from '../domain/asset';
import { customer, type Customer } from '../domain/customer';
import type { CustomerEvent } from '../domain/customer-messages';
import { product, type Product } from '../domain/product';
import type { ProductEvent } from '../domain/product-messages';
import type { CatalogEvent } from './catalog-event';
import type { CustomerName, Loaded, PersonalChange, ProductName, Tenant } from './ports';

/** Takes what must be written, in order. */
export interface Recorder {
  event(event: CatalogEvent): void;
  personal(change: PersonalChange): void;
}

export class TenantCatalog {
  private readonly customers = new Map<string, Customer>();
  private readonly customerIds = new Map<string, string>();
  private readonly products = new Map<string, Product>();
  private readonly productIds = new Map<string, string>();
  private readonly assets = new Map<string, Asset>();

  constructor(
    readonly tenant: Tenant,
    loaded: Loaded,
    private readonly written: Recorder,
  ) {
    for (const found of loaded.customers) this.keepCustomer(found);
    for (const found of loaded.products) this.keepProduct(found);
    for (const found of loaded.assets) this.assets.set(found.code, found);
  }

  customer(name: CustomerName): Customer | undefined {
    const id = 'customerId' in name ? name.customerId : this.customerIds.get(name.externalId);
    return id === undefined ? undefined : this.customers.get(id);
  }

  product(name: ProductName): Product | undefined {
    const id = 'id' in name ? name.id : this.productIds.get(name.code);
    return id === undefined ? undefined : this.products.get(id);
  }

  asset(code: string): Asset | undefined {
    const known = this.assets.get(code);
    if (known) return known;
    const currency = fiat(code);
    if (currency) this.assets.set(code, currency);
    return currency;
  }

  /** The customer after these events of it. */
  recordCustomer(id: string, events: readonly CustomerEvent[]): Customer {
    const before = this.customers.get(id);
    if (before?.externalId !== undefined) this.customerIds.delete(before.externalId);
    const after = existing(events.reduce(customer.evolve, before));
    this.keepCustomer(after);
    this.note(events);
    return after;
  }

  recordPersonal(customerId: string, change: Omit<PersonalChange, 'tenant' | 'customerId'>): void {
    this.written.personal({ tenant: this.tenant, customerId, ...change });
  }

  recordProduct(id: string, events: readonly ProductEvent[]): Product {
    const after = existing(events.reduce(product.evolve, this.products.get(id)));
    this.keepProduct(after);
    this.note(events);
    return after;
  }

  recordAsset(code: string, events: readonly AssetEvent[]): Asset {
    const after = existing(events.reduce(asset.evolve, this.asset(code)));
    this.assets.set(code, after);
    this.note(events);
    return after;
  }

  private keepCustomer(found: Customer): void {
    this.customers.set(found.id, found);
    if (found.externalId !== undefined) this.customerIds.set(found.externalId, found.id);
  }

  private keepProduct(found: Product): void {
    this.products.set(found.id, found);
    this.productIds.set(found.code, found.id);
  }

  private note(events: readonly CatalogEvent[]): void {
    for (const event of events) this.written.event(event);
  }
}

/** Events are recorded of what exists, or begin with its creation: anything else is a bug. */
function existing<State>(state: State | undefined): State {
  if (state === undefined) throw new Error('events of something that does not exist');
  return state;
}
