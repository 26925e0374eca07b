/**
 * Rates a batch of recorded usage with one state of the catalog.
 *
 * The catalog must have the head that was stamped on the usage when it was accepted; whatever was
 * answered to a client before that is then known. The head that was used goes onto the rated fact.
 */
import { rateUsage, type RatedUsage, type Usage } from '../domain/rate-usage';
import { type Catalog, type CustomerKey, tenantKey, VersionUnknown } from './ports';

export interface RecordedUsage extends Usage, CustomerKey {
  /** The catalog's head when the usage was accepted. */
  readonly catalogHead: number;
}

export type RatedBatch =
  | {
      readonly kind: 'rated';
      readonly catalogHead: number;
      /** One per usage, in the same order. */
      readonly rated: readonly RatedUsage[];
    }
  /** The catalog copy has not got there yet. */
  | { readonly kind: 'behind'; readonly catalogHead: number }
  | ({ readonly kind: 'poison'; readonly more: readonly StuckUsage[] } & StuckUsage);

/** Usage that can't be priced however often it is tried. */
export interface StuckUsage {
  readonly index: number;
  readonly reason: string;
}

export async function rateBatch(
  usage: readonly RecordedUsage[],
  catalog: Catalog,
): Promise<RatedBatch> {
  const wanted = usage.reduce((head, { catalogHead }) => Math.max(head, catalogHead), 0);
  const catalogHead = await catalog.reach(wanted);
  if (catalogHead === undefined) return { kind: 'behind', catalogHead: wanted };
  const parked = await catalog.parkedTenants();
  const [first, ...more] = parked.size > 0 ? usage.flatMap(behind(parked)) : [];
  if (first) return { kind: 'poison', ...first, more };

  const books = await catalog.booksAt(catalogHead, usage);
  const rated: RatedUsage[] = [];
  for (const one of usage)
    try {
      rated.push(rateUsage(one, books.held(one, one.occurredAt), books.exchange(one)));
    } catch (error) {
      if (!(error instanceof VersionUnknown)) throw error;
      const reason = `${error.code}: ${error.message}`;
      return { kind: 'poison', index: rated.length, reason, more: [] };
    }
  return { kind: 'rated', catalogHead, rated };
}

const behind =
  (parked: ReadonlySet<string>) =>
  (usage: RecordedUsage, index: number): StuckUsage[] =>
    parked.has(tenantKey(usage)) ? [{ index, reason: 'catalog_parked' }] : [];
