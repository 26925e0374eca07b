/** The catalogs port: the asset rates folded here, and the service's own log of vendors. */
import type { Checkpoints, KeptOfView, LocalLog } from '@kontor/event-log';
import type { Database } from '@kontor/postgres';
import { type Catalogs, type Heads, type Tenant, tenantKey } from '../../app/ports';
import type { Exchange } from '../../domain/attribute-costs';
import type { ExchangeRows } from '../postgres/exchange-rows';

const CONSUMER = 'cost-attribution.catalog';
/** catalog.v1 has one partition, and so has cost.catalog.v1. */
const PLACE = { topic: 'catalog.v1', partition: 0 };
const OWN_TOPIC = 'cost.catalog.v1';
/** Longer than a busy copy lags; then the batch is given back, so that a stop is not held up. */
const REACH_TIMEOUT_MS = 2_000;

export interface CatalogCopiesParts {
  readonly database: Database;
  readonly checkpoints: Checkpoints;
  readonly log: LocalLog;
  readonly rows: KeptOfView<ExchangeRows>;
}

export class CatalogCopies implements Catalogs {
  constructor(private readonly parts: CatalogCopiesParts) {}

  async reach(heads: Heads): Promise<Heads | undefined> {
    const { checkpoints } = this.parts;
    const at = { ...PLACE, position: heads.catalog };
    if (!(await checkpoints.waitFor(CONSUMER, at, REACH_TIMEOUT_MS))) return undefined;
    const catalog = await checkpoints.position(CONSUMER, PLACE.topic, PLACE.partition);
    // Vendors are this service's own: an answered one is in its log, so only a log that went back
    // (a restore of this database alone) can be behind what was stamped.
    const costCatalog = await ownHead(this.parts.log);
    return costCatalog < heads.costCatalog ? undefined : { catalog, costCatalog };
  }

  async parkedTenants(): Promise<ReadonlySet<string>> {
    const { checkpoints, database } = this.parts;
    return new Set((await checkpoints.parkedKeys(database, CONSUMER)).map(tenantKey));
  }

  async exchangesAt(
    head: number,
    tenants: readonly Tenant[],
  ): Promise<ReadonlyMap<string, Exchange>> {
    return (await this.parts.rows.current()).at(head, tenants);
  }
}

/** The last position of cost.catalog.v1. */
export async function ownHead(log: LocalLog): Promise<number> {
  const [head] = await log.heads(OWN_TOPIC);
  return head?.position ?? 0;
}
