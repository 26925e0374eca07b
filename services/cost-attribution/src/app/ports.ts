/** What cost attribution needs from outside its rules. */
import type { Exchange } from '../domain/attribute-costs';

export interface Tenant {
  readonly platform: string;
  readonly mode: 'live' | 'test';
}

/** One key for a tenant; platform ids hold no space. */
export const tenantKey = (tenant: { readonly platform: string; readonly mode: string }): string =>
  `${tenant.platform} ${tenant.mode}`;

/** How far the two catalogs are that an answer rests on. */
export interface Heads {
  readonly catalog: number;
  readonly costCatalog: number;
}

/** The catalogs as this service has them. */
export interface Catalogs {
  /**
   * Waits until both are at least at `heads` and answers where they are then; undefined when one
   * is still behind after a while (retriable).
   */
  reach(heads: Heads): Promise<Heads | undefined>;
  /**
   * Tenants some of whose catalog facts are parked: their rates may be incomplete, so their usage
   * must wait. Asked after `reach` and before any rate is read.
   */
  parkedTenants(): Promise<ReadonlySet<string>>;
  /** One exchange per tenant asked for, by its key, as of a head of the catalog. */
  exchangesAt(head: number, tenants: readonly Tenant[]): Promise<ReadonlyMap<string, Exchange>>;
}
