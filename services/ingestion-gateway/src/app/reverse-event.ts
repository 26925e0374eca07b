/**
 * Use case: an accepted event is reversed.
 *
 * Whose it is and what kind it is stands in its fact, and only the projection finds a fact by its
 * event: it is asked. What it answers never changes; when it has not come so far, that is waited for.
 */
import type { Tenant } from '@kontor/contracts';
import type { ReversalRequest, Reversal } from '../domain/reversal';
import type { Command } from './key-ports';
import type { LandedAt } from './ports';

export interface ReversedEvent extends Reversal {
  readonly eventId: string;
  readonly position: LandedAt;
}

/** What the fact of an accepted event says. */
export interface AcceptedEvent {
  readonly eventId: string;
  readonly customerId: string;
  readonly eventType: string;
}

export interface AcceptedIds {
  has(tenant: Tenant, eventId: string): Promise<boolean>;
}

export interface EventDirectory {
  /**
   * Undefined when it did not see the event in time.
   *
   * Errors: DependencyDown (retriable).
   */
  find(tenant: Tenant, eventId: string): Promise<AcceptedEvent | undefined>;
}

export interface ReversalStore {
  /** What was answered to a command before. Errors: CommandReused. */
  answered(command: Command): Promise<ReversedEvent | undefined>;
  /**
   * Keeps the reversal and appends its fact, or finds that it was done; the command with it.
   *
   * Errors: CommandReused; infrastructure errors (retriable; a second try is harmless).
   */
  reverse(
    tenant: Tenant,
    event: AcceptedEvent,
    asked: { readonly request: ReversalRequest; readonly command: Command | undefined },
  ): Promise<ReversedEvent>;
}

export interface ReverseEventParts {
  readonly accepted: AcceptedIds;
  readonly events: EventDirectory;
  readonly store: ReversalStore;
}

export type ReversalAnswer =
  | { readonly kind: 'reversed'; readonly event: ReversedEvent }
  | { readonly kind: 'unknown' }
  /** Accepted, and not seen yet by who knows whose it is (retriable). */
  | { readonly kind: 'unseen' };

export class ReverseEvent {
  constructor(private readonly parts: ReverseEventParts) {}

  async reverse(
    tenant: Tenant,
    eventId: string,
    asked: { readonly request: ReversalRequest; readonly command: Command | undefined },
  ): Promise<ReversalAnswer> {
    const { accepted, events, store } = this.parts;
    const before = asked.command && (await store.answered(asked.command));
    if (before) return { kind: 'reversed', event: before };
    if (!(await accepted.has(tenant, eventId))) return { kind: 'unknown' };
    const event = await events.find(tenant, eventId);
    if (!event) return { kind: 'unseen' };
    return { kind: 'reversed', event: await store.reverse(tenant, event, asked) };
  }
}
