/**
 * What earlier batches of a transaction said, found by event, written or not yet.
 *
 * Made by and by: nobody asks about most topics, and what is asked for is indexed once.
 */
import type { Changes } from '../domain/changes';
import { eventKey, type CostEntry, type FeeValue, type RatedEntry } from '../domain/entries';

const NO_FEES: readonly FeeValue[] = [];

export class PendingEvents {
  private readonly sentKeys = new Set<string>();
  private readonly ratedEntries = new Map<string, RatedEntry>();
  private readonly costEntries = new Map<string, CostEntry>();
  private readonly reversedCosts = new Set<string>();
  private readonly feeValues = new Map<string, FeeValue[]>();
  private readonly seen = { usage: 0, rated: 0, costs: 0, reversedCosts: 0, fees: 0 };

  constructor(private readonly changes: Changes) {}

  sent(): ReadonlySet<string> {
    this.seen.usage = eachFrom(this.changes.usage, this.seen.usage, (entry) =>
      this.sentKeys.add(eventKey(entry)),
    );
    return this.sentKeys;
  }

  rated(): ReadonlyMap<string, RatedEntry> {
    this.seen.rated = eachFrom(this.changes.rated, this.seen.rated, (entry) =>
      this.ratedEntries.set(eventKey(entry), entry),
    );
    return this.ratedEntries;
  }

  /** With or without costs. */
  costs(): ReadonlyMap<string, CostEntry> {
    this.seen.costs = eachFrom(this.changes.costs, this.seen.costs, (entry) =>
      this.costEntries.set(eventKey(entry), entry),
    );
    return this.costEntries;
  }

  /** Events whose costs, from here or from before, were taken back. */
  costsReversed(): ReadonlySet<string> {
    this.seen.reversedCosts = eachFrom(
      this.changes.reversedCosts,
      this.seen.reversedCosts,
      (entry) => this.reversedCosts.add(eventKey(entry)),
    );
    return this.reversedCosts;
  }

  fees(key: string): readonly FeeValue[] {
    this.seen.fees = eachFrom(this.changes.fees, this.seen.fees, (fee) => {
      const of = eventKey(fee);
      const fees = this.feeValues.get(of);
      if (fees) fees.push(fee);
      else this.feeValues.set(of, [fee]);
    });
    return this.feeValues.get(key) ?? NO_FEES;
  }
}

function eachFrom<Row>(rows: readonly Row[], from: number, take: (row: Row) => void): number {
  for (let at = from; at < rows.length; at += 1) {
    const row = rows[at];
    if (row !== undefined) take(row);
  }
  return rows.length;
}
