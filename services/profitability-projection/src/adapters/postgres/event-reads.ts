/** Events in full, joined of what each topic brought, and lists of them, newest first. */
import { decimal } from '@kontor/money';
import type { Database, Queryable } from '@kontor/postgres';
import type { EventFilter, EventPage, EventPlace, EventReads } from '../../app/ports';
import type {
  AuthorizationEntry,
  CostEntry,
  Mode,
  RatedEntry,
  RatedFee,
  Tenant,
  UsageEntry,
} from '../../domain/entries';
import { productsOf } from '../../domain/entries';
import type { JoinedEvent } from '../../domain/event';
import {
  costLineFromRow,
  feeValueFromRow,
  type CostLineRow,
  type FeeValueRow,
} from './detail-rows.codec';
import { listEvents } from './event-list';

/**
 * One statement, so one moment. Amounts are read as text: a JSON number loses digits in the driver.
 * Not prepared: a plan made for small tables would be kept while they grow.
 */
const JOINED = `
  SELECT k.event_id,
         u.customer_id, u.subject, u.occurred_at, u.event_type, u.occurred_at_text, u.recorded_at,
         u.description, u.data, u.costs AS sent_costs,
         r.customer_id AS rated_customer_id, r.subject AS rated_subject,
         r.occurred_at AS rated_occurred_at, r.event_type AS rated_event_type,
         r.recorded_at AS rated_recorded_at, r.fee_count, r.fees, r.unrated_reason,
         r.authorization_id AS rated_authorization_id,
         (SELECT json_build_object('authorization_id', a.authorization_id,
              'captured', a.captured::text, 'ignored', a.ignored)
            FROM authorization_use AS a
            WHERE a.platform = $1 AND a.mode = $2 AND a.event_id = k.event_id) AS authorization_use,
         (SELECT json_build_object('reason', v.reason, 'costs', v.costs)
            FROM event_reversal AS v
            WHERE v.platform = $1 AND v.mode = $2 AND v.event_id = k.event_id) AS reversal,
         (SELECT v.reversed_at FROM event_reversal AS v
            WHERE v.platform = $1 AND v.mode = $2 AND v.event_id = k.event_id) AS reversed_at,
         (SELECT json_agg(json_build_object(
              'fee_id', f.fee_id, 'product_id', f.product_id, 'customer_id', f.customer_id,
              'subject', f.subject, 'alternative', f.alternative, 'asset', f.asset,
              'amount', f.amount::text, 'value', f.value::text,
              'uncollected', f.uncollected::text, 'reversed', f.reversed))
            FROM fee_value AS f
            WHERE f.platform = $1 AND f.mode = $2 AND f.event_id = k.event_id) AS fee_values,
         (SELECT json_agg(json_build_object(
              'line', c.line, 'cost_id', c.cost_id, 'vendor_id', c.vendor_id,
              'category', c.category, 'amount', c.amount::text, 'currency', c.currency,
              'converted', c.converted::text, 'customer_id', c.customer_id,
              'reversed', c.reversed) ORDER BY c.line)
            FROM cost_detail AS c
            WHERE c.platform = $1 AND c.mode = $2 AND c.event_id = k.event_id) AS cost_lines
  FROM unnest($3::uuid[]) WITH ORDINALITY AS k(event_id, place)
    LEFT JOIN usage_detail AS u
      ON u.platform = $1 AND u.mode = $2 AND u.event_id = k.event_id
    LEFT JOIN rated_detail AS r
      ON r.platform = $1 AND r.mode = $2 AND r.event_id = k.event_id
  ORDER BY k.place`;

export class EventReadsOnPostgres implements EventReads {
  constructor(private readonly database: Database) {}

  find(tenant: Tenant, eventIds: readonly string[]): Promise<JoinedEvent[]> {
    return findEvents(this.database, tenant, eventIds);
  }

  list(filter: EventFilter, place: EventPlace): Promise<EventPage> {
    return this.database.transaction(
      async (tx) => {
        const { eventIds, totalCount } = await listEvents(tx, filter, place);
        return { events: await findEvents(tx, filter, eventIds), totalCount };
      },
      { snapshot: true, readsView: true },
    );
  }
}

async function findEvents(
  queryable: Queryable,
  { platform, mode }: Tenant,
  eventIds: readonly string[],
): Promise<JoinedEvent[]> {
  if (eventIds.length === 0) return [];
  const rows = await queryable.query<JoinedRow>(JOINED, [platform, mode, eventIds]);
  return rows.map((row) => joinedFromRow({ platform, mode }, row));
}

interface JoinedRow {
  readonly event_id: string;
  /** Null, like all columns of usage, when the usage is not here yet. */
  readonly customer_id: string | null;
  readonly subject: string | null;
  readonly occurred_at: string;
  readonly event_type: string;
  readonly occurred_at_text: string;
  readonly recorded_at: string;
  readonly description: string | null;
  readonly data: object | null;
  readonly sent_costs: object[] | null;
  readonly rated_customer_id: string | null;
  readonly rated_subject: string | null;
  readonly rated_occurred_at: string;
  readonly rated_event_type: string;
  readonly rated_recorded_at: string;
  readonly fees: RatedFee[] | null;
  readonly unrated_reason: string | null;
  readonly rated_authorization_id: string | null;
  readonly authorization_use: {
    readonly authorization_id: string;
    readonly captured: string;
    readonly ignored: string | null;
  } | null;
  readonly reversal: { readonly reason: string; readonly costs: boolean } | null;
  readonly reversed_at: string;
  readonly fee_values: FeeValueRow[] | null;
  readonly cost_lines: (CostLineRow & { readonly customer_id: string })[] | null;
}

interface TenantOfRow {
  readonly platform: string;
  readonly mode: Mode;
}

function joinedFromRow(tenant: TenantOfRow, row: JoinedRow): JoinedEvent {
  const usage = usageFromRow(tenant, row);
  const rated = ratedFromRow(tenant, row);
  const at = { ...tenant, event_id: row.event_id, occurred_at: (usage ?? rated)?.occurredAt ?? '' };
  return {
    eventId: row.event_id,
    usage,
    rated,
    fees: (row.fee_values ?? []).map((value) => feeValueFromRow({ ...value, ...at })),
    costs: costsFromRow(tenant, row),
    authorization: authorizationFromRow(tenant, row),
    reversal: row.reversal
      ? { ...tenant, eventId: row.event_id, ...row.reversal, reversedAt: row.reversed_at }
      : undefined,
  };
}

function usageFromRow(tenant: TenantOfRow, row: JoinedRow): UsageEntry | undefined {
  if (row.customer_id === null) return undefined;
  return {
    ...tenant,
    eventId: row.event_id,
    customerId: row.customer_id,
    subject: row.subject,
    occurredAt: row.occurred_at,
    eventType: row.event_type,
    occurredAtText: row.occurred_at_text,
    recordedAt: row.recorded_at,
    description: row.description,
    data: row.data,
    sentCosts: row.sent_costs ?? [],
  };
}

function ratedFromRow(tenant: TenantOfRow, row: JoinedRow): RatedEntry | undefined {
  if (row.rated_customer_id === null) return undefined;
  return {
    ...tenant,
    eventId: row.event_id,
    customerId: row.rated_customer_id,
    subject: row.rated_subject,
    occurredAt: row.rated_occurred_at,
    eventType: row.rated_event_type,
    recordedAt: row.rated_recorded_at,
    ...productsOf(row.fees ?? []),
    fees: row.fees ?? [],
    unratedReason: row.unrated_reason,
    authorizationId: row.rated_authorization_id,
  };
}

function authorizationFromRow(
  tenant: TenantOfRow,
  { event_id: eventId, authorization_use: use }: JoinedRow,
): AuthorizationEntry | undefined {
  if (!use) return undefined;
  const { authorization_id: authorizationId, captured, ignored } = use;
  return { ...tenant, eventId, authorizationId, captured: decimal(captured), ignored };
}

function costsFromRow(tenant: TenantOfRow, row: JoinedRow): CostEntry | undefined {
  const [first] = row.cost_lines ?? [];
  if (!first || !row.cost_lines) return undefined;
  return {
    ...tenant,
    eventId: row.event_id,
    customerId: first.customer_id,
    subject: row.subject ?? row.rated_subject,
    occurredAt: row.customer_id === null ? '' : row.occurred_at,
    // Line 0 only says that there are none.
    lines: row.cost_lines.filter(({ line }) => line > 0).map(costLineFromRow),
    ...(first.reversed && { reversed: true }),
  };
}
