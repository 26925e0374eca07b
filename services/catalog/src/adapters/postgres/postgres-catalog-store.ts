/**
 * The catalog's rows, its log and its answers, changed together.
 *
 * Order: the head of catalog.v1 is locked first and held to the commit, so decisions of all
 *        instances come one after the other, and what was loaded is what is written on.
 */
import {
  buildRecords,
  type CommandIds,
  FactTooLarge,
  type LocalLog,
  type RecordDraft,
  type RecordPosition,
} from '@kontor/event-log';
import { type Database, isInfrastructureError, type Transaction } from '@kontor/postgres';
import {
  type AnswerEntry,
  type CatalogChanges,
  type CatalogStore,
  type CatalogUnit,
  type Loaded,
  RequestTooLarge,
  type StoredAnswer,
  type Tenant,
  type Wants,
} from '../../app/ports';
import { toFact } from '../events/catalog-facts.mapping';
import { answerFromText, answerToText } from './answers.codec';
import { ChangedRows } from './changed-rows';
import { loadCatalog } from './load-catalog';
import { savePersonal, saveRows } from './save-catalog';

export const TOPIC = 'catalog.v1';
/** The topic has one partition, so that one head orders the whole catalog. */
export const PARTITION = 0;

export class PostgresCatalogStore implements CatalogStore {
  constructor(
    private readonly database: Database,
    private readonly log: LocalLog,
    private readonly commandIds: CommandIds,
  ) {}

  async transaction<T>(work: (unit: CatalogUnit) => Promise<T>): Promise<T> {
    const appended: RecordPosition[] = [];
    const answer = await this.database.transaction(async (tx) => {
      await this.log.lockHeads(tx, [{ topic: TOPIC, partition: PARTITION }]);
      return work(new Unit(tx, this.log, this.commandIds, appended));
    });
    this.log.committed(appended);
    return answer;
  }

  isOutage(error: unknown): boolean {
    return isInfrastructureError(error);
  }
}

class Unit implements CatalogUnit {
  constructor(
    private readonly tx: Transaction,
    private readonly log: LocalLog,
    private readonly commandIds: CommandIds,
    private readonly appended: RecordPosition[],
  ) {}

  async answered(
    tenant: Tenant,
    commandIds: readonly string[],
  ): Promise<ReadonlyMap<string, StoredAnswer>> {
    const found = await this.commandIds.find(this.tx, tenant, commandIds);
    return new Map([...found].map(([id, stored]) => [id, answerFromText(stored)]));
  }

  load(tenant: Tenant, wants: Wants): Promise<Loaded> {
    return loadCatalog(this.tx, tenant, wants);
  }

  async head(): Promise<number> {
    const [head] = await this.log.heads(TOPIC, this.tx);
    return head?.position ?? 0;
  }

  async save(changes: CatalogChanges): Promise<readonly number[]> {
    const positions = await this.append(changes);
    await saveRows(this.tx, new ChangedRows(changes, positions));
    await this.commandIds.store(
      this.tx,
      changes.answers.map((entry) => toCommandEntry(entry, positions)),
    );
    await savePersonal(this.tx, changes.personal);
    return positions;
  }

  /** The position of each event's fact: its record's. */
  private async append({ events }: CatalogChanges): Promise<number[]> {
    if (events.length === 0) return [];
    const drafts = this.build(events);
    const records = await this.log.append(this.tx, drafts);
    this.appended.push(...records);
    return records.flatMap(({ position }, index) =>
      (drafts[index]?.facts ?? []).map(() => position),
    );
  }

  private build(events: CatalogChanges['events']): RecordDraft[] {
    try {
      return buildRecords(
        TOPIC,
        events.map(({ tenant, event }) => toFact(tenant, event)),
      );
    } catch (error) {
      throw error instanceof FactTooLarge ? new RequestTooLarge() : error;
    }
  }
}

const toCommandEntry = (
  entry: AnswerEntry,
  positions: readonly number[],
): Parameters<CommandIds['store']>[1][number] => ({
  tenant: entry.tenant,
  commandId: entry.commandId,
  requestHash: entry.requestHash,
  status: entry.status,
  answer: answerToText(entry, positions),
  ...(entry.customerId !== undefined && { customerId: entry.customerId }),
});
