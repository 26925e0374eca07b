/**
 * Events whose usage or rating this process wrote a moment ago: what is said about them next mostly
 * comes within a second, and need not look for rows then.
 *
 * Only what never changes is kept: that an event was sent, and what of its rating others ask for.
 * Nothing follows from its absence.
 *
 * Limits: EVENTS_MAX to twice as many events of each kind; the oldest go first.
 */
import type { Changes } from '../domain/changes';
import { eventKey, type RatedSummary } from '../domain/entries';

const EVENTS_MAX = 10_000;

export class RecentEvents {
  private readonly sent = new Generations<true>(EVENTS_MAX);
  private readonly ratings = new Generations<RatedSummary>(EVENTS_MAX);

  wasSent(key: string): boolean {
    return this.sent.get(key) === true;
  }

  rated(key: string): RatedSummary | undefined {
    return this.ratings.get(key);
  }

  /** Called after the commit. */
  wrote({ usage, rated }: Changes): void {
    for (const entry of usage) this.sent.set(eventKey(entry), true);
    for (const entry of rated) {
      const { platform, mode, eventId, feeCount, productIds, productCodes } = entry;
      const summary = { platform, mode, eventId, feeCount, productIds, productCodes };
      this.ratings.set(eventKey(entry), summary);
    }
  }

  /** The view is another one: what was written is elsewhere. */
  forget(): void {
    this.sent.clear();
    this.ratings.clear();
  }
}

/** Two maps in turn: the older one is given up as a whole, so nothing has to be kept in order. */
class Generations<Value> {
  private young = new Map<string, Value>();
  private old = new Map<string, Value>();

  constructor(private readonly max: number) {}

  get(key: string): Value | undefined {
    return this.young.get(key) ?? this.old.get(key);
  }

  set(key: string, value: Value): void {
    if (this.young.size >= this.max) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
  }

  clear(): void {
    this.young = new Map();
    this.old = new Map();
  }
}
