/**
 * The group commit of deciding consumers: batches that are ready at the same time share one
 * transaction, so that a commit's price is paid once for all of them.
 *
 * A batch brings its settlement and the records that it leads to. Heads are locked first, in order;
 * then all settlements are tried; the records of those that were written are appended. A fenced
 * batch leaves nothing behind and the others go on.
 */
import {
  type BatchObserver,
  GroupCommitQueue,
  type Outcome,
  QueueFull,
  QueueStopped,
} from '@kontor/event-sourcing';
import type { Database, Transaction } from '@kontor/postgres';
import { Fenced } from './errors';
import type {
  BatchOutcome,
  Checkpoints,
  LocalLog,
  RecordDraft,
  RecordPosition,
  Settlement,
} from './ports';
import { textOf } from './records';

/** A few batches make a commit cheap; more would only make a transaction long. */
const BATCHES_A_TRANSACTION_MAX = 16;

export interface BatchCommitterParts {
  readonly database: Database;
  readonly log: LocalLog;
  readonly checkpoints: Checkpoints;
  /** Observes each transaction, by its number of batches. */
  readonly onCommit?: BatchObserver;
}

interface Entry {
  readonly settlement: Settlement;
  readonly records: readonly RecordDraft[];
}

/** One per service, shared by its deciding consumers. */
export class BatchCommitter {
  private readonly queue: GroupCommitQueue<Entry, void>;

  constructor(private readonly parts: BatchCommitterParts) {
    this.queue = new GroupCommitQueue({
      commit: (entries) => this.write(entries),
      nextTurn: setImmediate,
      batchCommandsMax: BATCHES_A_TRANSACTION_MAX,
      ...(parts.onCommit && { onBatch: parts.onCommit }),
    });
  }

  /**
   * Commits a batch's records and checkpoint moves; the outcome is the handler's answer.
   *
   * Errors: Fenced (the batch is read again); infrastructure errors, after which nothing is known
   *         to be written. Both are for the caller to throw on.
   */
  async commit(
    batch: { readonly settlement: Settlement },
    records: readonly RecordDraft[],
  ): Promise<BatchOutcome> {
    const bytes = records.reduce((total, record) => total + textOf(record).length, 0);
    try {
      await this.queue.submit({ settlement: batch.settlement, records }, bytes, 'background');
      return { kind: 'applied' };
    } catch (error) {
      if (error instanceof QueueFull || error instanceof QueueStopped)
        return { kind: 'retry', reason: error.code };
      throw error;
    }
  }

  get bytesWaiting(): number {
    return this.queue.bytesWaiting;
  }

  /** Refuses new batches and resolves when those that wait are committed. */
  stop(): Promise<void> {
    return this.queue.stop();
  }

  private async write(entries: readonly Entry[]): Promise<Outcome<void>[]> {
    const { settled, positions } = await this.parts.database.transaction((tx) =>
      this.writeIn(tx, entries),
    );
    this.parts.log.committed(positions);
    return entries.map(({ settlement }, index) =>
      settled[index]
        ? { ok: true, answer: undefined }
        : { ok: false, error: new Fenced(settlement.consumer) },
    );
  }

  private async writeIn(
    tx: Transaction,
    entries: readonly Entry[],
  ): Promise<{ settled: readonly boolean[]; positions: RecordPosition[] }> {
    const { log, checkpoints } = this.parts;
    await log.lockHeads(
      tx,
      entries.flatMap(({ records }) => records),
    );
    const settled = await checkpoints.trySettle(
      tx,
      entries.map(({ settlement }) => settlement),
    );
    const records = entries.flatMap((entry, index) => (settled[index] ? entry.records : []));
    return { settled, positions: await log.append(tx, records) };
  }
}
