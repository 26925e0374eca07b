/**
 * The owners of customers and vendors, and the projection, as the gateway asks them.
 */
import type { Tenant } from '@kontor/contracts';
import { DependencyDown, type InternalCalls } from '@kontor/service-host';
import { z } from 'zod';
import type {
  Names,
  NamedResource,
  ProcessedEvents,
  ReferenceOwner,
  Resolved,
} from '../../app/ports';
import type { AcceptedEvent, EventDirectory } from '../../app/reverse-event';

/** Usage must not wait for a slow catalog: after this the gateway goes by the head it knows. */
const HEAD_DEADLINE_MS = 100;
/** A name that only its owner can tell is worth waiting for: the alternative is a 503. */
const NAMES_DEADLINE_MS = 2_000;

const deadlineOf = ({ ids, externalIds }: Names): { deadlineMs: number } => ({
  deadlineMs: ids.length + externalIds.length > 0 ? NAMES_DEADLINE_MS : HEAD_DEADLINE_MS,
});
/** What the projection needs beside the waiting itself. */
const ANSWER_MARGIN_MS = 1_000;

/** Errors: DependencyDown, also for a failure inside an owner that runs in this process. */
async function asked<T>(owner: string, question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (cause) {
    throw cause instanceof DependencyDown ? cause : new DependencyDown(owner, { cause });
  }
}

export class CatalogOwner implements ReferenceOwner {
  constructor(private readonly internal: InternalCalls) {}

  async resolve(tenant: Tenant, names: Names): Promise<Resolved> {
    const request = { customerIds: [...names.ids], externalIds: [...names.externalIds] };
    const options = deadlineOf(names);
    const { head, customers } = await asked(
      'catalog',
      this.internal.call('catalog.resolve-customers', tenant, request, options),
    );
    const found = customers.map(({ customerId: id, externalId }): NamedResource => ({
      id,
      externalId,
    }));
    // A customer may be newer than the head, which the owner reads first.
    const newest = customers.reduce((most, { position }) => Math.max(most, position), head);
    return { head: newest, found };
  }
}

export class VendorOwner implements ReferenceOwner {
  constructor(private readonly internal: InternalCalls) {}

  async resolve(tenant: Tenant, names: Names): Promise<Resolved> {
    const request = { vendorIds: [...names.ids], externalIds: [...names.externalIds] };
    const options = deadlineOf(names);
    const { head, vendors } = await asked(
      'cost-attribution',
      this.internal.call('cost-attribution.resolve-vendors', tenant, request, options),
    );
    const found = vendors.map(({ vendorId: id, externalId }): NamedResource => ({
      id,
      externalId,
    }));
    return { head, found };
  }
}

export class ProjectedEvents implements ProcessedEvents {
  constructor(private readonly internal: InternalCalls) {}

  async get(
    tenant: Tenant,
    eventIds: readonly string[],
    { waitMs, numbers }: { readonly waitMs: number; readonly numbers: 'number' | 'string' },
  ): Promise<readonly string[] | undefined> {
    try {
      const { events, complete } = await this.internal.call(
        'profitability-projection.get-events',
        tenant,
        { eventIds: [...eventIds], waitMs, numbers },
        { deadlineMs: waitMs + ANSWER_MARGIN_MS },
      );
      return complete ? events : undefined;
    } catch (error) {
      // The events are durable whatever the projection does: the answer is then only shorter.
      if (error instanceof DependencyDown) return undefined;
      throw error;
    }
  }
}

/** What an event's fact says, by way of the projection, which can find it. */
export class ProjectedFacts implements EventDirectory {
  constructor(private readonly internal: InternalCalls) {}

  async find(tenant: Tenant, eventId: string): Promise<AcceptedEvent | undefined> {
    const seen = await this.look(tenant, eventId, 0);
    return seen ?? this.look(tenant, eventId, FACT_WAIT_MS);
  }

  private async look(
    tenant: Tenant,
    eventId: string,
    waitMs: number,
  ): Promise<AcceptedEvent | undefined> {
    const { events } = await this.internal.call(
      'profitability-projection.get-events',
      tenant,
      { eventIds: [eventId], waitMs, numbers: 'string' },
      { deadlineMs: waitMs + ANSWER_MARGIN_MS },
    );
    const shown = zShownEvent.safeParse(JSON.parse(events[0] ?? '{}'));
    if (!shown.success) return undefined;
    const { customer_id: customerId, event_type: eventType } = shown.data;
    return { eventId, customerId, eventType };
  }
}

const FACT_WAIT_MS = 2_000;
const zShownEvent = z.object({ customer_id: z.string(), event_type: z.string() });
