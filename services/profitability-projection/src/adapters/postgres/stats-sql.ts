/**
 * Pieces of the statements over periods. Their parameters: $1 platform, $2 mode, $3 and $4 whole
 * days [from, to), $5 and $6 the parts of days at the ends, then the statement's own.
 */
import type { Tenant } from '../../domain/entries';
import type { PeriodParts } from '../../domain/period';

export const TENANT = 't.platform = $1 AND t.mode = $2';
export const IN_DAYS = 't.day >= $3::date AND t.day < $4::date';
export const EDGES = 'unnest($5::timestamptz[], $6::timestamptz[]) AS e(since, until)';
export const INSIDE = 't.occurred_at >= e.since AND t.occurred_at < e.until';

/** (currency, revenue, costs, uncollected) of a fee or a cost: converted, or in its own currency. */
export const FEE_MONEY = `CASE WHEN t.value IS NULL THEN t.asset ELSE '' END,
  COALESCE(t.value, t.amount), 0, t.uncollected_value`;
/** The same of a charge, which is always collected. */
export const CHARGE_MONEY = `CASE WHEN t.value IS NULL THEN t.asset ELSE '' END,
  COALESCE(t.value, t.amount), 0, 0`;
export const COST_MONEY = `CASE WHEN t.converted IS NULL THEN t.currency ELSE '' END,
  0, COALESCE(t.converted, t.amount), 0`;

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
