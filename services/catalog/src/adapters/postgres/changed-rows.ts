/**
 * A batch's changes as rows, ready for set-based statements: which rows its events touched, each
 * once, with the state after the whole batch.
 */
import type { CatalogEvent } from '../../app/catalog-event';
import type { CatalogChanges, Tenant } from '../../app/ports';
import type { TenantCatalog } from '../../app/tenant-catalog';
import type { AssetEvent } from '../../domain/asset';
import type { Customer, Subscription } from '../../domain/customer';
import type { CustomerEvent } from '../../domain/customer-messages';
import { linesByEventType } from '../../domain/price';
import type { ProductEvent } from '../../domain/product-messages';
import { pricesToText } from './catalog-rows.codec';

type Row = Readonly<Record<string, unknown>>;

/** Rows by key; a row put again replaces the one before. */
class Rows extends Map<string, Row> {
  put(key: readonly (string | number)[], row: Row): void {
    this.set(key.join(' '), row);
  }
}

export class ChangedRows {
  readonly customers = new Rows();
  readonly subscriptions = new Rows();
  readonly subscriptionProducts = new Rows();
  readonly products = new Rows();
  readonly newVersions = new Rows();
  readonly versionStatuses = new Rows();
  readonly assets = new Rows();
  readonly rates = new Rows();

  /** `positions`: where each event's fact stands in the log. */
  constructor({ events, catalogOf }: CatalogChanges, positions: readonly number[]) {
    events.forEach(({ tenant, event }, index) => {
      this.add(catalogOf(tenant), event, positions[index] ?? 0);
    });
  }

  private add(catalog: TenantCatalog, event: CatalogEvent, position: number): void {
    if ('customerId' in event) this.addCustomer(catalog, event, position);
    else if ('productId' in event) this.addProduct(catalog, event);
    else this.addAsset(catalog.tenant, event);
  }

  private addCustomer(catalog: TenantCatalog, event: CustomerEvent, position: number): void {
    const { platform, mode } = catalog.tenant;
    const found = existing(catalog.customer({ customerId: event.customerId }));
    this.customers.put([mode, platform, found.id], {
      platform,
      mode,
      customer_id: found.id,
      external_id: found.externalId ?? null,
      created_at: found.createdAt,
      identified: found.identified,
      position,
    });
    if (!('subscriptionId' in event)) return;
    const subscription = existing(found.subscriptions.get(event.subscriptionId));
    this.addSubscription(catalog.tenant, found, subscription);
  }

  private addSubscription({ platform, mode }: Tenant, owner: Customer, of: Subscription): void {
    this.subscriptions.put([mode, platform, of.id], {
      platform,
      mode,
      subscription_id: of.id,
      customer_id: owner.id,
      active: of.active,
      starts_at: of.startsAt ?? null,
      acts_from: of.actsFrom ?? null,
      renews_at: of.renewsAt ?? null,
      created_at: of.createdAt,
    });
    [...of.products.values()].forEach(({ productId, version }, place) => {
      this.subscriptionProducts.put([mode, platform, of.id, productId], {
        platform,
        mode,
        subscription_id: of.id,
        product_id: productId,
        place,
        version,
      });
    });
  }

  private addProduct(catalog: TenantCatalog, event: ProductEvent): void {
    const { platform, mode } = catalog.tenant;
    const found = existing(catalog.product({ id: event.productId }));
    this.products.put([mode, platform, found.id], {
      platform,
      mode,
      product_id: found.id,
      code: found.code,
      name: found.name,
      description: found.description ?? null,
      archived: found.archived,
      default_version: found.defaultVersion ?? null,
      created_at: found.createdAt,
    });
    for (const version of versionsTouched(event, [...found.versions.keys()])) {
      const { status, createdAt } = existing(found.versions.get(version));
      const key = [mode, platform, found.id, version];
      const row = { platform, mode, product_id: found.id, version, status };
      if (event.type !== 'ProductVersionDrafted') this.versionStatuses.put(key, row);
      else
        this.newVersions.put(key, {
          ...row,
          created_at: createdAt,
          prices: pricesToText(event.prices),
          lines: [...linesByEventType(event.prices)],
          price_ids: event.prices.map(({ id }) => id),
        });
    }
  }

  private addAsset({ platform, mode }: Tenant, event: AssetEvent): void {
    const { code, at } = event;
    if (event.type === 'AssetCreated') {
      const { name, precision, symbol = null, label = null } = event;
      const row = { platform, mode, code, name, precision, symbol, label, created_at: at };
      return this.assets.put([mode, platform, code], row);
    }
    const { source, validFrom, validTo, rate, inverseRate } = event.rate;
    this.rates.put([mode, platform, code, source, validFrom], {
      platform,
      mode,
      asset: code,
      source,
      valid_from: validFrom,
      valid_to: validTo ?? null,
      rate: rate ?? null,
      inverse_rate: inverseRate ?? null,
    });
  }
}

function versionsTouched(event: ProductEvent, all: readonly number[]): readonly number[] {
  if (event.type === 'ProductArchived') return all;
  return 'version' in event ? [event.version] : [];
}

function existing<Found>(found: Found | undefined): Found {
  if (found === undefined) throw new Error('an event of something that does not exist');
  return found;
}
