/** All customers of a period with what they brought and cost, in one statement. */
import type { CustomerStatsPage, StatsOrder } from '../../app/ports';
import {
  CHARGE_MONEY,
  COST_MONEY,
  COSTS,
  EDGES,
  EVENTS,
  FEE_MONEY,
  FEES,
  IN_DAYS,
  insideOf,
  NAMES_EDGES,
  TENANT,
} from './stats-sql';
import { sumsFromRow, type SumsRow } from './sums-row';

export interface CustomersRow {
  readonly total: string;
  readonly summary: SumsRow[] | null;
  readonly page: { customer_id: string; events: number; sums: SumsRow[] }[] | null;
}

/**
 * The largest revenue or cost first; the worst margin first, and before all those who cost without
 * bringing anything, for they are whom the list is read for. Customers with neither come last.
 */
const ORDER: Record<StatsOrder, string> = {
  revenue: 'revenue DESC',
  cost: 'costs DESC',
  margin: `CASE WHEN revenue <> 0 THEN (revenue - costs) / revenue
                WHEN costs > 0 THEN '-infinity'::numeric ELSE 'infinity'::numeric END`,
};

/** Customers that did something on the days of the edges lead to the detail by their index. */
const AT_EDGES = `(
  SELECT DISTINCT e.since, e.until, t.customer_id FROM ${EDGES} JOIN customer_day AS t
    ON ${TENANT} AND t.day = (e.since AT TIME ZONE 'UTC')::date) AS e`;
const OF_CUSTOMER = 't.customer_id = e.customer_id';
const EDGE_PARTS = [
  insideOf(AT_EDGES, {
    select: `t.customer_id, ${FEE_MONEY}, 0`,
    table: 'fee_value',
    where: `${OF_CUSTOMER} AND ${FEES}`,
  }),
  insideOf(AT_EDGES, {
    select: `t.customer_id, ${CHARGE_MONEY}, 0`,
    table: 'charge_detail',
    where: OF_CUSTOMER,
  }),
  insideOf(AT_EDGES, {
    select: `t.customer_id, ${COST_MONEY}, 0`,
    table: 'cost_detail',
    where: `${OF_CUSTOMER} AND ${COSTS}`,
  }),
  insideOf(AT_EDGES, {
    select: "t.customer_id, '', 0, 0, 0, 1",
    table: 'usage_detail',
    where: `${OF_CUSTOMER} AND ${EVENTS}`,
  }),
]
  .map((part) => `UNION ALL ${part}`)
  .join(' ');

/** Parameters: those of every period, then limit and offset. */
export const customersStatement = (order: StatsOrder, hasEdges: boolean): string => `
  WITH sums AS (
    SELECT customer_id, currency, sum(revenue) AS revenue, sum(costs) AS costs,
           sum(uncollected) AS uncollected, sum(events)::bigint AS events
    FROM (SELECT customer_id, currency, revenue, costs, uncollected, events FROM customer_day AS t
          WHERE ${TENANT} AND ${IN_DAYS} AND ${NAMES_EDGES}
          ${hasEdges ? EDGE_PARTS : ''}) AS parts(customer_id, currency, revenue, costs, uncollected, events)
    GROUP BY customer_id, currency),
  totals AS (
    SELECT customer_id, COALESCE(sum(revenue) FILTER (WHERE currency = ''), 0) AS revenue,
           COALESCE(sum(costs) FILTER (WHERE currency = ''), 0) AS costs, sum(events) AS events
    FROM sums GROUP BY customer_id),
  page AS (
    SELECT customer_id, events, row_number() OVER (ORDER BY ${ORDER[order]}, customer_id) AS place
    FROM totals ORDER BY place LIMIT $7 OFFSET $8)
  SELECT (SELECT count(*) FROM totals) AS total,
    (SELECT json_agg(s) FROM (
       SELECT currency, sum(revenue)::text AS revenue, sum(costs)::text AS costs,
              sum(uncollected)::text AS uncollected
       FROM sums GROUP BY currency) AS s) AS summary,
    (SELECT json_agg(json_build_object('customer_id', p.customer_id, 'events', p.events, 'sums',
         (SELECT json_agg(json_build_object('currency', s.currency,
                  'revenue', s.revenue::text, 'costs', s.costs::text,
                  'uncollected', s.uncollected::text))
          FROM sums AS s WHERE s.customer_id = p.customer_id)) ORDER BY p.place)
     FROM page AS p) AS page`;

export const customersPageFromRow = (row: CustomersRow | undefined): CustomerStatsPage => ({
  totalCount: Number(row?.total ?? 0),
  summary: (row?.summary ?? []).map(sumsFromRow),
  items: (row?.page ?? []).map(({ customer_id: customerId, events, sums }) => ({
    customerId,
    events,
    sums: sums.map(sumsFromRow),
  })),
});
