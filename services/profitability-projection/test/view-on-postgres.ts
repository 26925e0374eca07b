/** The projection's tables on a database of their own, written without a bus. */
import path from 'node:path';
import { Fenced, partitionOf, type Checkpoints, type Settlement } from '@kontor/event-log';
import { migrate, openDatabase, type Database, type Transaction } from '@kontor/postgres';
import { createDatabase } from '@kontor/testkit';
import { PartitionTurns } from '../src/adapters/postgres/partition-turns';
import { SubjectSharingRows } from '../src/adapters/postgres/subject-rows';
import { VIEW_TABLES, ViewWriter } from '../src/adapters/postgres/view-writer';
import { FOLDS } from '../src/app/fold-topics';
import type { EntryOf, Fold, Topic, UsagePlace } from '../src/app/ports';
import { SubjectSharing, type SubjectSharingOptions } from '../src/app/subject-sharing';
import type { Entry } from './history';

const SERVICE = 'profitability-projection';
const TABLES = [
  'usage_detail',
  'event_reversal',
  'rated_detail',
  'event_product',
  'fee_value',
  'charge_detail',
  'authorization_use',
  'cost_detail',
  'customer_day',
  'subject_day',
  'platform_day',
  'product_day',
  'product_event_day',
  'vendor_day',
  'type_day',
  'event_share',
  'subject_cost',
  'subject_share',
  'open_subject',
];

/** Batches here come from no log, so there is no checkpoint to move; some find it moved by another. */
const noCheckpoints = {
  settle: (_tx: Transaction, { consumer }: Settlement) =>
    consumer === FENCED ? Promise.reject(new Fenced(consumer)) : Promise.resolve(),
} as unknown as Checkpoints;
const FENCED = 'fenced';
const settlement: Settlement = { consumer: 'test' };

/** As if events were taken run after run, in the order of their ids, and taken back at a run's end. */
function placeOf({ entry, customerId }: Entry): UsagePlace {
  const { platform, eventId } = entry;
  const isOfEvent = !('reversedAt' in entry || 'costsReversed' in entry);
  const run = Number(/\d+$/.exec(platform)?.[0] ?? 0) * 10_000;
  const index = Number.parseInt(eventId.slice(-12), 16) + 1;
  return {
    partition: partitionOf(customerId, 8),
    position: run + index + (isOfEvent ? 0 : 5_000),
    isOfEvent,
  };
}

export interface PostgresView {
  readonly database: Database;
  readonly sharing: SubjectSharing;
  /** One batch of one topic, as a consumer writes it. */
  apply(batch: readonly Entry[]): Promise<void>;
  /**
   * Batches that are ready at the same time, by one writer, so that they share transactions; how each
   * ended. `fenced`: another reader was first.
   */
  applyTogether(
    batches: readonly (readonly Entry[])[],
    fenced?: readonly Entry[],
  ): Promise<PromiseSettledResult<void>[]>;
  /** Every row of a platform in every table, as text without its platform, sorted. */
  rows(platform: string): Promise<string[]>;
  close(): Promise<void>;
}

async function write(
  writer: ViewWriter,
  batch: readonly Entry[],
  settlementOfBatch: Settlement,
): Promise<void> {
  const topic: Topic = batch[0]!.topic;
  const fold = FOLDS[topic] as Fold<EntryOf[Topic]>;
  const entries = batch.map(({ entry }) => entry);
  const partitions = [...new Set(batch.map(({ customerId }) => partitionOf(customerId, 8)))];
  const usagePlaces = new Map(batch.map((one) => [one.entry, placeOf(one)]));
  await writer.write({ topic, partitions, entries, usagePlaces }, fold, settlementOfBatch);
}

export async function openView(
  limits: Pick<SubjectSharingOptions, 'eventsMax' | 'feesMax'> = {},
): Promise<PostgresView> {
  const { url, drop } = await createDatabase();
  await migrate({ url, service: SERVICE }, [
    { set: SERVICE, dir: path.resolve(__dirname, '../migrations') },
  ]);
  const database = await openDatabase({ url, service: SERVICE, poolSize: 6 });
  const sharing = new SubjectSharing({
    store: new SubjectSharingRows(database, new PartitionTurns()),
    onError: (error) => {
      throw error;
    },
    ...limits,
  });
  // Turns of its own, as in another process: only the advisory locks decide.
  const writerOfItsOwn = (): ViewWriter =>
    new ViewWriter({
      ...{ database, checkpoints: noCheckpoints },
      ...{ turns: new PartitionTurns(), tables: VIEW_TABLES },
    });
  const shared = writerOfItsOwn();
  return {
    database,
    sharing,
    apply: (batch) => write(writerOfItsOwn(), batch, settlement),
    applyTogether: (batches, fenced) =>
      Promise.allSettled(
        batches.map((batch) =>
          write(shared, batch, batch === fenced ? { consumer: FENCED } : settlement),
        ),
      ),
    rows: async (platform) => {
      const selects = TABLES.map(
        (table) => `SELECT '${table} ' || t::text AS row FROM ${table} AS t WHERE platform = $1`,
      );
      const rows = await database.query<{ row: string }>(selects.join(' UNION ALL '), [platform]);
      return rows.map(({ row }) => row.replaceAll(platform, '')).sort();
    },
    close: async () => {
      await database.close();
      await drop();
    },
  };
}
