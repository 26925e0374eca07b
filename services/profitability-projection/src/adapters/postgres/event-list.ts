/**
 * Which events a page holds, and how many there are in all.
 *
 * Cost: counts of a tenant, a customer, event types or a product come from roll-ups (a row a day),
 *       and say in which days the page lies, so that rare events are found and far pages reached
 *       without reading what lies between. Any other combination is counted in the index that fits
 *       it best: as many entries as the customer or the subject has events in the period.
 */
import type { Queryable } from '@kontor/postgres';
import type { EventFilter, EventPlace } from '../../app/ports';
import { pageWindow, type DayCount } from '../../domain/page-window';
import { nextDay, partsOf, type Period } from '../../domain/period';
import { Conditions } from './conditions';

export interface EventIdPage {
  readonly eventIds: readonly string[];
  readonly totalCount: number;
}

export async function listEvents(
  queryable: Queryable,
  filter: EventFilter,
  place: EventPlace,
): Promise<EventIdPage> {
  if (filter.productCode !== undefined && filter.hasFees === false)
    return { eventIds: [], totalCount: 0 };
  const days = await countByDay(queryable, filter);
  if (!days) {
    const totalCount = await countEvents(queryable, filter);
    return { eventIds: await eventIds(queryable, filter, place), totalCount };
  }
  const totalCount = days.reduce((total, { count }) => total + count, 0);
  const narrow = narrowed(days, filter.period, place);
  if (!narrow) return { eventIds: [], totalCount };
  const { period, offset } = narrow;
  return {
    eventIds: await eventIds(queryable, { ...filter, period }, { ...place, offset }),
    totalCount,
  };
}

/** The days that hold the page; undefined when the page is empty. */
function narrowed(
  days: readonly DayCount[],
  period: Period,
  { offset, limit, after }: EventPlace,
): { period: Period; offset: number } | undefined {
  if (!after) {
    const window = pageWindow(days, { offset, limit });
    return window && { period: within(period, window), offset: window.offset };
  }
  const newestDay = after.occurredAt.slice(0, 10);
  // Its own day may hold nothing more; the days before it must be enough alone.
  const older = days.filter(({ day }) => day < newestDay);
  const oldestDay = pageWindow(older, { offset: 0, limit })?.oldestDay ?? newestDay;
  return { period: within(period, { newestDay, oldestDay }), offset: 0 };
}

function within(
  { from, to }: Period,
  { newestDay, oldestDay }: { readonly newestDay: string; readonly oldestDay: string },
): Period {
  const first = `${oldestDay}T00:00:00.000000Z`;
  const after = nextDay(newestDay);
  const end = after === 'infinity' ? after : `${after}T00:00:00.000000Z`;
  return {
    from: from === undefined || from < first ? first : from,
    to: to === undefined || to > end ? end : to,
  };
}

async function eventIds(
  queryable: Queryable,
  filter: EventFilter,
  { offset, limit, after }: EventPlace,
): Promise<string[]> {
  const { from, conditions } = selection(filter);
  if (after)
    conditions.add(
      (at, id) => `(d.occurred_at, d.event_id) < (${at}::timestamptz, ${id}::uuid)`,
      after.occurredAt,
      after.eventId,
    );
  const rows = await queryable.query<{ event_id: string }>(
    `SELECT d.event_id FROM ${from} WHERE ${conditions.text}
     ORDER BY d.occurred_at DESC, d.event_id DESC
     LIMIT ${conditions.value(limit)} OFFSET ${conditions.value(offset)}`,
    conditions.values,
  );
  return rows.map((row) => row.event_id);
}

async function countEvents(queryable: Queryable, filter: EventFilter): Promise<number> {
  const { from, conditions } = selection(filter);
  const [row] = await queryable.query<{ count: string }>(
    `SELECT count(*) AS count FROM ${from} WHERE ${conditions.text}`,
    conditions.values,
  );
  return Number(row?.count);
}

/** The table whose index a list follows; `d` in its statements. */
type Driver = 'usage_detail' | 'rated_detail' | 'event_product';

/**
 * Events of a customer or a subject are followed as they were sent; those of a product or without
 * fees by an index of their own. The planner is not left to choose: it takes the columns that make
 * two rows the same event for independent, and expects far too few of them.
 */
function driverOf({ customerId, subject, eventId, productCode, hasFees }: EventFilter): Driver {
  if (subject !== undefined || eventId !== undefined) return 'usage_detail';
  if (productCode !== undefined) return customerId === undefined ? 'event_product' : 'usage_detail';
  return hasFees === false ? 'rated_detail' : 'usage_detail';
}

function selection(filter: EventFilter): { from: string; conditions: Conditions } {
  const conditions = new Conditions();
  const driver = driverOf(filter);
  conditions.add((value) => `d.platform = ${value}`, filter.platform);
  conditions.add((value) => `d.mode = ${value}`, filter.mode);
  addDriver(conditions, filter);
  addSent(conditions, filter, driver);
  const { productCode, hasFees } = filter;
  let from = `${driver} AS d`;
  if (driver === 'usage_detail') conditions.also("d.event_type <> ''");
  else from += ` JOIN usage_detail AS u ON ${sameEvent('u')}`;
  if (productCode !== undefined) {
    const product = driver === 'event_product' ? 'd' : 'p';
    if (product === 'p')
      from += ` JOIN event_product AS p ON ${sameEvent('p')} AND p.occurred_at = d.occurred_at`;
    conditions.add((value) => `${product}.product_code = ${value}`, productCode);
  } else if (hasFees !== undefined) {
    const rated = driver === 'rated_detail' ? 'd' : 'r';
    if (rated === 'r') from += ` JOIN rated_detail AS r ON ${sameEvent('r')}`;
    conditions.also(`${rated}.fee_count ${hasFees ? '>' : '='} 0`);
  }
  return { from, conditions };
}

/** What every driver has. */
function addDriver(conditions: Conditions, { customerId, eventId, period }: EventFilter): void {
  if (customerId !== undefined) conditions.add((value) => `d.customer_id = ${value}`, customerId);
  if (eventId !== undefined) conditions.add((value) => `d.event_id = ${value}::uuid`, eventId);
  if (period.from !== undefined)
    conditions.add((value) => `d.occurred_at >= ${value}::timestamptz`, period.from);
  if (period.to !== undefined)
    conditions.add((value) => `d.occurred_at < ${value}::timestamptz`, period.to);
}

/** What only the event as it was sent has. */
function addSent(
  conditions: Conditions,
  { subject, eventTypes }: EventFilter,
  driver: Driver,
): void {
  const sent = driver === 'usage_detail' ? 'd' : 'u';
  if (subject !== undefined) conditions.add((value) => `${sent}.subject = ${value}`, subject);
  if (eventTypes)
    conditions.add((value) => `${sent}.event_type = ANY (${value}::text[])`, eventTypes);
}

const sameEvent = (table: string): string =>
  ['platform', 'mode', 'event_id']
    .map((column) => `${table}.${column} = d.${column}`)
    .join(' AND ');

/** Where a roll-up counts just these events, and in which column; undefined = nowhere. */
function rollUpOf(
  filter: EventFilter,
): { table: string; where: string; value: unknown } | undefined {
  const { customerId, eventTypes, productCode, subject, eventId } = filter;
  if (subject !== undefined || eventId !== undefined) return undefined;
  const named = [customerId, eventTypes, productCode].filter((name) => name !== undefined);
  if (named.length > 1) return undefined;
  if (customerId !== undefined)
    return {
      table: 'customer_day',
      where: "customer_id = $3 AND currency = ''",
      value: customerId,
    };
  if (eventTypes)
    return { table: 'type_day', where: 'event_type = ANY ($3::text[])', value: eventTypes };
  if (productCode !== undefined)
    return { table: 'product_event_day', where: 'product_code = $3', value: productCode };
  return { table: 'platform_day', where: 'currency = $3', value: '' };
}

/** How many of the events each day holds, newest first; undefined when no roll-up knows. */
async function countByDay(
  queryable: Queryable,
  filter: EventFilter,
): Promise<DayCount[] | undefined> {
  const rollUp = rollUpOf(filter);
  if (!rollUp) return undefined;
  const column =
    filter.productCode !== undefined || filter.hasFees === undefined
      ? 'events'
      : filter.hasFees
        ? 'with_fees'
        : 'unrated';
  const { days, edges } = partsOf(filter.period);
  const rows =
    days === undefined
      ? []
      : await queryable.query<{ day: string; count: string }>(
          `SELECT day::text AS day, sum(${column}) AS count FROM ${rollUp.table}
           WHERE platform = $1 AND mode = $2 AND ${rollUp.where}
             AND day >= $4::date AND day < $5::date
           GROUP BY day HAVING sum(${column}) > 0 ORDER BY day DESC`,
          [filter.platform, filter.mode, rollUp.value, days.from, days.to],
        );
  const counts = rows.map(({ day, count }) => ({ day, count: Number(count) }));
  for (const edge of edges) {
    const count = await countEvents(queryable, { ...filter, period: edge });
    if (count > 0) counts.push({ day: edge.from.slice(0, 10), count });
  }
  return counts.sort((a, b) => Number(a.day < b.day) - Number(a.day > b.day));
}
