/**
 * Writes a batch: the locks of its partitions, what is known, the fold, its rows, its checkpoint;
 * all or nothing.
 *
 * Order: detail, subjects, roll-ups (the rows that partitions share last), then the checkpoint.
 */
import type { Checkpoints, Settlement } from '@kontor/event-log';
import { partitionOf, partitionsOf } from '@kontor/event-log';
import type { Database, Transaction } from '@kontor/postgres';
import type { EntryBatch, Fold } from '../../app/ports';
import type { SubjectRef } from '../../domain/entries';
import type { Changes } from '../../domain/changes';
import { AppliedUsage, noteAppliedUsage } from './applied-usage';
import { columnsOf } from './columns';
import {
  AUTHORIZATION_USE,
  CHARGE,
  COST,
  EVENT_PRODUCT,
  EVENT_SHARE,
  FEE_VALUE,
  RATED,
  REVERSAL,
  SUBJECT_COST,
  USAGE,
  type Insert,
} from './detail-rows.codec';
import { KnownEventRows } from './known-event-rows';
import type { PartitionTurns } from './partition-turns';
import { writeReversed } from './reversed-rows';
import { addRollUps } from './roll-up-rows';

/** A customer has the same partition in all four topics. */
const PARTITIONS = partitionsOf('usage.recorded.v1');

export interface WrittenBatch {
  /** Some subject's costs wait to be shared. */
  readonly opensSubjects: boolean;
}

export class ViewWriter {
  constructor(
    private readonly database: Database,
    private readonly checkpoints: Checkpoints,
    private readonly turns: PartitionTurns,
  ) {}

  /** Errors: whatever the database or the fold throws; nothing is written then. */
  write<Entry extends object>(
    batch: EntryBatch<Entry>,
    fold: Fold<Entry>,
    settlement: Settlement,
  ): Promise<WrittenBatch> {
    const { partitions, entries } = batch;
    return this.turns.run(partitions, () =>
      this.database.transaction(
        async (tx) => {
          const known = new KnownEventRows(tx, await AppliedUsage.read(tx, batch));
          const changes = await fold(entries, known);
          const opened = await writeChanges(tx, changes);
          await noteAppliedUsage(tx, batch);
          await this.checkpoints.settle(tx, settlement);
          return { opensSubjects: opened > 0 };
        },
        { writesView: true, partitionLocks: partitions },
      ),
    );
  }
}

async function writeChanges(tx: Transaction, changes: Changes): Promise<number> {
  await insert(tx, USAGE, changes.usage);
  await insert(tx, REVERSAL, [...changes.reversals.values()]);
  await insert(tx, RATED, changes.rated);
  await insert(tx, EVENT_PRODUCT, changes.eventProducts);
  await insert(tx, FEE_VALUE, changes.fees);
  await insert(tx, CHARGE, changes.charges);
  await insert(tx, AUTHORIZATION_USE, changes.authorizations);
  await insert(tx, COST, changes.costs);
  await insert(tx, EVENT_SHARE, changes.eventShares);
  await insert(tx, SUBJECT_COST, changes.subjectCosts);
  await writeReversed(tx, changes);
  const opened =
    (await openSubjects(tx, changes.subjectsWithNewCosts, 'fee_value')) +
    (await openSubjects(tx, changes.subjectsWithNewFees, 'subject_cost'));
  await addRollUps(tx, changes.rollUps);
  return opened;
}

async function insert<Row>(
  tx: Transaction,
  statement: Insert<Row>,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(statement.text, statement.values(rows), { name: statement.name });
}

/** Opens those of the subjects for which the other side, fees or costs, is there. */
async function openSubjects(
  tx: Transaction,
  subjects: ReadonlyMap<string, SubjectRef>,
  otherSide: 'fee_value' | 'subject_cost',
): Promise<number> {
  if (subjects.size === 0) return 0;
  const rows = await tx.query(
    `INSERT INTO open_subject AS o (platform, mode, customer_id, subject, partition)
     SELECT s.* FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::smallint[])
       AS s(platform, mode, customer_id, subject, partition)
     WHERE EXISTS (SELECT FROM ${otherSide} AS t
       WHERE t.platform = s.platform AND t.mode = s.mode
         AND t.customer_id = s.customer_id AND t.subject = s.subject)
     ON CONFLICT (platform, mode, customer_id, subject)
       DO UPDATE SET again = o.shared_up_to IS NOT NULL
     RETURNING 1 AS opened`,
    columnsOf(
      [...subjects.values()],
      [
        (subject) => subject.platform,
        (subject) => subject.mode,
        (subject) => subject.customerId,
        (subject) => subject.subject,
        (subject) => String(partitionOf(subject.customerId, PARTITIONS)),
      ],
    ),
  );
  return rows.length;
}
