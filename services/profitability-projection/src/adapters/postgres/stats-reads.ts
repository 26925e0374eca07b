/**
 * Sums over a period, each by one statement, so as of one moment: whole days from a roll-up, the
 * parts of days at the ends from the detail by its index on (owner, instant).
 *
 * Cost: a row a day and currency, and what the owner has in at most two parts of days.
 */
import type { Database } from '@kontor/postgres';
import type { CustomerStatsPage, StatsOrder, StatsReads, VendorCategory } from '../../app/ports';
import type { Tenant } from '../../domain/entries';
import type { CurrencySums } from '../../domain/margin';
import { partsOf, type Period } from '../../domain/period';
import { customersStatement, customersPageFromRow, type CustomersRow } from './customers-stats';
import {
  CHARGE_MONEY,
  COST_MONEY,
  COSTS,
  EDGES,
  FEE_MONEY,
  FEES,
  IN_DAYS,
  insideOf,
  NAMES_EDGES,
  periodValues,
  TENANT,
} from './stats-sql';
import { sumsFromRow, type SumsRow } from './sums-row';

/** Adds parts up by currency. The parts are SELECTs of (currency, revenue, costs, uncollected). */
const summed = (parts: readonly string[]): string =>
  `SELECT currency, sum(revenue) AS revenue, sum(costs) AS costs, sum(uncollected) AS uncollected
   FROM (${parts.join(' UNION ALL ')}) AS parts(currency, revenue, costs, uncollected)
   GROUP BY currency`;

export class StatsReadsOnPostgres implements StatsReads {
  constructor(private readonly database: Database) {}

  customer(tenant: Tenant, customerId: string, period: Period): Promise<CurrencySums[]> {
    return this.sums(tenant, period, customerId, {
      days: `SELECT currency, revenue, costs, uncollected FROM customer_day AS t
             WHERE ${TENANT} AND t.customer_id = $7 AND ${IN_DAYS} AND ${NAMES_EDGES}`,
      edges: [
        insideOf(EDGES, {
          select: FEE_MONEY,
          table: 'fee_value',
          where: `t.customer_id = $7 AND ${FEES}`,
        }),
        insideOf(EDGES, {
          select: CHARGE_MONEY,
          table: 'charge_detail',
          where: 't.customer_id = $7',
        }),
        insideOf(EDGES, {
          select: COST_MONEY,
          table: 'cost_detail',
          where: `t.customer_id = $7 AND ${COSTS}`,
        }),
      ],
    });
  }

  async customers(
    tenant: Tenant,
    period: Period,
    page: { readonly order: StatsOrder; readonly limit: number; readonly offset: number },
  ): Promise<CustomerStatsPage> {
    const parts = partsOf(period);
    const [row] = await this.database.query<CustomersRow>(
      customersStatement(page.order, parts.edges.length > 0),
      [...periodValues(tenant, parts), page.limit, page.offset],
    );
    return customersPageFromRow(row);
  }

  product(tenant: Tenant, productId: string, period: Period): Promise<CurrencySums[]> {
    const shares = (table: string): string =>
      insideOf(EDGES, {
        select: 't.currency, 0, t.costs, 0',
        table,
        where: 't.product_id = $7',
      });
    return this.sums(tenant, period, productId, {
      days: `SELECT currency, revenue, costs, 0 FROM product_day AS t
             WHERE ${TENANT} AND t.product_id = $7 AND ${IN_DAYS} AND ${NAMES_EDGES}`,
      edges: [
        insideOf(EDGES, {
          select: FEE_MONEY,
          table: 'fee_value',
          where: `t.product_id = $7 AND ${FEES}`,
        }),
        shares('event_share'),
        shares('subject_share'),
      ],
    });
  }

  async vendor(tenant: Tenant, vendorId: string, period: Period): Promise<VendorCategory[]> {
    const parts = partsOf(period);
    const edges = insideOf(EDGES, {
      select: `t.category, CASE WHEN t.converted IS NULL THEN t.currency ELSE '' END,
               COALESCE(t.converted, t.amount)`,
      table: 'cost_detail',
      where: `t.vendor_id = $7 AND ${COSTS}`,
    });
    const rows = await this.database.query<SumsRow & { category: string }>(
      `SELECT category, currency, '0' AS revenue, sum(costs) AS costs, '0' AS uncollected FROM (
         SELECT category, currency, costs FROM vendor_day AS t
         WHERE ${TENANT} AND t.vendor_id = $7 AND ${IN_DAYS} AND ${NAMES_EDGES}
         ${parts.edges.length > 0 ? `UNION ALL ${edges}` : ''}) AS parts(category, currency, costs)
       GROUP BY category, currency HAVING sum(costs) > 0 ORDER BY category, currency`,
      [...periodValues(tenant, parts), vendorId],
    );
    return rows.map((row) => ({ ...sumsFromRow(row), category: row.category }));
  }

  async subject(
    tenant: Tenant,
    { subject, customerId }: { readonly subject: string; readonly customerId?: string },
    period: Period,
  ): Promise<CurrencySums[] | undefined> {
    const ofCustomer = '($8::text IS NULL OR t.customer_id = $8)';
    const [known] = await this.database.query(
      ['usage_detail', 'charge_detail']
        .map(
          (table) => `(SELECT 1 AS known FROM ${table} AS t
            WHERE t.platform = $1 AND t.mode = $2 AND t.subject = $3
              AND ($4::text IS NULL OR t.customer_id = $4) LIMIT 1)`,
        )
        .join(' UNION ALL '),
      [tenant.platform, tenant.mode, subject, customerId ?? null],
    );
    if (!known) return undefined;
    // The customers of the subject's roll-up rows on that day lead to the detail by their index.
    const customers = `(
      SELECT DISTINCT e.since, e.until, t.customer_id FROM ${EDGES} JOIN subject_day AS t
        ON ${TENANT} AND t.subject = $7 AND ${ofCustomer}
          AND t.day = (e.since AT TIME ZONE 'UTC')::date) AS e`;
    const where = 't.customer_id = e.customer_id AND t.subject = $7';
    return this.sums(tenant, period, [subject, customerId ?? null], {
      days: `SELECT currency, revenue, costs, 0 FROM subject_day AS t
             WHERE ${TENANT} AND t.subject = $7 AND ${ofCustomer} AND ${IN_DAYS} AND ${NAMES_EDGES}`,
      edges: [
        insideOf(customers, {
          select: FEE_MONEY,
          table: 'fee_value',
          where: `${where} AND ${FEES}`,
        }),
        insideOf(customers, {
          select: CHARGE_MONEY,
          table: 'charge_detail',
          where,
        }),
        insideOf(customers, {
          select: COST_MONEY,
          table: 'cost_detail',
          where: `${where} AND ${COSTS}`,
        }),
      ],
    });
  }

  private async sums(
    tenant: Tenant,
    period: Period,
    owner: string | readonly (string | null)[],
    sources: { readonly days: string; readonly edges: readonly string[] },
  ): Promise<CurrencySums[]> {
    const parts = partsOf(period);
    const selects = [sources.days, ...(parts.edges.length > 0 ? sources.edges : [])];
    const rows = await this.database.query<SumsRow>(summed(selects), [
      ...periodValues(tenant, parts),
      ...[owner].flat(),
    ]);
    return rows.map(sumsFromRow);
  }
}
