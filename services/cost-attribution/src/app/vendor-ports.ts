/** What vendors need from outside. */
import type { Tenant } from './ports';

/** Whom the platform pays: a model provider, a cloud, the owner of GPUs. */
export interface Vendor {
  readonly vendorId: string;
  readonly externalId: string | null;
  readonly name: string;
  readonly createdAt: string;
  /** Where its fact stands in cost.catalog.v1. */
  readonly position: number;
}

export interface NewVendor extends Tenant {
  readonly vendorId: string;
  readonly externalId: string | undefined;
  readonly name: string;
  readonly createdAt: string;
  /** Of a request that may come again. */
  readonly command: { readonly commandId: string; readonly requestHash: string } | undefined;
}

export type AddedVendor =
  /** Also for a command that came before: its first answer again. */
  | { readonly kind: 'added'; readonly vendor: Vendor }
  | { readonly kind: 'external_id_taken' }
  | { readonly kind: 'idempotency_key_reused' };

export interface VendorListQuery extends Tenant {
  readonly externalId: string | undefined;
  readonly limit: number;
  readonly offset: number;
  /** Only vendors made before this one. */
  readonly before: string | undefined;
}

export interface VendorNames {
  readonly vendorIds: readonly string[];
  readonly externalIds: readonly string[];
}

/** Infrastructure errors only; retriable. What was added is seen by every later call. */
export interface Vendors {
  add(vendor: NewVendor): Promise<AddedVendor>;
  find(tenant: Tenant, vendorId: string): Promise<Vendor | undefined>;
  /** Newest first; the count is of all that match, whatever the page. */
  list(query: VendorListQuery): Promise<{ vendors: Vendor[]; totalCount: number }>;
  /** Those that exist, and the head of cost.catalog.v1 as it was before they were read. */
  resolve(tenant: Tenant, names: VendorNames): Promise<{ head: number; vendors: Vendor[] }>;
}
