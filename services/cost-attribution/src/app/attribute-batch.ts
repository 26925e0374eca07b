/**
 * Attributes the costs of a batch of recorded usage with one state of the catalogs.
 *
 * Both catalogs must have the heads that were stamped on the usage when it was accepted; the heads
 * that were used go onto the facts, so that attributing again gives the same.
 */
import { type AttributedCost, attributeCosts, type Cost } from '../domain/attribute-costs';
import { type Catalogs, type Heads, type Tenant, tenantKey } from './ports';

export interface RecordedCosts extends Tenant {
  readonly occurredAt: string;
  readonly costs: readonly Cost[];
  /** The catalogs' heads when the usage was accepted. */
  readonly heads: Heads;
}

/** Usage whose costs can't be attributed however often it is tried. */
export interface StuckUsage {
  readonly index: number;
  readonly reason: string;
}

export type AttributedBatch =
  | {
      readonly kind: 'attributed';
      readonly heads: Heads;
      /** One list per usage, in the same order; often empty. */
      readonly costs: readonly (readonly AttributedCost[])[];
    }
  /** A catalog has not got there yet. */
  | { readonly kind: 'behind'; readonly heads: Heads }
  | ({ readonly kind: 'poison'; readonly more: readonly StuckUsage[] } & StuckUsage);

export async function attributeBatch(
  usage: readonly RecordedCosts[],
  catalogs: Catalogs,
): Promise<AttributedBatch> {
  const wanted = highestOf(usage);
  const heads = await catalogs.reach(wanted);
  if (!heads) return { kind: 'behind', heads: wanted };
  const parked = await catalogs.parkedTenants();
  const [first, ...more] = parked.size > 0 ? usage.flatMap(behind(parked)) : [];
  if (first) return { kind: 'poison', ...first, more };

  const exchanges = await catalogs.exchangesAt(heads.catalog, usage);
  const costs = usage.map((one) => {
    const exchange = exchanges.get(tenantKey(one));
    if (!exchange) throw new Error(`no exchange was read for ${tenantKey(one)}`);
    return attributeCosts(one.costs, one.occurredAt, exchange);
  });
  return { kind: 'attributed', heads, costs };
}

function highestOf(usage: readonly RecordedCosts[]): Heads {
  let catalog = 0;
  let costCatalog = 0;
  for (const { heads } of usage) {
    catalog = Math.max(catalog, heads.catalog);
    costCatalog = Math.max(costCatalog, heads.costCatalog);
  }
  return { catalog, costCatalog };
}

const behind =
  (parked: ReadonlySet<string>) =>
  (usage: RecordedCosts, index: number): StuckUsage[] =>
    parked.has(tenantKey(usage)) ? [{ index, reason: 'catalog_parked' }] : [];
