/**
 * Events in full, waited for until nothing of them changes any more.
 *
 * Time: woken by commits of this process, and asks again every POLL_MS, because another instance
 *       may be the one that folds the event's partition.
 */
import type { EventRef, Tenant } from '../domain/entries';
import { statusOf, type JoinedEvent } from '../domain/event';
import type { AcceptedEvents, EventArrivals, EventReads } from './ports';

const POLL_MS = 100;
/** What GET /events/{id} waits by itself. */
export const EVENT_WAIT_MS = 2_000;

export interface GetEventsParts {
  readonly reads: EventReads;
  readonly arrivals: EventArrivals;
  readonly accepted: AcceptedEvents;
}

export interface EventsAnswer {
  /** In the order asked for, as far as they are known. */
  readonly events: readonly JoinedEvent[];
  /** Every one is `processed`. */
  readonly complete: boolean;
}

export class GetEvents {
  constructor(private readonly parts: GetEventsParts) {}

  /** Undefined at once for an id that was never accepted; waits for one that was. */
  async one(tenant: Tenant, eventId: string, waitMs = EVENT_WAIT_MS) {
    const [event] = await this.parts.reads.find(tenant, [eventId]);
    if (event && isDone(event)) return event;
    if (!event || isUnheard(event)) {
      const accepted = await this.parts.accepted.find(tenant, [eventId]);
      if (!accepted.has(eventId)) return undefined;
    }
    const { events } = await this.all(tenant, [eventId], waitMs);
    return events[0];
  }

  async all(tenant: Tenant, eventIds: readonly string[], waitMs: number): Promise<EventsAnswer> {
    const deadline = Date.now() + waitMs;
    const found = new Map<string, JoinedEvent>();
    let open = [...new Set(eventIds)];
    for (;;) {
      const left = deadline - Date.now();
      // Listening begins before the read: what is committed in between wakes too.
      const next = this.parts.arrivals.next(refs(tenant, open), Math.min(POLL_MS, left));
      try {
        for (const event of await this.parts.reads.find(tenant, open))
          found.set(event.eventId, event);
        open = open.filter((id) => !isDone(found.get(id)));
        if (open.length === 0 || left <= 0) break;
        await next.arrived;
      } finally {
        next.end();
      }
    }
    return {
      events: eventIds.flatMap((id) => found.get(id) ?? []),
      complete: open.length === 0,
    };
  }
}

const isDone = (event: JoinedEvent | undefined): boolean =>
  event !== undefined && statusOf(event) === 'processed';

/** No topic has brought anything of it: it may not exist. */
const isUnheard = ({ usage, rated, costs, fees }: JoinedEvent): boolean =>
  !usage && !rated && !costs && fees.length === 0;

const refs = ({ platform, mode }: Tenant, eventIds: readonly string[]): EventRef[] =>
  eventIds.map((eventId) => ({ platform, mode, eventId }));
