/** Products and versions between the contract's words and ours. */
import type {
  ProductDetails,
  ProductSummary,
  SubscriberView,
  VersionDetails,
  VersionView,
} from '../../app/ports';
import type { MadeVersion, PricesRequest } from '../../app/product-use-cases';
import { defined } from '../defined';
import { fromPriceDto, toPriceDto } from './price.mapping';
import type { NewVersionDto } from './product.schemas';

export const fromVersionDto = ({ prices, publish = false }: NewVersionDto): PricesRequest => ({
  prices: prices.map(fromPriceDto),
  publish,
});

export const toMadeDto = (made: MadeVersion) => ({
  id: made.id,
  code: made.code,
  name: made.name,
  version: made.version,
  status: made.status,
  is_default: made.isDefault,
  created_at: made.createdAt,
});

export const toSummaryDto = ({ id, code, name, createdAt }: ProductSummary) => ({
  id,
  code,
  name,
  created_at: createdAt,
});

const toReferenceDto = ({ version, createdAt, status }: VersionView) => ({
  version,
  created_at: createdAt,
  status,
});

export const toProductDto = (product: ProductDetails) => ({
  ...toSummaryDto(product),
  ...defined({ description: product.description }),
  default_version: product.defaultVersion && {
    version: product.defaultVersion.version,
    prices: product.defaultVersion.prices.map(toPriceDto),
    entitlements: [],
  },
  versions: product.versions.map(toReferenceDto),
});

export const toVersionDto = ({ product, isDefault, prices, ...version }: VersionDetails) => ({
  id: product.id,
  version: version.version,
  code: product.code,
  name: product.name,
  ...defined({ description: product.description }),
  prices: prices.map(toPriceDto),
  entitlements: [],
  status: version.status,
  is_default: isDefault,
  created_at: version.createdAt,
});

export const toSubscriberDto = (productId: string) => (subscriber: SubscriberView) => ({
  customer_id: subscriber.customerId,
  customer_name: subscriber.customerName,
  external_id: subscriber.externalId,
  email: subscriber.email,
  subscription_id: subscriber.subscriptionId,
  subscription_status: subscriber.status,
  started_at: subscriber.startedAt,
  renews_at: subscriber.renewsAt ?? null,
  product_rate_plan_id: productId,
  version: subscriber.version,
});
