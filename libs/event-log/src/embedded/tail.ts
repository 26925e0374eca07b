import type { Database } from '@kontor/postgres';
import type { RecordPosition, RecordSlice, RunningSubscription, Subscription } from '../ports';
import { backoffMs, pause } from '../runner/backoff';
import { messageOf } from '../runner/handler-run';
import type { RunnerLogger } from '../runner/types';
import { consumerOf } from '../topics';
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
/**
 * A view that gets this many facts at a time takes no more than a batch per PACE_MS: what it writes
 * and commits for many small batches costs several times what it does for a few larger ones.
 */
const BUSY_FACTS = 32;
const PACE_MS = 20;
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
  private readonly leave: () => void;
  private cursors = new Map<number, number>();
  private incarnation = '';
  /** Partitions that had records in the last read; shares out how deep each is looked into. */
  private busy = 1;
  private appended = false;
  /** Whether the last read left something in the database. */
  private mayHaveMore = false;
  /** Not before then is the next batch taken, unless it is read already. */
  private restUntil = 0;
  private headsReadAt = 0;
  /** Whether the log was found to end before the checkpoint. */
  private wentBack = false;
  private readonly pollMs: number;
  private wake: () => void = () => undefined;

  constructor(
    private readonly subscription: Subscription,
    private readonly options: TailOptions,
    private readonly recent: RecentRecords,
  ) {
    this.pollMs = options.pollMs ?? POLL_MS;
    this.stopListening = options.wakeups.onAppended(subscription.topic, () => {
      this.appended = true;
      this.wake();
    });
    this.leave = recent.readBy(subscription.topic, () => this.cursors);
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.ending.abort();
    this.stopListening();
    this.wake();
    await this.running;
    this.leave();
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
    this.headsReadAt = performance.now();
    const heads = await readHeads(this.options.database, this.subscription.topic);
    this.recent.noteHeads(heads);
    const behind = heads.find(
      ({ partition, position }) => position < (this.cursors.get(partition) ?? 0),
    );
    if (!behind) return true;
    this.wentBack = true;
    this.subscription.halt?.(
      `the head of ${behind.topic}/${behind.partition} is ${behind.position}, below the checkpoint`,
    );
    return false;
  }

  private async follow(): Promise<'reload' | 'stop'> {
    let ahead: Promise<RecordSlice[]> | undefined;
    try {
      while (!this.ending.signal.aborted) {
        if (!ahead) await this.rest();
        const slices = await (ahead ?? this.read());
        ahead = undefined;
        if (this.wentBack) return 'stop';
        if (slices.length === 0) {
          await this.waitForRecords();
          continue;
        }
        this.advance(slices);
        this.pace(slices);
        if (this.mayHaveMore) ahead = this.read();
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

  /** From memory when everything that is known to be waiting is there, else from the database. */
  private async read(): Promise<RecordSlice[]> {
    this.appended = false;
    this.mayHaveMore = false;
    // Another process may append without our knowing: the heads are looked at now and then.
    const sinceMs = performance.now() - this.headsReadAt;
    if (sinceMs > this.pollMs && !(await this.headsAreAhead())) return [];
    const recent = this.readRecent();
    if (recent) return recent;
    const { fetched, slices, isAll } = await this.readDatabase();
    this.recent.keep(fetched);
    this.mayHaveMore = !isAll;
    return slices;
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
    this.recent.taken(this.subscription.topic, slices);
  }

  private pace(slices: readonly RecordSlice[]): void {
    if (consumerOf(this.subscription.consumer).kind !== 'view') return;
    if (factsIn(slices) >= BUSY_FACTS) this.restUntil = performance.now() + PACE_MS;
  }

  private async rest(): Promise<void> {
    const ms = this.restUntil - performance.now();
    if (ms > 0) await pause(ms, this.ending.signal);
  }

  /** Until something is appended, or it is time to look again. */
  private async waitForRecords(): Promise<void> {
    if (this.appended) return;
    const wakened = new AbortController();
    this.wake = () => wakened.abort();
    await pause(this.pollMs, AbortSignal.any([wakened.signal, this.ending.signal]));
    this.wake = () => undefined;
  }
}

const factsIn = (slices: readonly RecordSlice[]): number =>
  slices.reduce(
    (sum, { records }) => records.reduce((facts, record) => facts + record.facts.length, sum),
    0,
  );
