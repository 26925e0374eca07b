/**
 * What the projection needs from outside: its stored view, written under the locks of partitions,
 * and read as one moment.
 */
import type {
  CostEntry,
  CostTopicEntry,
  EventRef,
  FeeValue,
  RatedEntry,
  RatedSummary,
  SubjectRef,
  Tenant,
  UsageTopicEntry,
  WalletEntry,
} from '../domain/entries';
import type { Changes, SubjectCost } from '../domain/changes';
import type { JoinedEvent } from '../domain/event';
import type { CurrencySums } from '../domain/margin';
import type { Period } from '../domain/period';
import type { Reshared, SubjectShare } from '../domain/reshare';
import type { WeighedFee } from '../domain/share-cost';

/**
 * What the view holds about given events, read inside a writing transaction whose partition locks
 * are held, so that nothing of another topic is overlooked. Keys are `eventKey`s.
 */
export interface KnownEvents {
  sent(events: readonly EventRef[]): Promise<ReadonlySet<string>>;
  rated(events: readonly EventRef[]): Promise<Map<string, RatedSummary>>;
  /** Only those with fees of several products. */
  ratedWithSeveralProducts(events: readonly EventRef[]): Promise<Map<string, RatedSummary>>;
  /** Only those with at least one cost. */
  costs(events: readonly EventRef[]): Promise<Map<string, CostEntry>>;
  fees(events: readonly EventRef[]): Promise<Map<string, FeeValue[]>>;
}

/** Where in the usage topic what caused an entry stands. */
export interface UsagePlace {
  readonly partition: number;
  readonly position: number;
  /** Whether the event was accepted there; what takes it back stands somewhere behind it. */
  readonly isOfEvent: boolean;
}

/** Facts of one topic, as entries, that are folded together. */
export interface EntryBatch<Entry> {
  readonly topic: Topic;
  readonly partitions: readonly number[];
  readonly entries: readonly Entry[];
  /** What caused each entry; an event whose own place is not known is looked up in any case. */
  readonly usagePlaces?: ReadonlyMap<object, UsagePlace>;
}

/**
 * Adds what the entries lead to. Batches that are written together add to the same changes, one
 * after the other, and each knows what those before it said.
 */
export type Fold<Entry> = (
  changes: Changes,
  entries: readonly Entry[],
  known: KnownEvents,
) => Promise<void>;

export type Topic = 'usage' | 'rated' | 'wallet' | 'costs';

/** An entry of every topic, by topic. */
export interface EntryOf {
  readonly usage: UsageTopicEntry;
  readonly rated: RatedEntry;
  readonly wallet: WalletEntry;
  readonly costs: CostTopicEntry;
}

/** A subject whose costs wait to be shared (again). */
export interface OpenSubject extends SubjectRef {
  /** Costs up to this event were shared in this round; null at its start. */
  readonly sharedUpTo: string | null;
  /** A reversed one counts twice: fees are never removed, so as long as it is the same, so are they. */
  readonly feeCount: number;
}

/** How far a subject's round came. */
export interface SubjectProgress {
  readonly subject: SubjectRef;
  /** Null when all its costs were shared. */
  readonly sharedUpTo: string | null;
}

/** An event without fees and with costs, and what these are shared as so far. */
export interface CostlyEvent {
  readonly eventId: string;
  readonly costs: readonly SubjectCost[];
  readonly shared: readonly SubjectShare[];
}

/**
 * The open subjects of one partition, inside a transaction that holds its lock. Keys are
 * `subjectKey`s.
 */
export interface OpenSubjects {
  take(limit: number): Promise<OpenSubject[]>;
  /** All fees of each subject, in the order of fee ids. */
  fees(subjects: readonly SubjectRef[]): Promise<Map<string, WeighedFee[]>>;
  /** At most `limit` events of each subject after `sharedUpTo`, in the order of event ids. */
  events(subjects: readonly OpenSubject[], limit: number): Promise<Map<string, CostlyEvent[]>>;
  write(reshared: Reshared): Promise<void>;
  leave(progress: readonly SubjectProgress[]): Promise<void>;
}

export interface SubjectSharingStore {
  /** Partitions with open subjects, of all tenants or of one. */
  openPartitions(tenant?: Tenant): Promise<number[]>;
  inPartition(partition: number, work: (open: OpenSubjects) => Promise<void>): Promise<void>;
}

/** Which events a list is about. */
export interface EventFilter extends Tenant {
  readonly customerId?: string | undefined;
  readonly eventId?: string | undefined;
  readonly eventTypes?: readonly string[] | undefined;
  readonly subject?: string | undefined;
  readonly productCode?: string | undefined;
  readonly period: Period;
  /** True: rated with fees; false: rated without. */
  readonly hasFees?: boolean | undefined;
}

/** Where a page begins: at a place of the list, or after an event that was shown. */
export interface EventPlace {
  readonly offset: number;
  readonly limit: number;
  readonly after?: { readonly occurredAt: string; readonly eventId: string };
}

export interface EventPage {
  readonly events: readonly JoinedEvent[];
  readonly totalCount: number;
}

export interface EventReads {
  /** In the order asked for; an event of which nothing is known has only its id. */
  find(tenant: Tenant, eventIds: readonly string[]): Promise<JoinedEvent[]>;
  /** Newest first. */
  list(filter: EventFilter, place: EventPlace): Promise<EventPage>;
}

export type StatsOrder = 'margin' | 'revenue' | 'cost';

export interface CustomerStats {
  readonly customerId: string;
  readonly events: number;
  readonly sums: readonly CurrencySums[];
}

export interface CustomerStatsPage {
  readonly items: readonly CustomerStats[];
  readonly totalCount: number;
  readonly summary: readonly CurrencySums[];
}

export interface VendorCategory extends CurrencySums {
  readonly category: string;
}

/** Sums over a period: whole days from roll-ups, the rest from the detail, as of one moment. */
export interface StatsReads {
  customer(tenant: Tenant, customerId: string, period: Period): Promise<CurrencySums[]>;
  customers(
    tenant: Tenant,
    period: Period,
    page: { readonly order: StatsOrder; readonly limit: number; readonly offset: number },
  ): Promise<CustomerStatsPage>;
  /** NO_PRODUCT: costs of whole days that no fee took on. */
  product(tenant: Tenant, productId: string, period: Period): Promise<CurrencySums[]>;
  vendor(tenant: Tenant, vendorId: string, period: Period): Promise<VendorCategory[]>;
  /** Undefined when nothing was ever sent about the subject. */
  subject(
    tenant: Tenant,
    at: { readonly subject: string; readonly customerId?: string },
    period: Period,
  ): Promise<CurrencySums[] | undefined>;
}

/** One wait for news about events. */
export interface Arrival {
  /** Resolves at the next commit in this process about one of the events, or when time is over. */
  readonly arrived: Promise<void>;
  end(): void;
}

export interface EventArrivals {
  next(events: readonly EventRef[], timeoutMs: number): Arrival;
}

/** The ids that were ever accepted; asked only when the view knows nothing of an event. */
export interface AcceptedEvents {
  /** Errors: DependencyDown (retriable). */
  find(tenant: Tenant, eventIds: readonly string[]): Promise<ReadonlySet<string>>;
}
