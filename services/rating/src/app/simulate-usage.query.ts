/** What events would cost under one product version, booked nowhere. */
import type { Usage } from '../domain/rate-usage';
import { type Simulation, simulateUsage } from '../domain/simulate';
import type { Catalog, ProductVersions, VersionQuery } from './ports';

/** Rows written out in the traces of one answer: some hundred KiB. */
const TRACE_ROWS_MAX = 5_000;
/** Events times prices of one request: an answer of some MiB. */
export const PRICINGS_MAX = 10_000;

export type SimulationAnswer =
  | { readonly kind: 'simulated'; readonly simulations: readonly Simulation[] }
  | { readonly kind: 'version_not_found' }
  /** More than PRICINGS_MAX; this many events would do. */
  | { readonly kind: 'too_many_events'; readonly eventsMax: number }
  /** The copy of the catalog is not there yet; worth another try. */
  | { readonly kind: 'behind' };

export interface SimulationQuery extends VersionQuery {
  /** The catalog's head now: whatever was answered before is known. */
  readonly catalogHead: number;
  readonly usage: readonly Usage[];
}

export async function simulate(
  query: SimulationQuery,
  { catalog, versions }: { readonly catalog: Catalog; readonly versions: ProductVersions },
): Promise<SimulationAnswer> {
  if ((await catalog.reach(query.catalogHead)) === undefined) return { kind: 'behind' };
  const version = await versions.find(query);
  if (!version) return { kind: 'version_not_found' };
  const eventsMax = Math.floor(PRICINGS_MAX / version.prices.length);
  if (query.usage.length > eventsMax) return { kind: 'too_many_events', eventsMax };
  const budget = { rowsLeft: TRACE_ROWS_MAX };
  const simulations = query.usage.map((usage) => simulateUsage(usage, version, budget));
  return { kind: 'simulated', simulations };
}
