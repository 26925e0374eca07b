/** The view in memory: the same ports as on PostgreSQL, kept by the component tests to be alike. */
import { wire, ZERO, type Decimal } from '@kontor/money';
import { FOLDS } from '../src/app/fold-topics';
import type { CostlyEvent, KnownEvents, OpenSubject, OpenSubjects } from '../src/app/ports';
import {
  eventKey,
  keyOf,
  type CostEntry,
  type CostTopicEntry,
  type EventRef,
  type FeeValue,
  type RatedEntry,
  type ReversalEntry,
  type SubjectRef,
  type UsageEntry,
  type UsageTopicEntry,
  type WalletEntry,
} from '../src/domain/entries';
import { Changes, subjectKey, type SubjectCost } from '../src/domain/changes';
import { sharesByValue } from '../src/domain/bear-costs';
import type { SubjectShare } from '../src/domain/reshare';
import { ROLL_UP_TABLES, type RollUpRow, type RollUps } from '../src/domain/roll-ups';
import { weighed } from '../src/domain/share-cost';
import type { Entry } from './history';

interface OpenMark extends SubjectRef {
  sharedUpTo: string | null;
  again: boolean;
}

type Writable<Row> = { -readonly [Name in keyof Row]: Row[Name] };

export class MemoryView implements KnownEvents {
  readonly usage = new Map<string, UsageEntry>();
  readonly reversals = new Map<string, ReversalEntry>();
  readonly ratedEntries = new Map<string, RatedEntry>();
  readonly feeValues: Writable<FeeValue>[] = [];
  readonly costEntries = new Map<string, Writable<CostEntry>>();
  readonly eventShares: Writable<Changes['eventShares'][number]>[] = [];
  readonly subjectCosts: Writable<SubjectCost>[] = [];
  readonly subjectShares = new Map<string, SubjectShare>();
  readonly open = new Map<string, OpenMark>();
  readonly rollUps = new Map<string, RollUpRow>();

  async apply(batch: readonly Entry[]): Promise<void> {
    const changes = await this.fold(batch);
    for (const entry of changes.usage) this.usage.set(eventKey(entry), entry);
    for (const entry of changes.rated) this.ratedEntries.set(eventKey(entry), entry);
    for (const entry of changes.costs) this.costEntries.set(eventKey(entry), { ...entry });
    this.feeValues.push(...changes.fees.map((fee) => ({ ...fee })));
    this.eventShares.push(...changes.eventShares.map((share) => ({ ...share })));
    this.subjectCosts.push(...changes.subjectCosts.map((cost) => ({ ...cost })));
    this.reverse(changes);
    for (const group of changes.subjectsWithNewCosts.values())
      if (this.feesOf(group).length > 0) this.mark(group);
    for (const group of changes.subjectsWithNewFees.values())
      if (this.costsOf(group).length > 0) this.mark(group);
    this.add(changes.rollUps);
  }

  private reverse(changes: Changes): void {
    for (const [key, reversal] of changes.reversals) {
      const before = this.reversals.get(key);
      const costs = reversal.costs || before?.costs === true;
      this.reversals.set(key, { ...(before ?? reversal), costs });
    }
    for (const { feeId } of changes.reversedFees)
      this.feeValues.find((fee) => fee.feeId === feeId)!.reversed = true;
    for (const costs of changes.reversedCosts)
      this.costEntries.get(eventKey(costs))!.reversed = true;
    for (const { eventId } of changes.reversedShares)
      for (const share of this.eventShares) if (share.eventId === eventId) share.costs = ZERO;
    for (const { eventId } of changes.reversedSubjectCosts)
      for (const cost of this.subjectCosts) if (cost.eventId === eventId) cost.amount = ZERO;
  }

  private async fold(batch: readonly Entry[]): Promise<Changes> {
    const changes = new Changes();
    await this.foldInto(changes, batch);
    return changes;
  }

  private foldInto(changes: Changes, batch: readonly Entry[]): Promise<void> {
    const entries = batch.map(({ entry }) => entry);
    switch (batch[0]!.topic) {
      case 'usage':
        return FOLDS.usage(changes, entries as UsageTopicEntry[], this);
      case 'rated':
        return FOLDS.rated(changes, entries as RatedEntry[], this);
      case 'wallet':
        return FOLDS.wallet(changes, entries as WalletEntry[], this);
      case 'costs':
        return FOLDS.costs(changes, entries as CostTopicEntry[], this);
    }
  }

  async sent(events: readonly EventRef[]): Promise<ReadonlySet<string>> {
    return new Set(events.map(eventKey).filter((key) => this.usage.has(key)));
  }

  async rated(events: readonly EventRef[]): ReturnType<KnownEvents['rated']> {
    const known = events.flatMap((event) => this.ratedEntries.get(eventKey(event)) ?? []);
    return new Map(known.map((entry) => [eventKey(entry), entry]));
  }

  async ratedWithSeveralProducts(events: readonly EventRef[]): ReturnType<KnownEvents['rated']> {
    return new Map([...(await this.rated(events))].filter(([, rated]) => sharesByValue(rated)));
  }

  async costs(events: readonly EventRef[]): ReturnType<KnownEvents['costs']> {
    const known = events.flatMap((event) => this.costEntries.get(eventKey(event)) ?? []);
    return new Map(
      known.filter(({ lines }) => lines.length > 0).map((entry) => [eventKey(entry), entry]),
    );
  }

  async fees(events: readonly EventRef[]): ReturnType<KnownEvents['fees']> {
    return new Map(
      events.map((event) => [
        eventKey(event),
        this.feeValues.filter((fee) => eventKey(fee) === eventKey(event)),
      ]),
    );
  }

  /** The open subjects as SubjectSharing sees them. */
  openSubjects(): OpenSubjects {
    return {
      take: async (limit) =>
        [...this.open.values()].slice(0, limit).map((mark) => this.sized(mark)),
      fees: async (subjects) =>
        new Map(subjects.map((group) => [subjectKey(group), weighed(this.weightsOf(group))])),
      events: async (subjects, limit) =>
        new Map(
          subjects.map((subject) => [subjectKey(subject), this.eventsOf(subject, limit)] as const),
        ),
      write: async ({ shares, rollUps }) => {
        for (const share of shares)
          this.subjectShares.set(keyOf(share.eventId, share.productId, share.currency), share);
        this.add(rollUps);
      },
      leave: async (progress) => {
        for (const { subject, sharedUpTo } of progress) {
          const mark = this.open.get(subjectKey(subject))!;
          if (sharedUpTo === null && !mark.again) this.open.delete(subjectKey(subject));
          mark.again &&= sharedUpTo !== null;
          mark.sharedUpTo = sharedUpTo;
        }
      },
    };
  }

  /** Every row, as text, in the order of keys. */
  rows(): string[] {
    const tables = [
      ...[...this.rollUps].map(([key, row]) => [
        key,
        wire(row.revenue),
        wire(row.costs),
        row.events,
        row.withFees,
        row.unrated,
      ]),
      ...this.eventShares.map((one) => [
        'event',
        one.eventId,
        one.productId,
        one.currency,
        one.costs,
      ]),
      ...[...this.subjectShares].map(([key, { costs }]) => ['subject', key, costs]),
      ...this.feeValues.map((fee) => ['fee', fee.feeId, fee.value, fee.reversed === true]),
      ...[...this.reversals].map(([key, { reason, costs }]) => ['reversal', key, reason, costs]),
      ...[...this.costEntries].map(([key, { reversed }]) => ['costs', key, reversed === true]),
    ];
    return tables
      .map((row) => row.map((cell) => (isDecimal(cell) ? wire(cell) : String(cell))).join('|'))
      .sort();
  }

  private sized(mark: OpenMark): OpenSubject {
    const fees = this.feesOf(mark);
    return { ...mark, feeCount: fees.length + fees.filter(({ reversed }) => reversed).length };
  }

  private eventsOf(subject: OpenSubject, limit: number): CostlyEvent[] {
    const events = new Map<string, SubjectCost[]>();
    for (const cost of this.costsOf(subject))
      events.set(cost.eventId, [...(events.get(cost.eventId) ?? []), cost]);
    return [...events]
      .filter(([eventId]) => subject.sharedUpTo === null || eventId > subject.sharedUpTo)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, limit)
      .map(([eventId, costs]) => ({
        ...{ eventId, costs },
        shared: [...this.subjectShares.values()].filter((share) => share.eventId === eventId),
      }));
  }

  private weightsOf(group: SubjectRef): FeeValue[] {
    return this.feesOf(group).map((fee) => (fee.reversed ? { ...fee, value: ZERO } : fee));
  }

  private feesOf(group: SubjectRef): FeeValue[] {
    return this.feeValues.filter(
      ({ subject, customerId }) => subject === group.subject && customerId === group.customerId,
    );
  }

  private costsOf(group: SubjectRef): SubjectCost[] {
    return this.subjectCosts.filter(
      ({ subject, customerId }) => subject === group.subject && customerId === group.customerId,
    );
  }

  private mark(group: SubjectRef): void {
    const known = this.open.get(subjectKey(group));
    if (known) known.again = known.sharedUpTo !== null;
    else this.open.set(subjectKey(group), { ...group, sharedUpTo: null, again: false });
  }

  private add(rollUps: RollUps): void {
    for (const table of ROLL_UP_TABLES)
      for (const row of rollUps.rows(table)) {
        const key = keyOf(table, ...row.key);
        const known = this.rollUps.get(key);
        this.rollUps.set(key, known ? merged(known, row) : { ...row });
      }
  }
}

const merged = (a: RollUpRow, b: RollUpRow): RollUpRow => ({
  key: a.key,
  revenue: a.revenue.plus(b.revenue),
  costs: a.costs.plus(b.costs),
  uncollected: a.uncollected.plus(b.uncollected),
  events: a.events + b.events,
  withFees: a.withFees + b.withFees,
  unrated: a.unrated + b.unrated,
});

const isDecimal = (cell: unknown): cell is Decimal =>
  typeof cell === 'object' && cell !== null && 'toFixed' in cell;
