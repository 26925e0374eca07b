/**
 * What the catalog's use cases need from outside.
 */
import type { Asset } from '../domain/asset';
import type { Customer, SubscriptionStatus } from '../domain/customer';
import type { Instant } from '../domain/instant';
import type { Price } from '../domain/price';
import type { Product, VersionStatus } from '../domain/product';
import type { CatalogEvent } from './catalog-event';
import type { TenantCatalog } from './tenant-catalog';

export interface Tenant {
  readonly platform: string;
  readonly mode: 'live' | 'test';
}

/** A customer by our id or by the platform's own. */
export type CustomerName = { readonly customerId: string } | { readonly externalId: string };
export type ProductName = { readonly id: string } | { readonly code: string };

/** What a decision must see. Whatever does not exist is simply not loaded. */
export interface Wants {
  readonly customers: readonly CustomerName[];
  readonly products: readonly ProductName[];
  /** Codes, upper-case; those of `rates` with all their rates. */
  readonly assets: readonly string[];
  readonly rates: readonly string[];
}

export interface Loaded {
  readonly customers: readonly Customer[];
  readonly products: readonly Product[];
  readonly assets: readonly Asset[];
}

/** An `Idempotency-Key`, the hash of its request, and the status that goes with the answer. */
export interface CommandKey {
  readonly commandId: string;
  readonly requestHash: string;
  readonly status: number;
}

export interface StoredAnswer {
  readonly requestHash: string;
  /** A use case's result as JSON text. */
  readonly result: string;
  /** Of the last fact that the request led to; undefined when there was none. */
  readonly position: number | undefined;
}

export interface AnswerEntry extends CommandKey {
  readonly tenant: Tenant;
  readonly result: string;
  /** Index of the request's last event in the batch; undefined when there is none. */
  readonly lastEvent: number | undefined;
  /** The customer whom the result names. */
  readonly customerId: string | undefined;
}

/** Name, email and metadata of a customer: never in a fact, and erasable. */
export interface PersonalChange {
  readonly tenant: Tenant;
  readonly customerId: string;
  /** Forget what was there before, also in stored answers; what follows is kept again. */
  readonly erase: boolean;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly metadata?: object | undefined;
}

export interface CatalogChanges {
  readonly events: readonly { readonly tenant: Tenant; readonly event: CatalogEvent }[];
  /** States after the events. */
  readonly catalogOf: (tenant: Tenant) => TenantCatalog;
  readonly personal: readonly PersonalChange[];
  readonly answers: readonly AnswerEntry[];
}

/** One transaction that holds the head of the catalog's log: nothing it read changes before it ends. */
export interface CatalogUnit {
  answered(
    tenant: Tenant,
    commandIds: readonly string[],
  ): Promise<ReadonlyMap<string, StoredAnswer>>;
  load(tenant: Tenant, wants: Wants): Promise<Loaded>;
  /** Position of the newest fact: what an answer rests on that changes nothing. */
  head(): Promise<number>;
  /** Writes facts, rows and answers; gives the log position of each event, in order. */
  save(changes: CatalogChanges): Promise<readonly number[]>;
}

export interface CatalogStore {
  /**
   * Commits what `work` did, or nothing.
   *
   * Errors: RequestTooLarge (one of the events is larger than a fact may be; not retriable);
   *         whatever `isOutage` knows (retriable; HTTP 503); anything else is a bug.
   */
  transaction<T>(work: (unit: CatalogUnit) => Promise<T>): Promise<T>;
  isOutage(error: unknown): boolean;
}

export class RequestTooLarge extends Error {
  readonly code = 'request_too_large';
  readonly retriable = false;
  constructor() {
    super('a fact would be larger than a fact may be');
  }
}

export type NewId = (prefix: 'cust' | 'sub' | 'prp' | 'prc') => string;

/** What one batch is decided with. */
export interface Moment {
  readonly now: Instant;
  readonly newId: NewId;
}

// What is read, straight from the catalog's own rows: each answered write is in them.

export interface PageRequest {
  readonly limit: number;
  readonly offset: number;
  /** The id after which the page begins. */
  readonly after?: string | undefined;
}

export interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly totalCount: number;
  /** The id of the last item, when more follow. */
  readonly next: string | undefined;
}

export interface SubscriptionView {
  readonly id: string;
  readonly status: SubscriptionStatus;
  readonly startedAt: Instant;
  readonly renewsAt: Instant | undefined;
  readonly products: readonly {
    readonly id: string;
    readonly code: string;
    readonly version: number;
  }[];
}

export interface CustomerSummary {
  readonly id: string;
  readonly externalId: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly createdAt: Instant;
  readonly activeSubscriptionCount: number;
}

export interface CustomerDetails extends CustomerSummary {
  readonly metadata: object | null;
  readonly subscriptions: readonly SubscriptionView[];
}

export interface CustomerFilter {
  readonly customer?: CustomerName | undefined;
  /** All that are given must be the customer's. */
  readonly externalIds?: readonly (string | undefined)[];
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly status?: SubscriptionStatus | undefined;
}

export interface ProductSummary {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly createdAt: Instant;
}

export interface VersionView {
  readonly version: number;
  readonly status: VersionStatus;
  readonly createdAt: Instant;
}

export interface ProductDetails extends ProductSummary {
  readonly description: string | undefined;
  readonly defaultVersion: { readonly version: number; readonly prices: readonly Price[] } | null;
  /** Newest first. */
  readonly versions: readonly VersionView[];
}

export interface VersionDetails extends VersionView {
  readonly product: ProductSummary & { readonly description: string | undefined };
  readonly isDefault: boolean;
  readonly prices: readonly Price[];
}

export interface SubscriberView {
  readonly customerId: string;
  readonly customerName: string | null;
  readonly externalId: string | null;
  readonly email: string | null;
  readonly subscriptionId: string;
  readonly status: SubscriptionStatus;
  readonly startedAt: Instant;
  readonly renewsAt: Instant | undefined;
  readonly version: number;
}

// Classes, so that they can be asked for by type where they are injected.

export abstract class CustomerReads {
  abstract list(
    tenant: Tenant,
    filter: CustomerFilter,
    page: PageRequest,
  ): Promise<PageOf<CustomerSummary>>;
  abstract find(tenant: Tenant, name: CustomerName): Promise<CustomerDetails | undefined>;
}

export abstract class ProductReads {
  abstract list(
    tenant: Tenant,
    filter: { readonly code?: string | undefined },
    page: PageRequest,
  ): Promise<PageOf<ProductSummary>>;
  abstract find(tenant: Tenant, id: string): Promise<ProductDetails | undefined>;
  abstract findVersion(
    tenant: Tenant,
    id: string,
    version: number | 'default',
  ): Promise<VersionDetails | undefined>;
  /** Undefined when there is no such product. */
  abstract subscribers(
    tenant: Tenant,
    id: string,
    page: PageRequest,
  ): Promise<PageOf<SubscriberView> | undefined>;
}

export abstract class AssetReads {
  /** By code; `kind` says whether what the platform made, fiat, or both. */
  abstract list(
    tenant: Tenant,
    kind: 'custom' | 'fiat' | 'all',
    page: PageRequest,
  ): Promise<PageOf<{ readonly code: string; readonly name: string }>>;
  /** Those of the codes that exist, fiat included. */
  abstract find(tenant: Tenant, codes: readonly string[]): Promise<ReadonlyMap<string, Asset>>;
}
