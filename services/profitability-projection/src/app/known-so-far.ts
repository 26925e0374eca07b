/**
 * What the folds of one transaction are told about events: what its earlier batches said, then what
 * this process wrote a moment ago, and only then what is stored.
 */
import type { Changes } from '../domain/changes';
import { sharesByValue } from '../domain/bear-costs';
import {
  eventKey,
  type CostEntry,
  type EventRef,
  type FeeValue,
  type RatedSummary,
} from '../domain/entries';
import { PendingEvents } from './pending-events';
import type { KnownEvents } from './ports';
import type { RecentEvents } from './recent-events';

export class KnownSoFar implements KnownEvents {
  private readonly pending: PendingEvents;

  constructor(
    changes: Changes,
    private readonly recent: RecentEvents,
    private readonly stored: KnownEvents,
  ) {
    this.pending = new PendingEvents(changes);
  }

  async sent(events: readonly EventRef[]): Promise<ReadonlySet<string>> {
    const pending = this.pending.sent();
    const known = new Set<string>();
    const asked: EventRef[] = [];
    for (const event of events) {
      const key = eventKey(event);
      if (pending.has(key) || this.recent.wasSent(key)) known.add(key);
      else asked.push(event);
    }
    if (asked.length > 0) for (const key of await this.stored.sent(asked)) known.add(key);
    return known;
  }

  async rated(events: readonly EventRef[]): Promise<Map<string, RatedSummary>> {
    const { known, asked } = this.ratedInMemory(events);
    if (asked.length > 0)
      for (const [key, summary] of await this.stored.rated(asked)) known.set(key, summary);
    return known;
  }

  async ratedWithSeveralProducts(events: readonly EventRef[]): Promise<Map<string, RatedSummary>> {
    const { known, asked } = this.ratedInMemory(events);
    for (const [key, summary] of known) if (!sharesByValue(summary)) known.delete(key);
    if (asked.length > 0)
      for (const [key, summary] of await this.stored.ratedWithSeveralProducts(asked))
        known.set(key, summary);
    return known;
  }

  private ratedInMemory(events: readonly EventRef[]): {
    known: Map<string, RatedSummary>;
    asked: EventRef[];
  } {
    const pending = this.pending.rated();
    const known = new Map<string, RatedSummary>();
    const asked: EventRef[] = [];
    for (const event of events) {
      const key = eventKey(event);
      const summary = pending.get(key) ?? this.recent.rated(key);
      if (summary) known.set(key, summary);
      else asked.push(event);
    }
    return { known, asked };
  }

  async costs(events: readonly EventRef[]): Promise<Map<string, CostEntry>> {
    const pending = this.pending.costs();
    const known = new Map<string, CostEntry>();
    const asked: EventRef[] = [];
    for (const event of events) {
      const key = eventKey(event);
      const entry = pending.get(key);
      if (!entry) asked.push(event);
      else if (entry.lines.length > 0) known.set(key, entry);
    }
    if (asked.length > 0)
      for (const [key, entry] of await this.stored.costs(asked)) known.set(key, entry);
    for (const key of this.pending.costsReversed()) {
      const entry = known.get(key);
      if (entry && !entry.reversed) known.set(key, { ...entry, reversed: true });
    }
    return known;
  }

  /**
   * Some of those of earlier batches may be stored already. Whether one was reversed by an earlier
   * batch is not said: nobody asks.
   */
  async fees(events: readonly EventRef[]): Promise<Map<string, FeeValue[]>> {
    const known = await this.stored.fees(events);
    for (const event of events) {
      const key = eventKey(event);
      const fees = known.get(key) ?? [];
      const missing = this.pending
        .fees(key)
        .filter(({ feeId }) => !fees.some((fee) => fee.feeId === feeId));
      if (missing.length > 0) known.set(key, [...fees, ...missing]);
    }
    return known;
  }
}
