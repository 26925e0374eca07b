import type { Queryable } from '@kontor/postgres';
import type {
  PageOf,
  PageRequest,
  ProductDetails,
  ProductReads,
  ProductSummary,
  SubscriberView,
  Tenant,
  VersionDetails,
} from '../../app/ports';
import type { Instant } from '../../domain/instant';
import type { VersionStatus } from '../../domain/product';
import type { VersionChoice } from '../../domain/product-messages';
import { pricesFromText } from './catalog-rows.codec';
import { Conditions, mapPage, readPage } from './paging';

interface ProductRow {
  readonly product_id: string;
  readonly code: string;
  readonly name: string;
  readonly description: string | null;
  readonly default_version: number | null;
  readonly created_at: string;
}

interface VersionRow {
  readonly version: number;
  readonly status: VersionStatus;
  readonly version_created_at: string;
  readonly prices: string;
}

interface SubscriberRow {
  readonly customer_id: string;
  readonly external_id: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly subscription_id: string;
  readonly active: boolean;
  readonly started_at: string;
  readonly renews_at: string | null;
  readonly version: number;
}

export class PostgresProductReads implements ProductReads {
  constructor(
    private readonly database: Queryable,
    private readonly now: () => Instant,
  ) {}

  async list(
    { platform, mode }: Tenant,
    { code }: { readonly code?: string | undefined },
    page: PageRequest,
  ): Promise<PageOf<ProductSummary>> {
    const where = new Conditions()
      .add('platform = ?', platform)
      .add('mode = ?', mode)
      .add('archived = ?', false)
      .addIf('code = ?', code);
    const found = await readPage<ProductRow>(
      this.database,
      {
        columns: 'product_id, code, name, description, default_version, created_at',
        from: 'product',
        where,
        key: 'product_id',
        order: 'DESC',
      },
      page,
    );
    return mapPage(found, toSummary);
  }

  async find(tenant: Tenant, id: string): Promise<ProductDetails | undefined> {
    const [product] = await this.productRows(tenant, id);
    if (!product) return undefined;
    const versions = await this.versionRows(tenant, id);
    const standing = versions.find(({ version }) => version === product.default_version);
    return {
      ...toSummary(product),
      description: product.description ?? undefined,
      defaultVersion: standing
        ? { version: standing.version, prices: await this.prices(tenant, id, standing.version) }
        : null,
      versions: versions.map(({ version, status, version_created_at: createdAt }) => ({
        version,
        status,
        createdAt,
      })),
    };
  }

  async findVersion(
    tenant: Tenant,
    id: string,
    choice: VersionChoice,
  ): Promise<VersionDetails | undefined> {
    const { platform, mode } = tenant;
    const [row] = await this.database.query<ProductRow & VersionRow>(
      `SELECT p.product_id, p.code, p.name, p.description, p.default_version, p.created_at,
              v.version, v.status, v.created_at AS version_created_at, v.prices
       FROM product p JOIN product_version v
         ON v.platform = p.platform AND v.mode = p.mode AND v.product_id = p.product_id
       WHERE p.platform = $1 AND p.mode = $2 AND p.product_id = $3
         AND v.version = COALESCE($4::int, p.default_version)`,
      [platform, mode, id, choice === 'default' ? null : choice],
      { name: 'catalog product version' },
    );
    return (
      row && {
        product: { ...toSummary(row), description: row.description ?? undefined },
        version: row.version,
        status: row.status,
        isDefault: row.version === row.default_version,
        createdAt: row.version_created_at,
        prices: pricesFromText(row.prices),
      }
    );
  }

  async subscribers(
    tenant: Tenant,
    id: string,
    page: PageRequest,
  ): Promise<PageOf<SubscriberView> | undefined> {
    const [product] = await this.productRows(tenant, id);
    if (!product) return undefined;
    const where = new Conditions()
      .add('i.platform = ?', tenant.platform)
      .add('i.mode = ?', tenant.mode)
      .add('i.product_id = ?', id);
    const found = await readPage<SubscriberRow>(
      this.database,
      {
        columns: `c.customer_id, c.external_id, p.name, p.email, s.subscription_id, s.active,
          s.started_at, s.renews_at, i.version`,
        from: `subscription_product i
          JOIN subscription s USING (platform, mode, subscription_id)
          JOIN customer c USING (platform, mode, customer_id)
          LEFT JOIN customer_personal_data p USING (platform, mode, customer_id)`,
        where,
        key: 'i.subscription_id',
        order: 'DESC',
      },
      page,
    );
    const now = this.now();
    return mapPage(found, (row) => toSubscriber(row, now));
  }

  private productRows({ platform, mode }: Tenant, id: string): Promise<ProductRow[]> {
    return this.database.query<ProductRow>(
      `SELECT product_id, code, name, description, default_version, created_at
       FROM product WHERE platform = $1 AND mode = $2 AND product_id = $3`,
      [platform, mode, id],
      { name: 'catalog product' },
    );
  }

  private versionRows(
    { platform, mode }: Tenant,
    id: string,
  ): Promise<Omit<VersionRow, 'prices'>[]> {
    return this.database.query<Omit<VersionRow, 'prices'>>(
      `SELECT version, status, created_at AS version_created_at FROM product_version
       WHERE platform = $1 AND mode = $2 AND product_id = $3 ORDER BY version DESC`,
      [platform, mode, id],
      { name: 'catalog product versions' },
    );
  }

  private async prices(
    { platform, mode }: Tenant,
    id: string,
    version: number,
  ): Promise<ReturnType<typeof pricesFromText>> {
    const [row] = await this.database.query<{ prices: string }>(
      `SELECT prices FROM product_version
       WHERE platform = $1 AND mode = $2 AND product_id = $3 AND version = $4`,
      [platform, mode, id, version],
      { name: 'catalog prices' },
    );
    return pricesFromText(row?.prices ?? '[]');
  }
}

const toSummary = (row: ProductRow): ProductSummary => ({
  id: row.product_id,
  code: row.code,
  name: row.name,
  createdAt: row.created_at,
});

const toSubscriber = (row: SubscriberRow, now: Instant): SubscriberView => ({
  customerId: row.customer_id,
  customerName: row.name,
  externalId: row.external_id,
  email: row.email,
  subscriptionId: row.subscription_id,
  status: !row.active ? 'inactive' : row.started_at > now ? 'scheduled' : 'active',
  startedAt: row.started_at,
  renewsAt: row.renews_at ?? undefined,
  version: row.version,
});
