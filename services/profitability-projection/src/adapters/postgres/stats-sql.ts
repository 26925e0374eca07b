/**
 * Pieces of the statements over periods. Their parameters: $1 platform, $2 mode, $3 and $4 whole
 * days [from, to), $5 and $6 the parts of days at the ends, then the statement's own.
 */
import type { Tenant } from '../../domain/entries';
import type { PeriodParts } from '../../domain/period';

export const TENANT = 't.platform = $1 AND t.mode = $2';
export const IN_DAYS = 't.day >= $3::date AND t.day < $4::date';
export const EDGES = 'unnest($5::timestamptz[], $6::timestamptz[]) AS e(since, until)';
const INSIDE = 't.occurred_at >= e.since AND t.occurred_at < e.until';

/** What every row meets, as the indexes by owner and instant have it, and what counts. */
export const FEES = "t.fee_id <> '' AND NOT t.reversed";
export const COSTS = 't.line > 0 AND NOT t.reversed';
export const EVENTS = "t.event_type <> ''";

/** (currency, revenue, costs, uncollected) of a fee or a cost: converted, or in its own currency. */
export const FEE_MONEY = `CASE WHEN t.value IS NULL THEN t.asset ELSE '' END,
  COALESCE(t.value, t.amount), 0, t.uncollected_value`;
/** The same of a charge, which is always collected. */
export const CHARGE_MONEY = `CASE WHEN t.value IS NULL THEN t.asset ELSE '' END,
  COALESCE(t.value, t.amount), 0, 0`;
export const COST_MONEY = `CASE WHEN t.converted IS NULL THEN t.currency ELSE '' END,
  0, COALESCE(t.converted, t.amount), 0`;

/**
 * Rows of a table inside the spans of `spans` (an `e` with since and until), by one range of the
 * index for each span. OFFSET 0: the planner cannot know how short the spans are and would read
 * the whole table.
 */
export const insideOf = (
  spans: string,
  {
    select,
    table,
    where,
  }: { readonly select: string; readonly table: string; readonly where: string },
): string =>
  `SELECT x.* FROM ${spans} CROSS JOIN LATERAL (
     SELECT ${select} FROM ${table} AS t WHERE ${TENANT} AND ${where} AND ${INSIDE} OFFSET 0) AS x`;

/** The six parameters; without whole days a range that holds none. */
export const periodValues = (
  { platform, mode }: Tenant,
  { days, edges }: PeriodParts,
): unknown[] => [
  platform,
  mode,
  days?.from ?? 'infinity',
  days?.to ?? '-infinity',
  edges.map(({ from }) => from),
  edges.map(({ to }) => to),
];

/** Statements without edges still name their parameters, so that every statement takes the same. */
export const NAMES_EDGES = '$5::timestamptz[] IS NOT NULL AND $6::timestamptz[] IS NOT NULL';
