/**
 * What happened in the catalog, as the facts that everyone reads. Never the same type: rules change
 * their words, facts do not.
 *
 * Personal data: an event has none, and a fact could not carry any (schemas/events/catalog.v1.yaml).
 */
import type { CatalogV1, Price as PriceOnWire, PriceBlock } from '@kontor/contracts';
import { unreachable } from '@kontor/event-sourcing';
import type { CatalogEvent } from '../../app/catalog-event';
import type { Tenant } from '../../app/ports';
import type { AssetEvent } from '../../domain/asset';
import type { CustomerEvent } from '../../domain/customer-messages';
import { dimensionText } from '../../domain/dimensions';
import type { Price, PriceRow } from '../../domain/price';
import type { ProductEvent } from '../../domain/product-messages';
import { defined } from '../defined';

export function toFact({ platform, mode }: Tenant, event: CatalogEvent): CatalogV1 {
  const header = { platform, mode, key: platform };
  if ('customerId' in event) return toCustomerFact(header, event);
  return 'productId' in event ? toProductFact(header, event) : toAssetFact(header, event);
}

interface Header extends Tenant {
  readonly key: string;
}

function toCustomerFact(header: Header, event: CustomerEvent): CatalogV1 {
  const { customerId, at } = event;
  switch (event.type) {
    case 'CustomerCreated': {
      const { externalId } = event;
      const type = 'catalog.customer-created';
      return { type, ...header, customerId, ...defined({ externalId }), createdAt: at };
    }
    case 'CustomerExternalIdAssigned': {
      const { externalId } = event;
      return {
        type: 'catalog.customer-external-id-assigned',
        ...header,
        customerId,
        externalId,
        at,
      };
    }
    case 'CustomerDetailsChanged':
      return { type: 'catalog.customer-details-changed', ...header, customerId, at };
    case 'CustomerPersonalDataErased':
      return { type: 'catalog.customer-personal-data-erased', ...header, customerId, at };
    default:
      return toSubscriptionFact(header, event);
  }
}

function toSubscriptionFact(
  header: Header,
  event: Extract<CustomerEvent, { readonly subscriptionId: string }>,
): CatalogV1 {
  const { customerId, subscriptionId, at } = event;
  const about = { ...header, customerId, subscriptionId };
  switch (event.type) {
    case 'SubscriptionCreated': {
      const { actsFrom, startsAt, renewsAt } = event;
      return {
        type: 'catalog.subscription-created',
        ...about,
        products: nonEmpty(
          event.products.map(({ productId, code, version }) => ({ productId, code, version })),
        ),
        actsFrom: actsFrom ?? null,
        ...defined({ startsAt, renewsAt }),
        createdAt: at,
      };
    }
    case 'SubscriptionActivated':
      return { type: 'catalog.subscription-activated', ...about, at };
    case 'SubscriptionDeactivated':
      return { type: 'catalog.subscription-deactivated', ...about, at };
    case 'SubscriptionVersionChanged': {
      const { productId, version } = event.product;
      return { type: 'catalog.subscription-version-changed', ...about, productId, version, at };
    }
    default:
      return unreachable(event);
  }
}

function toProductFact(header: Header, event: ProductEvent): CatalogV1 {
  const { productId, at } = event;
  const about = { ...header, productId };
  switch (event.type) {
    case 'ProductCreated': {
      const { code, name, description } = event;
      const type = 'catalog.product-created';
      return { type, ...about, code, name, ...defined({ description }), createdAt: at };
    }
    case 'ProductVersionDrafted': {
      const { code, version } = event;
      const prices = nonEmpty(event.prices.map(toWirePrice));
      const type = 'catalog.product-version-drafted';
      return { type, ...about, code, version, prices, createdAt: at };
    }
    case 'ProductVersionPublished':
      return { type: 'catalog.product-version-published', ...about, version: event.version, at };
    case 'ProductDefaultChanged':
      return { type: 'catalog.product-default-changed', ...about, version: event.version, at };
    case 'ProductVersionArchived':
      return { type: 'catalog.product-version-archived', ...about, version: event.version, at };
    case 'ProductArchived':
      return { type: 'catalog.product-archived', ...about, at };
    default:
      return unreachable(event);
  }
}

function toAssetFact(header: Header, event: AssetEvent): CatalogV1 {
  if (event.type === 'AssetCreated') {
    const { code, name, precision, symbol, label, at: createdAt } = event;
    const asset = { code, name, precision, ...defined({ symbol, label }), createdAt };
    return { type: 'catalog.asset-created', ...header, ...asset };
  }
  const { rate, inverseRate, source, validFrom, validTo } = event.rate;
  return {
    type: 'catalog.asset-rate-set',
    ...header,
    asset: event.code,
    source,
    rate: rate ?? null,
    inverseRate: inverseRate ?? null,
    validFrom,
    ...defined({ validTo }),
    at: event.at,
  };
}

function toWirePrice({ id, name, usage, pricing }: Price): PriceOnWire {
  const { eventType, usageType, volumeField, sourceReferenceField, billableDimensions } = usage;
  return {
    priceId: id,
    name,
    eventType,
    usageType,
    ...defined({ volumeField, sourceReferenceField }),
    billableDimensions: [...(billableDimensions ?? [])],
    pricing: nonEmpty(
      pricing.map(({ asset, rows }) => ({ asset, blocks: nonEmpty(rows.map(toWireBlock)) })),
    ),
  };
}

const toWireBlock = ({ name, dimensions, value }: PriceRow): PriceBlock => ({
  ...defined({ name }),
  ...(dimensions && {
    dimensions: Object.fromEntries(
      dimensions.map(([dimension, wanted]) => [dimension, dimensionText(wanted)]),
    ),
  }),
  value: defined(value),
});

function nonEmpty<Item>([first, ...others]: readonly Item[]): [Item, ...Item[]] {
  if (first === undefined) throw new Error('a list that a rule keeps from being empty');
  return [first, ...others];
}
