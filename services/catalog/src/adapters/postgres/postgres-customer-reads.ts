import type { Queryable } from '@kontor/postgres';
import type {
  CustomerDetails,
  CustomerFilter,
  CustomerName,
  CustomerReads,
  CustomerSummary,
  PageOf,
  PageRequest,
  Tenant,
} from '../../app/ports';
import { subscriptionView } from '../../app/subscription-use-cases';
import type { SubscriptionStatus } from '../../domain/customer';
import type { Instant } from '../../domain/instant';
import { loadCustomers } from './load-catalog';
import { Conditions, mapPage, readPage } from './paging';
import { searchKey } from './save-catalog';

interface SummaryRow {
  readonly customer_id: string;
  readonly external_id: string | null;
  readonly created_at: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly active_count: string;
}

const PERSONAL = `LEFT JOIN customer_personal_data p
  ON p.platform = c.platform AND p.mode = c.mode AND p.customer_id = c.customer_id`;

const SUBSCRIPTIONS_OF = `FROM subscription s
  WHERE s.platform = c.platform AND s.mode = c.mode AND s.customer_id = c.customer_id AND s.active`;

/** What a customer with this status has, or has not. */
const WITH_STATUS: Readonly<Record<SubscriptionStatus, string>> = {
  active: `EXISTS (SELECT ${SUBSCRIPTIONS_OF} AND s.started_at <= ?)`,
  scheduled: `EXISTS (SELECT ${SUBSCRIPTIONS_OF} AND s.started_at > ?)`,
  inactive: `NOT EXISTS (SELECT ${SUBSCRIPTIONS_OF} AND s.started_at <= ?)`,
};

export class PostgresCustomerReads implements CustomerReads {
  constructor(
    private readonly database: Queryable,
    private readonly now: () => Instant,
  ) {}

  async list(
    { platform, mode }: Tenant,
    filter: CustomerFilter,
    page: PageRequest,
  ): Promise<PageOf<CustomerSummary>> {
    const { customer, externalIds = [], email, name, status } = filter;
    const where = new Conditions().add('c.platform = ?', platform).add('c.mode = ?', mode);
    if (customer && 'customerId' in customer) where.add('c.customer_id = ?', customer.customerId);
    if (customer && 'externalId' in customer) where.add('c.external_id = ?', customer.externalId);
    for (const externalId of externalIds) where.addIf('c.external_id = ?', externalId);
    where
      .addIf('p.email_key = ?', email === undefined ? undefined : searchKey(email))
      .addIf('p.name_key = ?', name === undefined ? undefined : searchKey(name));
    if (status) where.add(WITH_STATUS[status].replace('?', '?::timestamptz'), this.now());
    const found = await readPage<Omit<SummaryRow, 'active_count'>>(
      this.database,
      {
        columns: 'c.customer_id, c.external_id, c.created_at, p.name, p.email',
        from: `customer c ${PERSONAL}`,
        where,
        key: 'c.customer_id',
        order: 'DESC',
      },
      page,
    );
    const counts = await this.activeCounts(
      { platform, mode },
      found.items.map((row) => row.customer_id),
    );
    return mapPage(found, (row) =>
      toSummary({ ...row, active_count: counts.get(row.customer_id) ?? '0' }),
    );
  }

  async find(tenant: Tenant, name: CustomerName): Promise<CustomerDetails | undefined> {
    const [found] = await loadCustomers(this.database, tenant, [name]);
    if (!found) return undefined;
    const { platform, mode } = tenant;
    const [personal] = await this.database.query<{
      name: string | null;
      email: string | null;
      metadata: object | null;
    }>(
      `SELECT name, email, metadata FROM customer_personal_data
       WHERE platform = $1 AND mode = $2 AND customer_id = $3`,
      [platform, mode, found.id],
      { name: 'catalog personal data' },
    );
    const now = this.now();
    const subscriptions = [...found.subscriptions.values()].map((one) =>
      subscriptionView(one, now),
    );
    return {
      id: found.id,
      externalId: found.externalId ?? null,
      createdAt: found.createdAt,
      name: personal?.name ?? null,
      email: personal?.email ?? null,
      metadata: personal?.metadata ?? null,
      activeSubscriptionCount: subscriptions.filter(({ status }) => status === 'active').length,
      subscriptions: subscriptions.reverse(),
    };
  }

  private async activeCounts(
    { platform, mode }: Tenant,
    ids: readonly string[],
  ): Promise<Map<string, string>> {
    const rows = await this.database.query<{ customer_id: string; count: string }>(
      `SELECT customer_id, count(*) AS count FROM subscription
       WHERE platform = $1 AND mode = $2 AND customer_id = ANY ($3::text[])
         AND active AND started_at <= $4::timestamptz
       GROUP BY customer_id`,
      [platform, mode, ids, this.now()],
      { name: 'catalog active subscriptions' },
    );
    return new Map(rows.map((row) => [row.customer_id, row.count]));
  }
}

const toSummary = (row: SummaryRow): CustomerSummary => ({
  id: row.customer_id,
  externalId: row.external_id,
  name: row.name,
  email: row.email,
  createdAt: row.created_at,
  activeSubscriptionCount: Number(row.active_count),
});
