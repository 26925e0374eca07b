/** Between requests and stats: what exists, how it is called, sums as profitability. */
import type { Tenant } from '@kontor/contracts';
import { CustomerDirectory, type InternalCalls, notFound, type Period } from '@kontor/service-host';
import type { StatsOrder, StatsReads } from '../../app/ports';
import type { SubjectSharing } from '../../app/subject-sharing';
import { profitabilityOf } from '../../domain/margin';
import { customerOf } from './customer-filter';
import { customerItemDto, customerStatsDto, statsDto, vendorDto } from './stats.mapping';

/** Costs of subjects that wait to be shared are shared before a product is read, for so long. */
const SHARING_WAIT_MS = 2_000;

interface CustomersQuery {
  readonly order: StatsOrder;
  readonly limit: number;
  readonly offset: number;
}

interface SubjectQuery {
  readonly customer_id?: string | undefined;
  readonly customer_external_id?: string | undefined;
}

export class StatsDesk {
  private readonly directory: CustomerDirectory;

  constructor(
    private readonly internal: InternalCalls,
    private readonly parts: { readonly reads: StatsReads; readonly sharing: SubjectSharing },
    private readonly reportingCurrency: string,
  ) {
    this.directory = new CustomerDirectory(internal);
  }

  async customer(tenant: Tenant, idOrExternal: string, period: Period) {
    const { customerId } = await this.directory.resolve(tenant, idOrExternal);
    const sums = await this.parts.reads.customer(tenant, customerId, period);
    return { id: customerId, ...customerStatsDto(profitabilityOf(sums, this.reportingCurrency)) };
  }

  async customers(tenant: Tenant, query: CustomersQuery, period: Period) {
    const { items, totalCount, summary } = await this.parts.reads.customers(tenant, period, query);
    const names = await this.namesOf(
      tenant,
      items.map(({ customerId }) => customerId),
    );
    return {
      summary: statsDto(profitabilityOf(summary, this.reportingCurrency)),
      period_from: period.sentFrom,
      period_to: period.sentTo,
      items: items.map((item) =>
        customerItemDto(item, names.get(item.customerId), this.reportingCurrency),
      ),
      total_count: totalCount,
      limit: query.limit,
      offset: query.offset,
    };
  }

  async product(tenant: Tenant, productId: string, period: Period) {
    const { productIds } = await this.internal.call('catalog.find-products', tenant, {
      productIds: [productId],
    });
    if (!productIds.includes(productId)) throw notFound('product');
    await this.parts.sharing.settle(tenant, SHARING_WAIT_MS);
    const sums = await this.parts.reads.product(tenant, productId, period);
    return { id: productId, ...statsDto(profitabilityOf(sums, this.reportingCurrency)) };
  }

  async vendor(tenant: Tenant, vendorId: string, period: Period, category?: string) {
    const { vendors } = await this.internal.call('cost-attribution.resolve-vendors', tenant, {
      vendorIds: [vendorId],
      externalIds: [],
    });
    if (!vendors.some((vendor) => vendor.vendorId === vendorId)) throw notFound('vendor');
    const lines = await this.parts.reads.vendor(tenant, vendorId, period);
    const asked = lines.filter((line) => category === undefined || line.category === category);
    return vendorDto(vendorId, asked, this.reportingCurrency);
  }

  async subject(tenant: Tenant, subject: string, query: SubjectQuery, period: Period) {
    const customerId = await customerOf(this.directory, tenant, query);
    if (customerId === null) throw notFound('subject');
    const at = { subject, ...(customerId !== undefined && { customerId }) };
    const sums = await this.parts.reads.subject(tenant, at, period);
    if (!sums) throw notFound('subject');
    return { subject, ...statsDto(profitabilityOf(sums, this.reportingCurrency)) };
  }

  private async namesOf(tenant: Tenant, customerIds: readonly string[]) {
    if (customerIds.length === 0) return new Map<string, never>();
    const { customers } = await this.internal.call('catalog.describe-customers', tenant, {
      customerIds: [...customerIds],
    });
    return new Map(customers.map((customer) => [customer.customerId, customer]));
  }
}
