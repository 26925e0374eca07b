/** What rating needs from outside its rules. */
import type { CompiledVersion } from '../domain/price-list';
import type { Exchange } from '../domain/rate-usage';

export interface Tenant {
  readonly platform: string;
  readonly mode: string;
}

export interface CustomerKey extends Tenant {
  readonly customerId: string;
}

/** One key for a tenant; platform ids hold no space. */
export const tenantKey = ({ platform, mode }: Tenant): string => `${platform} ${mode}`;

/** The catalog as of one head, for the customers that were asked for. */
export interface PriceBooks {
  /**
   * The versions that price what happened to a customer at an instant, in price-book order.
   *
   * Errors: VersionUnknown when a subscription names a version that the catalog never drafted.
   */
  held(customer: CustomerKey, at: string): readonly CompiledVersion[];
  /** All versions that a customer held at some time, each as often as it did. */
  everHeld(customer: CustomerKey): readonly CompiledVersion[];
  exchange(tenant: Tenant): Exchange;
}

/** The log that a subscription stands in contradicts itself: a bug, never a matter of waiting. */
export class VersionUnknown extends Error {
  readonly code = 'product_version_unknown';
  readonly retriable = false;
  constructor(productId: string, version: number) {
    super(`the catalog has no version ${version} of ${productId}`);
  }
}

/** Rating's own copy of the catalog. */
export interface Catalog {
  /**
   * Waits until the copy has `head` and answers the head that it has then; undefined when it is
   * still behind after a while (retriable).
   */
  reach(head: number): Promise<number | undefined>;
  /**
   * Tenants some of whose catalog facts are parked: their prices may be incomplete, so their usage
   * must wait. Asked after `reach` and before any price is read.
   */
  parkedTenants(): Promise<ReadonlySet<string>>;
  booksAt(head: number, customers: readonly CustomerKey[]): Promise<PriceBooks>;
}

/** A product version as it is asked for: a number, or the default one. */
export interface VersionQuery extends Tenant {
  readonly productId: string;
  readonly version: number | 'default';
}

export interface ProductVersions {
  /** Drafts too. Undefined when there is no such product or version, or no default. */
  find(query: VersionQuery): Promise<CompiledVersion | undefined>;
}
