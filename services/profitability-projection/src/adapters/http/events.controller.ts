import { Controller, Get, Param } from '@nestjs/common';
import { isUuid, type Tenant } from '@kontor/contracts';
import {
  ApiDoc,
  Ctx,
  CustomerDirectory,
  decodeCursor,
  encodeCursor,
  type InternalCalls,
  notFound,
  page,
  type Page,
  periodOf,
  type RequestContext,
  RequireScope,
  zInstant,
  zName,
  zPage,
  zPeriodFrom,
  zPeriodTo,
  zUuid,
  ZQuery,
} from '@kontor/service-host';
import { z } from 'zod';
import type { GetEvents } from '../../app/get-events.query';
import type { EventFilter, EventReads } from '../../app/ports';
import type { JoinedEvent } from '../../domain/event';
import { customerOf } from './customer-filter';
import { eventDto, eventExample, eventItemDto, zEvent, zEventItem } from './event.mapping';

const TAG = 'profitability-projection';
const CURSOR = 'events';
const zCursor = z.tuple([zInstant, z.uuid()]);
const EVENT_TYPES_MAX = 100;

const zFlag = z.enum(['true', 'false']).transform((text) => text === 'true');

const zEventTypes = z
  .string()
  .min(1)
  .transform((text) => [...new Set(text.split(','))].filter((type) => type !== ''))
  .refine((types) => types.length > 0 && types.length <= EVENT_TYPES_MAX, {
    error: `1 to ${EVENT_TYPES_MAX} event types, separated by commas.`,
    params: { code: 'out_of_range' },
  });

export const zEventList = zPage.extend({
  customer_id: z.string().min(1).max(512).optional(),
  customer_external_id: zName.optional(),
  event_id: zUuid.optional(),
  event_types: zEventTypes.optional().meta({ type: 'string', description: 'Comma-separated.' }),
  subject: zName.optional(),
  product_code: zName.optional(),
  period_from: zPeriodFrom.optional(),
  period_to: zPeriodTo.optional(),
  has_fees: zFlag.optional().meta({ description: 'false = rated, and without fees.' }),
  unrated: zFlag.optional().meta({ description: 'true = with an `unrated_reason`.' }),
});
type EventListDto = z.infer<typeof zEventList>;

const zEventPage = z.object({
  items: z.array(zEventItem),
  total_count: z.number().int(),
  limit: z.number().int(),
  offset: z.number().int(),
  next_cursor: z.string().nullable(),
});

/** Between requests and events: references, cursors, names of the page's customers. */
export class EventDesk {
  private readonly customers: CustomerDirectory;

  constructor(
    private readonly internal: InternalCalls,
    private readonly parts: { readonly events: GetEvents; readonly reads: EventReads },
    readonly reportingCurrency: string,
  ) {
    this.customers = new CustomerDirectory(internal);
  }

  async find(tenant: Tenant, id: string): Promise<JoinedEvent> {
    if (!isUuid(id)) throw notFound('event');
    const event = await this.parts.events.one(tenant, id.toLowerCase());
    if (!event) throw notFound('event');
    return event;
  }

  async list(tenant: Tenant, query: EventListDto): Promise<Page<object>> {
    const { limit, cursor } = query;
    const after = cursor === undefined ? undefined : placeOf(cursor);
    const filter = await this.filterOf(tenant, query);
    if (!filter) return page([], 0, query);
    const place = { limit: limit + 1, offset: after ? 0 : query.offset, ...(after && { after }) };
    const { events, totalCount } = await this.parts.reads.list(filter, place);
    const shown = events.slice(0, limit);
    // One more than the page was read: it tells whether there is a next one.
    const last = events.length > limit ? shown.at(-1)?.usage : undefined;
    const next = last && encodeCursor(CURSOR, [last.occurredAt, last.eventId]);
    return page(await this.items(tenant, shown), totalCount, query, next);
  }

  /** Undefined when nothing can match. */
  private async filterOf(tenant: Tenant, query: EventListDto): Promise<EventFilter | undefined> {
    const customerId = await customerOf(this.customers, tenant, query);
    const { has_fees: hasFees, unrated } = query;
    if (customerId === null || (hasFees !== undefined && hasFees === unrated)) return undefined;
    return {
      ...{ platform: tenant.platform, mode: tenant.mode, period: periodOf(query) },
      customerId,
      eventId: query.event_id,
      eventTypes: query.event_types,
      subject: query.subject,
      productCode: query.product_code,
      hasFees: hasFees ?? (unrated === undefined ? undefined : !unrated),
    };
  }

  private async items(tenant: Tenant, events: readonly JoinedEvent[]): Promise<object[]> {
    const ids = [...new Set(events.flatMap(({ usage }) => usage?.customerId ?? []))];
    if (ids.length === 0) return [];
    const { customers } = await this.internal.call('catalog.describe-customers', tenant, {
      customerIds: ids,
    });
    const externalIds = new Map(customers.map((one) => [one.customerId, one.externalId]));
    return events.map((event) =>
      eventItemDto(
        event,
        externalIds.get(event.usage?.customerId ?? '') ?? null,
        this.reportingCurrency,
      ),
    );
  }
}

function placeOf(cursor: string): { occurredAt: string; eventId: string } {
  const [occurredAt, eventId] = decodeCursor(CURSOR, cursor, zCursor);
  return { occurredAt, eventId };
}

@Controller()
@RequireScope('read')
export class EventsController {
  constructor(private readonly desk: EventDesk) {}

  @Get('events')
  @ApiDoc({
    summary: 'List usage events',
    description: 'Newest first, each with its fees, costs and margin.',
    tag: TAG,
    query: zEventList,
    responses: {
      200: {
        schema: zEventPage,
        example: {
          items: [
            {
              ...eventExample,
              external_id: 'acme',
              total_fees: 2,
              fee_currency: 'MIN',
              has_fees: true,
            },
          ],
          total_count: 1,
          limit: 20,
          offset: 0,
          next_cursor: null,
        },
      },
    },
    errors: ['invalid_cursor', 'customer_mismatch'],
  })
  list(@Ctx() ctx: RequestContext, @ZQuery(zEventList) query: EventListDto) {
    return this.desk.list(ctx, query);
  }

  @Get('events/:id')
  @ApiDoc({
    summary: 'Get a usage event with its fees, costs and margin',
    description:
      'Waits up to 2 seconds until the event is rated, debited and its costs are attributed;' +
      ' until then its `status` is `processing`.',
    tag: TAG,
    responses: { 200: { schema: zEvent, example: eventExample } },
    errors: ['not_found'],
  })
  async get(@Ctx() ctx: RequestContext, @Param('id') id: string) {
    return eventDto(await this.desk.find(ctx, id), this.desk.reportingCurrency);
  }
}
