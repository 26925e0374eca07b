import type { Database } from '@kontor/postgres';
import type { RecordPosition, RecordSlice, RunningSubscription, Subscription } from '../ports';
import { backoffMs, pause } from '../runner/backoff';
import { messageOf } from '../runner/handler-run';
import type { RunnerLogger } from '../runner/types';
import type { Wakeups } from '../wakeups';
import { ownerSchema, readHeads, readIncarnation } from './owner-log';
import type { RecentRecords } from './recent-records';
import { readTail, type TailRead } from './tail-reader';

export interface TailOptions {
  readonly database: Database;
  readonly wakeups: Wakeups;
  readonly logger?: RunnerLogger;
  /** Another process may append: without a wake-up the log is looked at this often. */
  readonly pollMs?: number;
  readonly bytesMax?: number;
}

const POLL_MS = 1_000;
/** Two deliveries (one applied, one read ahead) of each consumer are in memory. */
const BYTES_MAX = 4 * 1024 * 1024;

/**
 * One consumer's reader: reads, delivers, and reads the next ones while those are being applied.
 *
 * Errors: whatever fails here is the world's; it is tried again with back-off, without end.
 */
export class Tail implements RunningSubscription {
  private readonly ending = new AbortController();
  private readonly running: Promise<void>;
  private readonly stopListening: () => void;
  private cursors = new Map<number, number>();
  private incarnation = '';
  /** Partitions that had records in the last read; shares out how deep each is looked into. */
  private busy = 1;
  private appended = false;
  /** Whether the last read of the database took everything that was there. */
  private isCaughtUp = false;
  private databaseReadAt = 0;
  private wake: () => void = () => undefined;

  constructor(
    private readonly subscription: Subscription,
    private readonly options: TailOptions,
    private readonly recent: RecentRecords,
  ) {
    this.stopListening = options.wakeups.onAppended(subscription.topic, () => {
      this.appended = true;
      this.wake();
    });
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.ending.abort();
    this.stopListening();
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.ending.signal.aborted;) {
      try {
        if (!(await this.open())) return;
        failures = 0;
        if ((await this.follow()) === 'stop') return;
      } catch (error) {
        this.options.logger?.warn('the log cannot be read; trying again', {
          consumer: this.subscription.consumer,
          error: messageOf(error),
        });
        await pause(backoffMs(failures++), this.ending.signal);
      }
    }
  }

  /** Starts from the checkpoints; false when the log is not the one that they belong to. */
  private async open(): Promise<boolean> {
    const { topic } = this.subscription;
    this.isCaughtUp = false;
    this.incarnation = await readIncarnation(this.options.database, topic);
    const checkpoints = await this.subscription.checkpoints();
    this.cursors = new Map(checkpoints.map(({ partition, position }) => [partition, position]));
    const other = checkpoints.find(
      ({ incarnation }) => (incarnation ?? this.incarnation) !== this.incarnation,
    );
    if (!other) return this.headsAreAhead();
    this.subscription.halt?.(
      `${topic} is of another log: incarnation ${this.incarnation}, not ${other.incarnation}`,
    );
    return false;
  }

  private async headsAreAhead(): Promise<boolean> {
    const heads = await readHeads(this.options.database, this.subscription.topic);
    const behind = heads.find(
      ({ partition, position }) => position < (this.cursors.get(partition) ?? 0),
    );
    if (!behind) return true;
    this.subscription.halt?.(
      `the head of ${behind.topic}/${behind.partition} is ${behind.position}, below the checkpoint`,
    );
    return false;
  }

  private async follow(): Promise<'reload' | 'stop'> {
    let ahead: Promise<RecordSlice[]> | undefined;
    try {
      while (!this.ending.signal.aborted) {
        const slices = await (ahead ?? this.read());
        ahead = undefined;
        if (slices.length === 0) {
          if (!(await this.waitForRecords())) return 'stop';
          continue;
        }
        this.advance(slices);
        if (!this.isCaughtUp || this.appended) ahead = this.read();
        // An error of the read ahead is met when its turn comes.
        ahead?.catch(() => undefined);
        const verdict = await this.subscription.deliver(slices, this.ending.signal);
        if (verdict !== 'applied') return verdict;
      }
      return 'stop';
    } finally {
      await ahead?.catch(() => undefined);
    }
  }

  /** From memory when that has everything that is known to be waiting, else from the database. */
  private async read(): Promise<RecordSlice[]> {
    this.appended = false;
    const recent = this.mayTrustMemory() ? this.readRecent() : undefined;
    if (recent) return recent;
    const startedAt = performance.now();
    const { slices, isAll } = await this.readDatabase();
    this.isCaughtUp = isAll;
    this.databaseReadAt = startedAt;
    return slices;
  }

  /** Another process may append without our knowing: the database is asked now and then. */
  private mayTrustMemory(): boolean {
    const sinceMs = performance.now() - this.databaseReadAt;
    return this.isCaughtUp && sinceMs < (this.options.pollMs ?? POLL_MS);
  }

  private readRecent(): RecordSlice[] | undefined {
    const { topic, factsMax } = this.subscription;
    const bytesMax = this.options.bytesMax ?? BYTES_MAX;
    return this.recent.after({ topic, after: this.cursors, factsMax, bytesMax });
  }

  private readDatabase(): Promise<TailRead> {
    const { topic, factsMax } = this.subscription;
    const after: RecordPosition[] = [...this.cursors].map(([partition, position]) => ({
      topic,
      partition,
      position,
    }));
    return readTail(this.options.database, {
      schema: ownerSchema(topic),
      topic,
      incarnation: this.incarnation,
      after,
      factsMax,
      bytesMax: this.options.bytesMax ?? BYTES_MAX,
      recordsMax: Math.ceil(factsMax / this.busy),
    });
  }

  private advance(slices: readonly RecordSlice[]): void {
    for (const { partition, records } of slices) {
      const last = records.at(-1);
      if (last) this.cursors.set(partition, last.position);
    }
    this.busy = slices.length;
  }

  /** Until something is appended or the next poll; false when the log went back. */
  private async waitForRecords(): Promise<boolean> {
    if (this.appended) return true;
    const wakened = new AbortController();
    this.wake = () => wakened.abort();
    const either = AbortSignal.any([wakened.signal, this.ending.signal]);
    await pause(this.options.pollMs ?? POLL_MS, either);
    this.wake = () => undefined;
    return either.aborted || this.headsAreAhead();
  }
}
