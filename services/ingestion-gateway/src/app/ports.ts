/**
 * What acceptance needs from outside.
 */
import type { Tenant } from '@kontor/contracts';
import type { Outcome } from '@kontor/event-sourcing';
import type { Verdict } from '../domain/acceptance';
import type { UsageEvent } from '../domain/usage';

/** The newest positions that the owners of catalogs had published when usage was accepted. */
export interface CatalogHeads {
  readonly catalog: number;
  readonly costCatalog: number;
}

/** Ids and external ids that a question is about. */
export interface Names {
  readonly ids: readonly string[];
  readonly externalIds: readonly string[];
}

/** A customer or a vendor, as its owner knows it. */
export interface NamedResource {
  readonly id: string;
  readonly externalId: string | null;
}

/** What an owner answers. Whoever waits for `head` has seen what made those that were found. */
export interface Resolved {
  readonly head: number;
  readonly found: readonly NamedResource[];
}

/**
 * The owner of customers (catalog) or of vendors (cost-attribution).
 *
 * Errors: DependencyDown (retriable) when it does not answer within the deadline.
 */
export interface ReferenceOwner {
  resolve(tenant: Tenant, names: Names): Promise<Resolved>;
}

/** The gateway's own view of them, folded from their facts: what is known while the owner is down. */
export interface KnownReferences {
  find(tenant: Tenant, names: Names): Promise<readonly NamedResource[]>;
  /** The position up to which the view has been folded. */
  head(): Promise<number>;
}

/** An event whose references are known: ready to be accepted. */
export interface AdmittedUsage {
  readonly tenant: Tenant;
  readonly customerId: string;
  /** One per cost, in their order. */
  readonly vendorIds: readonly string[];
  readonly event: UsageEvent;
  readonly heads: CatalogHeads;
}

/** Where a record landed in the log. */
export interface LandedAt {
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
}

/** What one command (a request, a batch of inbound records) wants in the next transaction. */
export interface AcceptanceCommand {
  readonly usages: readonly AdmittedUsage[];
  /** Only of commands that come from the inbound topic. */
  readonly inbound?: InboundPart | undefined;
}

/** What is written in the transaction of the usages of an inbound batch. */
export interface InboundPart {
  /** The batch's own checkpoint move; opaque. */
  readonly settlement: { readonly consumer: string };
  /** Of the inbound topic, that its records came from. */
  readonly partitions: readonly number[];
  /** Items refused before the transaction. */
  readonly refused: readonly RefusedItem[];
  /** The item that is refused when the usage at `index` turns out to reuse an id. */
  readonly reused: (index: number) => RefusedItem;
}

/** An inbound item on its way to the dead-letter topic. */
export interface RefusedItem {
  readonly tenant: Tenant | undefined;
  /** Of the record it came in. */
  readonly source: { readonly topic: string; readonly partition: number; readonly offset: number };
  readonly recordKey: Buffer | null;
  readonly headers: ReadonlyMap<string, string>;
  readonly value: Buffer | null;
  readonly code: string;
  readonly detail: string;
}

export interface AcceptanceAnswer {
  /** One per usage of the command. */
  readonly verdicts: readonly Verdict[];
  /** Where the newest of them landed; of duplicates only: where the log was then. */
  readonly positions: readonly LandedAt[];
}

/**
 * Remembers ids and appends facts, all commands in one transaction.
 *
 * Errors: infrastructure errors (retriable) for the whole batch; a fenced inbound command alone is
 *         answered `ok: false` and nothing of it is written.
 */
export interface AcceptanceStore {
  commit(batch: readonly AcceptanceCommand[]): Promise<readonly Outcome<AcceptanceAnswer>[]>;
}

/** Whole events as the projection shows them. */
export interface ProcessedEvents {
  /** Undefined when they were not all processed in time. JSON texts in the order of the ids. */
  get(
    tenant: Tenant,
    eventIds: readonly string[],
    options: { readonly waitMs: number; readonly numbers: 'number' | 'string' },
  ): Promise<readonly string[] | undefined>;
}
