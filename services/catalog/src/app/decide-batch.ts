/**
 * A batch of requests, decided in their order on what was loaded for all of them at once.
 *
 * Shape:  one verdict per request, and everything that must be written for those honoured.
 * Keys:   a request whose `Idempotency-Key` was answered before, also earlier in this batch, gets
 *         that answer; with another content it is refused. Refusals are not kept.
 */
import type { CatalogEvent } from './catalog-event';
import type {
  AnswerEntry,
  CatalogChanges,
  CatalogUnit,
  CommandKey,
  Moment,
  PersonalChange,
  Tenant,
  Wants,
} from './ports';
import type { Decided, Rejection } from './rejection';
import type { Path } from '../domain/issue';
import { TenantCatalog } from './tenant-catalog';

export interface Entry {
  readonly tenant: Tenant;
  readonly wants: Wants;
  readonly key: CommandKey | undefined;
  decide(catalog: TenantCatalog, moment: Moment): Decided<unknown>;
  /** Takes the first answer of this key, as JSON text. */
  repeat(result: string): void;
}

export interface Written {
  readonly position: number | undefined;
}

export type Verdict =
  | {
      readonly ok: true;
      /** Index of the request's last event in the batch. */
      readonly lastEvent: number | undefined;
      /** Of an earlier answer given again. */
      readonly position: number | undefined;
    }
  | { readonly ok: false; readonly rejection: Rejection; readonly path: Path };

export async function decideBatch(
  batch: readonly Entry[],
  unit: CatalogUnit,
  moment: Moment,
): Promise<{ verdicts: readonly Verdict[]; changes: CatalogChanges }> {
  const tenants = new Map<string, TenantBatch>();
  const written = new BatchWrites();
  for (const [name, entries] of byTenant(batch))
    tenants.set(name, await TenantBatch.load(entries, unit, written));
  const verdicts = batch.map((entry) => batchOf(tenants, entry.tenant).decide(entry, moment));
  const { events, personal, answers } = written;
  const catalogOf = (tenant: Tenant): TenantCatalog => batchOf(tenants, tenant).catalog;
  return { verdicts, changes: { events, personal, answers, catalogOf } };
}

/** What the batch adds up to, over all tenants, in order. */
class BatchWrites {
  readonly events: { tenant: Tenant; event: CatalogEvent }[] = [];
  readonly personal: PersonalChange[] = [];
  readonly answers: AnswerEntry[] = [];
}

interface KnownAnswer {
  readonly requestHash: string;
  readonly result: string;
  readonly lastEvent: number | undefined;
  readonly position: number | undefined;
}

class TenantBatch {
  private constructor(
    readonly catalog: TenantCatalog,
    private readonly answers: Map<string, KnownAnswer>,
    private readonly written: BatchWrites,
  ) {}

  static async load(
    entries: readonly [Entry, ...Entry[]],
    unit: CatalogUnit,
    written: BatchWrites,
  ): Promise<TenantBatch> {
    const { tenant } = entries[0];
    const ids = entries.flatMap(({ key }) => (key ? [key.commandId] : []));
    const answers = new Map<string, KnownAnswer>();
    for (const [id, stored] of await unit.answered(tenant, ids))
      answers.set(id, { ...stored, lastEvent: undefined });
    const loaded = await unit.load(tenant, {
      customers: entries.flatMap(({ wants }) => wants.customers),
      products: entries.flatMap(({ wants }) => wants.products),
      assets: entries.flatMap(({ wants }) => wants.assets),
      rates: entries.flatMap(({ wants }) => wants.rates),
    });
    const catalog = new TenantCatalog(tenant, loaded, {
      event: (event) => written.events.push({ tenant, event }),
      personal: (change) => written.personal.push(change),
    });
    return new TenantBatch(catalog, answers, written);
  }

  decide(entry: Entry, moment: Moment): Verdict {
    const known = entry.key && this.answers.get(entry.key.commandId);
    if (known) return repeated(entry, known);
    const before = this.written.events.length;
    const decided = entry.decide(this.catalog, moment);
    if (!decided.ok) return decided;
    const after = this.written.events.length;
    const lastEvent = after > before ? after - 1 : undefined;
    if (entry.key) this.keep(entry.key, lastEvent, decided);
    return { ok: true, lastEvent, position: undefined };
  }

  private keep(
    key: CommandKey,
    lastEvent: number | undefined,
    decided: { readonly result: unknown; readonly namesCustomer?: string },
  ): void {
    const result = JSON.stringify(decided.result ?? null);
    const { tenant } = this.catalog;
    const customerId = decided.namesCustomer;
    this.written.answers.push({ ...key, tenant, result, lastEvent, customerId });
    const { requestHash } = key;
    this.answers.set(key.commandId, { requestHash, result, lastEvent, position: undefined });
  }
}

function repeated(entry: Entry, known: KnownAnswer): Verdict {
  if (known.requestHash !== entry.key?.requestHash)
    return { ok: false, rejection: { code: 'idempotency_key_reused' }, path: [] };
  entry.repeat(known.result);
  return { ok: true, lastEvent: known.lastEvent, position: known.position };
}

const nameOf = ({ platform, mode }: Tenant): string => `${mode} ${platform}`;

function byTenant(batch: readonly Entry[]): Map<string, [Entry, ...Entry[]]> {
  const groups = new Map<string, [Entry, ...Entry[]]>();
  for (const entry of batch) {
    const group = groups.get(nameOf(entry.tenant));
    if (group) group.push(entry);
    else groups.set(nameOf(entry.tenant), [entry]);
  }
  return groups;
}

function batchOf(tenants: ReadonlyMap<string, TenantBatch>, tenant: Tenant): TenantBatch {
  const found = tenants.get(nameOf(tenant));
  if (!found) throw new Error('every tenant of the batch was loaded');
  return found;
}
