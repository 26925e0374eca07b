import { decimal } from '@kontor/money';
import type { CurrencySums } from '../../domain/margin';

/** Sums of one currency as statements answer them: decimal texts. */
export interface SumsRow {
  readonly currency: string;
  readonly revenue: string;
  readonly costs: string;
  readonly uncollected: string;
}

export const sumsFromRow = (row: SumsRow): CurrencySums => ({
  currency: row.currency,
  revenue: decimal(row.revenue),
  costs: decimal(row.costs),
  uncollected: decimal(row.uncollected),
});
