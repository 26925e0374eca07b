/** Profitability as it is answered. */
import { ZERO, type Decimal } from '@kontor/money';
import { z } from 'zod';
import { NO_CATEGORY } from '../../domain/entries';
import { profitabilityOf, type CurrencySums, type Profitability } from '../../domain/margin';
import type { CustomerStats, VendorCategory } from '../../app/ports';

const zMoney = z.union([z.number(), z.string()]).meta({ description: 'Exact decimal.' });

export const zUnconverted = z
  .array(z.object({ currency: z.string(), revenue: zMoney, costs: zMoney }))
  .optional()
  .meta({ description: 'What has no rate into the reporting currency; in no total.' });

export const zStats = z.object({
  gross_revenue: zMoney,
  total_costs: zMoney,
  net_revenue: zMoney,
  margin: zMoney.nullable().meta({ description: 'Net / gross, 4 decimals; null without revenue.' }),
  currency: z.string(),
  unconverted: zUnconverted,
});

export const statsExample = {
  gross_revenue: 0.2,
  total_costs: 0.16,
  net_revenue: 0.04,
  margin: 0.2,
  currency: 'USD',
};

export const statsDto = (stats: Profitability) => ({
  gross_revenue: stats.grossRevenue,
  total_costs: stats.totalCosts,
  net_revenue: stats.netRevenue,
  margin: stats.margin,
  currency: stats.currency,
  unconverted: unconvertedDto(stats.unconverted),
});

/** Of a customer: also what its overdraft policies left uncollected. */
export const customerStatsDto = (stats: Profitability) => ({
  ...statsDto(stats),
  uncollected: stats.uncollected.eq(ZERO) ? undefined : stats.uncollected,
});

const unconvertedDto = (sums: readonly CurrencySums[]) =>
  sums.length === 0
    ? undefined
    : sums.map(({ currency, revenue, costs }) => ({ currency, revenue, costs }));

const zStatsOfCustomer = zStats.extend({
  uncollected: zMoney
    .optional()
    .meta({ description: 'The part of gross revenue that is never collected.' }),
});

export const zCustomerStats = z.object({ id: z.string(), ...zStatsOfCustomer.shape });

/** How a customer is called, from the catalog. */
export interface CustomerName {
  readonly externalId: string | null;
  readonly name: string | null;
}

export const zCustomersStats = z.object({
  summary: zStats,
  period_from: z.string().nullable(),
  period_to: z.string().nullable(),
  items: z.array(
    z.object({
      id: z.string(),
      external_id: z.string().nullable(),
      name: z.string().nullable(),
      events: z.number().int(),
      stats: zStatsOfCustomer,
    }),
  ),
  total_count: z.number().int(),
  limit: z.number().int(),
  offset: z.number().int(),
});

export const customerItemDto = (
  { customerId, events, sums }: CustomerStats,
  name: CustomerName | undefined,
  reportingCurrency: string,
) => ({
  id: customerId,
  external_id: name?.externalId ?? null,
  name: name?.name ?? null,
  events,
  stats: customerStatsDto(profitabilityOf(sums, reportingCurrency)),
});

export const zVendorStats = z.object({
  id: z.string(),
  total_costs: zMoney,
  currency: z.string(),
  categories: z.array(z.object({ category: z.string().nullable(), cost: zMoney })),
  unconverted: zUnconverted,
});

/** Shape: categories by falling cost, then by name; costs without a category under null. */
export function vendorDto(
  vendorId: string,
  lines: readonly VendorCategory[],
  reportingCurrency: string,
) {
  const all = profitabilityOf(lines, reportingCurrency);
  return {
    id: vendorId,
    total_costs: all.totalCosts,
    currency: all.currency,
    categories: categoriesOf(lines, reportingCurrency)
      .sort((a, b) => b.cost.cmp(a.cost) || compare(a.category ?? '', b.category ?? ''))
      .map(({ category, cost }) => ({ category, cost })),
    unconverted: unconvertedDto(all.unconverted),
  };
}

function categoriesOf(
  lines: readonly VendorCategory[],
  reportingCurrency: string,
): { category: string | null; cost: Decimal }[] {
  const names = [...new Set(lines.map(({ category }) => category))];
  return names.map((name) => ({
    category: name === NO_CATEGORY ? null : name,
    cost: profitabilityOf(
      lines.filter(({ category }) => category === name),
      reportingCurrency,
    ).totalCosts,
  }));
}

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b);
