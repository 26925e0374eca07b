/**
 * The group commit of the view: while one transaction is in flight, the batches of all topics wait in
 * line, and the next one takes what waits. Its four topics speak of the same partitions, mostly of
 * the same events; so they share locks, look-ups, the sums of a day and the wait for the disk.
 *
 * Order: the locks of all partitions; the batches by topic, each knowing what those before it said;
 *        detail, subjects, roll-ups (the rows that partitions share last), checkpoints. The detail of
 *        a batch is on its way to the database while the next one is folded.
 * Errors: a transaction of several batches that fails is done again batch by batch, so that the error
 *         of one, its checkpoint moved by another reader for example, is only its own.
 */
import { GroupCommitQueue, type Outcome } from '@kontor/event-sourcing';
import type { Checkpoints, Settlement } from '@kontor/event-log';
import type { Database, Transaction } from '@kontor/postgres';
import { KnownSoFar } from '../../app/known-so-far';
import type { EntryBatch, Fold, KnownEvents, Topic } from '../../app/ports';
import { RecentEvents } from '../../app/recent-events';
import { Changes } from '../../domain/changes';
import { AppliedUsage, noteAppliedUsage } from './applied-usage';
import { DetailPart } from './detail-part';
import { KnownEventRows } from './known-event-rows';
import type { PartitionTurns } from './partition-turns';
import { RollUpPart } from './roll-up-rows';
import { StatementsInTurn } from './statements-in-turn';
import type { ViewTables } from './view-part';

/** One of each topic and some more that had to wait: a transaction stays short. */
const BATCHES_A_TRANSACTION_MAX = 8;

/** What is caused comes behind its cause, so that most is known when it is asked for. */
const ORDER: Readonly<Record<Topic, number>> = { usage: 0, rated: 1, costs: 2, wallet: 3 };

export interface WrittenBatch {
  /** Some subject's costs wait to be shared. */
  readonly opensSubjects: boolean;
}

export const VIEW_TABLES: ViewTables = {
  stored: (statements, applied) => new KnownEventRows(statements, applied),
  parts: (statements, changes) => [
    new DetailPart(statements, changes),
    new RollUpPart(statements, changes),
  ],
};

export interface ViewWriterParts {
  readonly database: Database;
  readonly checkpoints: Checkpoints;
  readonly turns: PartitionTurns;
  readonly tables: ViewTables;
}

interface WaitingBatch {
  readonly batch: EntryBatch<object>;
  readonly settlement: Settlement;
  fold(changes: Changes, known: KnownEvents): Promise<void>;
}

export class ViewWriter {
  private readonly recent = new RecentEvents();
  private view: string | undefined;
  private readonly queue = new GroupCommitQueue<WaitingBatch, WrittenBatch>({
    commit: (batches) => this.commit(batches),
    nextTurn: setImmediate,
    batchCommandsMax: BATCHES_A_TRANSACTION_MAX,
  });

  constructor(private readonly parts: ViewWriterParts) {}

  /** Errors: whatever the database or the fold throws; nothing of the batch is written then. */
  write<Entry extends object>(
    batch: EntryBatch<Entry>,
    fold: Fold<Entry>,
    settlement: Settlement,
  ): Promise<WrittenBatch> {
    // Readers have one batch under way each, so what waits is bounded by them.
    return this.queue.submit(
      { batch, settlement, fold: (changes, known) => fold(changes, batch.entries, known) },
      0,
    );
  }

  private async commit(batches: readonly WaitingBatch[]): Promise<Outcome<WrittenBatch>[]> {
    try {
      const answer = await this.writeTogether(batches);
      return batches.map(() => ({ ok: true, answer }));
    } catch (error) {
      if (batches.length === 1) return [{ ok: false, error: asError(error) }];
    }
    const outcomes: Outcome<WrittenBatch>[] = [];
    for (const one of batches) outcomes.push(...(await this.commit([one])));
    return outcomes;
  }

  private async writeTogether(batches: readonly WaitingBatch[]): Promise<WrittenBatch> {
    const { database, turns } = this.parts;
    const partitions = [...new Set(batches.flatMap(({ batch }) => batch.partitions))];
    const ordered = [...batches].sort((a, b) => ORDER[a.batch.topic] - ORDER[b.batch.topic]);
    const changes = new Changes();
    const opened = await turns.run(partitions, () =>
      database.transaction((tx) => this.writeIn(tx, ordered, changes), {
        writesView: true,
        partitionLocks: partitions,
      }),
    );
    this.recent.wrote(changes);
    return { opensSubjects: opened > 0 };
  }

  private async writeIn(
    tx: Transaction,
    waiting: readonly WaitingBatch[],
    changes: Changes,
  ): Promise<number> {
    const statements = new StatementsInTurn(tx);
    try {
      const opened = await this.writeAll(statements, waiting, changes);
      for (const { settlement } of waiting) await this.parts.checkpoints.settle(tx, settlement);
      return opened;
    } finally {
      // What ends the transaction comes behind a statement that may still run.
      await statements.done().catch(() => undefined);
    }
  }

  private async writeAll(
    statements: StatementsInTurn,
    waiting: readonly WaitingBatch[],
    changes: Changes,
  ): Promise<number> {
    const { tables } = this.parts;
    const batches = waiting.map(({ batch }) => batch);
    const applied = await AppliedUsage.read(statements, batches);
    if (applied.view !== this.view) this.recent.forget();
    this.view = applied.view;
    const stored = tables.stored(statements, applied);
    const known = new KnownSoFar(changes, this.recent, stored);
    const parts = tables.parts(statements, changes);
    for (const one of waiting) {
      await one.fold(changes, known);
      for (const part of parts) await part.writeFolded();
    }
    let opened = 0;
    for (const part of parts) opened += await part.finish();
    await noteAppliedUsage(statements, batches);
    await statements.done();
    return opened;
  }
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));
