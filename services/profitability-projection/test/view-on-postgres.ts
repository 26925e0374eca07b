/** The projection's tables on a database of their own, written without a bus. */
import path from 'node:path';
import {
  eventLogMigrations,
  Fenced,
  partitionOf,
  type Checkpoints,
  type Settlement,
} from '@kontor/event-log';
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

/** Batches here come from no log: a checkpoint is moved as far as their places go. */
interface BatchSettlement extends Settlement {
  readonly topic: Topic;
  readonly places: readonly UsagePlace[];
  /** Another reader was first. */
  readonly fenced: boolean;
}
const USAGE = { consumer: `${SERVICE}.usage`, topic: 'usage.recorded.v1' };
const checkpoints = {
  settle: async (tx: Transaction, { consumer, topic, places, fenced }: BatchSettlement) => {
    if (fenced) throw new Fenced(consumer);
    if (topic === 'usage')
      await tx.query(
        `UPDATE view_checkpoint AS c SET position = greatest(c.position, p.position)
         FROM (SELECT p, max(n) FROM unnest($3::int[], $4::bigint[]) AS u(p, n) GROUP BY p)
           AS p(partition, position)
         WHERE c.consumer = $1 AND c.topic = $2 AND c.partition = p.partition`,
        [
          ...[USAGE.consumer, USAGE.topic],
          ...[places.map(({ partition }) => partition), places.map(({ position }) => position)],
        ],
      );
  },
} as unknown as Checkpoints;

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

async function write(writer: ViewWriter, batch: readonly Entry[], fenced = false): Promise<void> {
  const topic: Topic = batch[0]!.topic;
  const fold = FOLDS[topic] as Fold<EntryOf[Topic]>;
  const entries = batch.map(({ entry }) => entry);
  const partitions = [...new Set(batch.map(({ customerId }) => partitionOf(customerId, 8)))];
  const usagePlaces = new Map(batch.map((one) => [one.entry, placeOf(one)]));
  const settlement: BatchSettlement = {
    ...{ consumer: `${SERVICE}.${topic}`, topic, places: [...usagePlaces.values()], fenced },
  };
  await writer.write({ topic, partitions, entries, usagePlaces }, fold, settlement);
}

export async function openView(
  limits: Pick<SubjectSharingOptions, 'eventsMax' | 'feesMax'> = {},
): Promise<PostgresView> {
  const { url, drop } = await createDatabase();
  await migrate({ url, service: SERVICE }, [
    eventLogMigrations,
    { set: SERVICE, dir: path.resolve(__dirname, '../migrations') },
  ]);
  const database = await openDatabase({ url, service: SERVICE, poolSize: 6 });
  await database.query(
    `INSERT INTO view_checkpoint (consumer, topic, partition)
     SELECT $1, $2, partition FROM generate_series(0, 7) AS partition`,
    [USAGE.consumer, USAGE.topic],
  );
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
      ...{ database, checkpoints },
      ...{ turns: new PartitionTurns(), tables: VIEW_TABLES },
    });
  const shared = writerOfItsOwn();
  return {
    database,
    sharing,
    apply: (batch) => write(writerOfItsOwn(), batch),
    applyTogether: (batches, fenced) =>
      Promise.allSettled(batches.map((batch) => write(shared, batch, batch === fenced))),
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
