/** The catalog port on rating's own rows: how far they are, what is parked, what they say. */
import type { Checkpoints, KeptOfView } from '@kontor/event-log';
import type { Database } from '@kontor/postgres';
import {
  type Catalog,
  type CustomerKey,
  type PriceBooks,
  type ProductVersions,
  tenantKey,
  type VersionQuery,
} from '../../app/ports';
import type { CompiledVersion } from '../../domain/price-list';
import type { CatalogRows } from '../postgres/catalog-rows';

const CONSUMER = 'rating.catalog';
/** catalog.v1 has one partition. */
const PLACE = { topic: 'catalog.v1', partition: 0 };
/** Longer than a busy copy lags; then the batch is given back, so that a stop is not held up. */
const REACH_TIMEOUT_MS = 2_000;

export class CatalogCopy implements Catalog, ProductVersions {
  constructor(
    private readonly database: Database,
    private readonly checkpoints: Checkpoints,
    private readonly rows: KeptOfView<CatalogRows>,
  ) {}

  async reach(head: number): Promise<number | undefined> {
    const there = await this.checkpoints.waitFor(
      CONSUMER,
      { ...PLACE, position: head },
      REACH_TIMEOUT_MS,
    );
    if (!there) return undefined;
    return this.checkpoints.position(CONSUMER, PLACE.topic, PLACE.partition);
  }

  async parkedTenants(): Promise<ReadonlySet<string>> {
    const parked = await this.checkpoints.parkedKeys(this.database, CONSUMER);
    return new Set(parked.map(tenantKey));
  }

  async booksAt(head: number, customers: readonly CustomerKey[]): Promise<PriceBooks> {
    return (await this.rows.current()).booksAt(head, customers);
  }

  async find(query: VersionQuery): Promise<CompiledVersion | undefined> {
    return (await this.rows.current()).find(query);
  }
}
