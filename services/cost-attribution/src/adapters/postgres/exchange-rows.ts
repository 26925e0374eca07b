/**
 * The rates of custom assets in PostgreSQL, read as of a head of the catalog.
 *
 * Rows are only added and carry their position. What was read at one head stays in memory until a
 * batch comes with another.
 */
import type { AssetRateSet } from '@kontor/contracts';
import type { DeliveredFact } from '@kontor/event-log';
import { type DatedRate, decimal, type RateSchedule, scheduleOf } from '@kontor/money';
import type { Queryable, Transaction } from '@kontor/postgres';
import { type Tenant, tenantKey } from '../../app/ports';
import type { Exchange } from '../../domain/attribute-costs';

const SELECT_RATES = `
  SELECT r.platform, r.mode, r.asset, r.rate, r.inverse_rate, r.valid_from, r.valid_to
  FROM unnest($1::text[], $2::text[]) AS wanted (platform, mode)
  JOIN asset_rate r USING (platform, mode)
  WHERE r.source = $3 AND r.position <= $4
  ORDER BY r.position, r.index`;

interface RateRow {
  readonly platform: string;
  readonly mode: string;
  readonly asset: string;
  readonly rate: string | null;
  readonly inverse_rate: string | null;
  readonly valid_from: string;
  readonly valid_to: string | null;
}

export class ExchangeRows {
  private memory = { head: 0, exchanges: new Map<string, Exchange>() };

  constructor(
    private readonly database: Queryable,
    private readonly reportingCurrency: string,
  ) {}

  async at(head: number, tenants: readonly Tenant[]): Promise<ReadonlyMap<string, Exchange>> {
    if (this.memory.head !== head) this.memory = { head, exchanges: new Map() };
    const { exchanges } = this.memory;
    const distinct = new Map(tenants.map((tenant) => [tenantKey(tenant), tenant]));
    const missing = [...distinct].filter(([key]) => !exchanges.has(key)).map(([, one]) => one);
    if (missing.length === 0) return exchanges;
    const rows = await this.database.query<RateRow>(
      SELECT_RATES,
      [
        missing.map(({ platform }) => platform),
        missing.map(({ mode }) => mode),
        this.reportingCurrency,
        head,
      ],
      { name: 'cost_asset_rates' },
    );
    for (const tenant of missing) {
      const own = rows.filter((row) => tenantKey(row) === tenantKey(tenant));
      exchanges.set(tenantKey(tenant), {
        reportingCurrency: this.reportingCurrency,
        rates: schedulesOf(own),
      });
    }
    return exchanges;
  }
}

/** Adds the batch's rates to the view. */
export async function addRates(
  tx: Transaction,
  rates: readonly DeliveredFact<AssetRateSet>[],
): Promise<void> {
  if (rates.length === 0) return;
  await tx.query(
    `INSERT INTO asset_rate (platform, mode, source, asset, position, index,
                             rate, inverse_rate, valid_from, valid_to)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::int[],
                          $7::numeric[], $8::numeric[], $9::timestamptz[], $10::timestamptz[])`,
    [
      rates.map(({ fact }) => fact.platform),
      rates.map(({ fact }) => fact.mode),
      rates.map(({ fact }) => fact.source),
      rates.map(({ fact }) => fact.asset),
      rates.map(({ position }) => position),
      rates.map(({ index }) => index),
      rates.map(({ fact }) => fact.rate),
      rates.map(({ fact }) => fact.inverseRate),
      rates.map(({ fact }) => fact.validFrom),
      rates.map(({ fact }) => fact.validTo ?? null),
    ],
  );
}

function schedulesOf(rows: readonly RateRow[]): ReadonlyMap<string, RateSchedule> {
  const published = new Map<string, DatedRate[]>();
  for (const row of rows) {
    const rates = published.get(row.asset) ?? [];
    rates.push({
      rate: row.rate === null ? null : decimal(row.rate),
      inverseRate: row.inverse_rate === null ? null : decimal(row.inverse_rate),
      validFrom: row.valid_from,
      validTo: row.valid_to,
    });
    published.set(row.asset, rates);
  }
  return new Map([...published].map(([asset, rates]) => [asset, scheduleOf(rates)]));
}
