import type { AssetEvent } from '../domain/asset';
import type { CustomerEvent } from '../domain/customer-messages';
import type { ProductEvent } from '../domain/product-messages';

/** Everything that can happen in the catalog. */
export type CatalogEvent = CustomerEvent | ProductEvent | AssetEvent;
