/**
 * Rating's copy of the catalog in PostgreSQL, read as of a head.
 *
 * Rows are only added and carry their position, so several statements at one head agree with each
 * other, whatever is added meanwhile. Product versions never change and stay in memory; what
 * depends on the head stays until a batch comes with another head.
 *
 * Limits: VERSION_BYTES_MAX of price lists and CUSTOMERS_MAX histories are kept; beyond that the
 *         memory is emptied and filled again.
 */
import type { AssetRateSet, Price } from '@kontor/contracts';
import { decimal, scheduleOf, type DatedRate, type RateSchedule } from '@kontor/money';
import type { Queryable } from '@kontor/postgres';
import {
  type CustomerKey,
  type PriceBooks,
  type ProductVersions,
  type Tenant,
  tenantKey,
  type VersionQuery,
  VersionUnknown,
} from '../../app/ports';
import {
  heldAt,
  historyOf,
  type HeldVersion,
  type SubscriptionChange,
  type SubscriptionHistory,
  versionsOf,
} from '../../domain/price-book';
import { compileVersion, type CompiledVersion } from '../../domain/price-list';
import type { Exchange } from '../../domain/rate-usage';

/** Text of price lists; a compiled one takes a few times as much. */
const VERSION_BYTES_MAX = 16 * 1024 * 1024;
const CUSTOMERS_MAX = 50_000;

const customerKey = (customer: CustomerKey): string =>
  `${tenantKey(customer)} ${customer.customerId}`;
const versionKey = (tenant: Tenant, { productId, version }: HeldVersion): string =>
  `${tenantKey(tenant)} ${productId} ${version}`;

/** What was read at one head. */
interface AtHead {
  readonly head: number;
  readonly histories: Map<string, SubscriptionHistory>;
  readonly exchanges: Map<string, Exchange>;
}

export class CatalogRows implements ProductVersions {
  private memory: AtHead = { head: 0, histories: new Map(), exchanges: new Map() };
  private readonly versions = new Map<string, CompiledVersion>();
  private versionBytes = 0;

  constructor(
    private readonly database: Queryable,
    private readonly reportingCurrency: string,
  ) {}

  async booksAt(head: number, customers: readonly CustomerKey[]): Promise<PriceBooks> {
    const known = this.memoryAt(head);
    const distinct = new Map(customers.map((customer) => [customerKey(customer), customer]));
    const tenants = new Map(customers.map((customer) => [tenantKey(customer), customer]));
    await this.loadHistories(known, missing(distinct, known.histories));
    await this.loadExchanges(known, missing(tenants, known.exchanges));
    const versions = await this.versionsFor(known, distinct);
    const historyOfOne = (one: CustomerKey) => known.histories.get(customerKey(one)) ?? [];
    const compiled = (one: CustomerKey) => (held: HeldVersion) =>
      present(versions.get(versionKey(one, held)), held);
    return {
      held: (customer, at) => heldAt(historyOfOne(customer), at).map(compiled(customer)),
      everHeld: (customer) => [...versionsOf(historyOfOne(customer))].map(compiled(customer)),
      exchange: (tenant) =>
        known.exchanges.get(tenantKey(tenant)) ?? {
          reportingCurrency: this.reportingCurrency,
          rates: new Map(),
        },
    };
  }

  async find(query: VersionQuery): Promise<CompiledVersion | undefined> {
    const version = query.version === 'default' ? await this.defaultVersion(query) : query.version;
    if (version === undefined) return undefined;
    const wanted = { productId: query.productId, version };
    const key = versionKey(query, wanted);
    const found = await this.versionsOf(new Map([[key, { ...query, ...wanted }]]));
    return found.get(key);
  }

  private memoryAt(head: number): AtHead {
    if (this.memory.head !== head || this.memory.histories.size > CUSTOMERS_MAX)
      this.memory = { head, histories: new Map(), exchanges: new Map() };
    return this.memory;
  }

  private async loadHistories(known: AtHead, wanted: readonly CustomerKey[]): Promise<void> {
    if (wanted.length === 0) return;
    const rows = await this.database.query<ChangeRow>(
      SELECT_CHANGES,
      [
        wanted.map(({ platform }) => platform),
        wanted.map(({ mode }) => mode),
        wanted.map(({ customerId }) => customerId),
        known.head,
      ],
      { name: 'rating_subscription_changes' },
    );
    const changes = new Map<string, SubscriptionChange[]>();
    for (const customer of wanted) changes.set(customerKey(customer), []);
    for (const row of rows) changes.get(customerKey(customerOf(row)))?.push(changeOf(row));
    for (const [key, list] of changes) known.histories.set(key, historyOf(list));
  }

  private async loadExchanges(known: AtHead, wanted: readonly Tenant[]): Promise<void> {
    if (wanted.length === 0) return;
    const rows = await this.database.query<RateRow>(
      SELECT_RATES,
      [
        wanted.map(({ platform }) => platform),
        wanted.map(({ mode }) => mode),
        this.reportingCurrency,
        known.head,
      ],
      { name: 'rating_asset_rates' },
    );
    for (const tenant of wanted) {
      const own = rows.filter((row) => tenantKey(row) === tenantKey(tenant));
      const rates = schedulesOf(own);
      known.exchanges.set(tenantKey(tenant), {
        reportingCurrency: this.reportingCurrency,
        rates,
      });
    }
  }

  private versionsFor(
    known: AtHead,
    customers: ReadonlyMap<string, CustomerKey>,
  ): Promise<ReadonlyMap<string, CompiledVersion>> {
    const wanted = new Map<string, Tenant & HeldVersion>();
    for (const [key, { platform, mode }] of customers)
      for (const held of versionsOf(known.histories.get(key) ?? [])) {
        const one = { platform, mode, ...held };
        wanted.set(versionKey(one, one), one);
      }
    return this.versionsOf(wanted);
  }

  private async versionsOf(
    wanted: ReadonlyMap<string, Tenant & HeldVersion>,
  ): Promise<ReadonlyMap<string, CompiledVersion>> {
    const found = new Map<string, CompiledVersion>();
    for (const key of wanted.keys()) {
      const known = this.versions.get(key);
      if (known) found.set(key, known);
    }
    const rest = missing(wanted, found);
    if (rest.length === 0) return found;
    const rows = await this.database.query<VersionRow>(
      SELECT_VERSIONS,
      [
        rest.map(({ platform }) => platform),
        rest.map(({ mode }) => mode),
        rest.map(({ productId }) => productId),
        rest.map(({ version }) => version),
      ],
      { name: 'rating_product_versions' },
    );
    for (const row of rows) {
      const version = { productId: row.product_id, version: row.version };
      const key = versionKey(row, version);
      const compiled = compileVersion({ ...version, code: row.code, prices: row.prices });
      this.keep(key, compiled, row.bytes);
      found.set(key, compiled);
    }
    return found;
  }

  private keep(key: string, version: CompiledVersion, bytes: number): void {
    if (this.versionBytes + bytes > VERSION_BYTES_MAX) {
      this.versions.clear();
      this.versionBytes = 0;
    }
    this.versions.set(key, version);
    this.versionBytes += bytes;
  }

  private async defaultVersion({
    platform,
    mode,
    productId,
  }: VersionQuery): Promise<number | undefined> {
    const [row] = await this.database.query<{ version: number }>(
      SELECT_DEFAULT,
      [platform, mode, productId],
      { name: 'rating_default_version' },
    );
    return row?.version;
  }
}

interface TenantRow {
  readonly platform: string;
  readonly mode: string;
}

/** The newest choice, unless it was archived: then there is none, and no older one comes back. */
const SELECT_DEFAULT = `
  SELECT chosen.version
  FROM (SELECT platform, mode, product_id, version FROM product_default
        WHERE platform = $1 AND mode = $2 AND product_id = $3
        ORDER BY position DESC, index DESC LIMIT 1) chosen
  WHERE NOT EXISTS (
    SELECT 1 FROM product_archival archived
    WHERE (archived.platform, archived.mode, archived.product_id)
        = (chosen.platform, chosen.mode, chosen.product_id)
      AND coalesce(archived.version, chosen.version) = chosen.version)`;

const SELECT_CHANGES = `
  SELECT c.platform, c.mode, c.customer_id, c.position, c.index, c.change
  FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (platform, mode, customer_id)
  JOIN subscription_change c USING (platform, mode, customer_id)
  WHERE c.position <= $4`;
interface ChangeRow extends TenantRow {
  readonly customer_id: string;
  readonly position: string;
  readonly index: number;
  readonly change: StoredChange;
}
/** How a change is kept: the domain's, without its place in the log. */
export type StoredChange = SubscriptionChange extends infer Change
  ? Change extends SubscriptionChange
    ? Omit<Change, 'position' | 'index'>
    : never
  : never;

const customerOf = (row: ChangeRow): CustomerKey => ({
  platform: row.platform,
  mode: row.mode,
  customerId: row.customer_id,
});
const changeOf = (row: ChangeRow): SubscriptionChange => ({
  ...row.change,
  position: Number(row.position),
  index: row.index,
});

const SELECT_RATES = `
  SELECT r.platform, r.mode, r.asset, r.rate, r.inverse_rate, r.valid_from, r.valid_to
  FROM unnest($1::text[], $2::text[]) AS wanted (platform, mode)
  JOIN asset_rate r USING (platform, mode)
  WHERE r.source = $3 AND r.position <= $4
  ORDER BY r.position, r.index`;
interface RateRow extends TenantRow {
  readonly asset: string;
  readonly rate: AssetRateSet['rate'];
  readonly inverse_rate: AssetRateSet['inverseRate'];
  readonly valid_from: string;
  readonly valid_to: string | null;
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

const SELECT_VERSIONS = `
  SELECT v.platform, v.mode, v.product_id, v.version, v.code, v.prices,
         octet_length(v.prices::text) AS bytes
  FROM unnest($1::text[], $2::text[], $3::text[], $4::int[])
       AS wanted (platform, mode, product_id, version)
  JOIN product_version v USING (platform, mode, product_id, version)`;
interface VersionRow extends TenantRow {
  readonly product_id: string;
  readonly version: number;
  readonly code: string;
  readonly prices: Price[];
  readonly bytes: number;
}

const missing = <Value>(
  wanted: ReadonlyMap<string, Value>,
  known: ReadonlyMap<string, unknown>,
): Value[] => [...wanted].filter(([key]) => !known.has(key)).map(([, value]) => value);

function present(version: CompiledVersion | undefined, held: HeldVersion): CompiledVersion {
  if (!version) throw new VersionUnknown(held.productId, held.version);
  return version;
}
