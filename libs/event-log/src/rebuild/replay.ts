import { CONSUMERS } from '@kontor/contracts';
import type { Database } from '@kontor/postgres';
import type { ServiceCheckpoints } from '../checkpoints';
import type { EventBus, RecordPosition, RunningSubscription } from '../ports';
import { backoffMs, pause } from '../runner/backoff';
import { ConsumerRunner } from '../runner/consumer-runner';
import type { KeyRetryOptions } from '../runner/key-retry';
import type { RunnerLogger } from '../runner/types';
import { BoundedReading } from './bounded-reading';
import { honourDiscards } from './honour-discards';
import { type ConsumerPosition, type LiveBound, placeName, readPositions } from './live-bound';
import type { ViewFold } from './ports';

/** Larger than a live delivery: nobody waits for the first fact of it. */
const REPLAY_FACTS_MAX = 5_000;
/** How often it is looked whether the bound has moved, once the replay has come to it. */
const TICK_MS = 20;

export interface ReplayOptions {
  readonly id: string;
  readonly service: string;
  /** The shadow. */
  readonly database: Database;
  readonly checkpoints: ServiceCheckpoints;
  readonly fold: ViewFold;
  readonly bus: EventBus;
  readonly bound: LiveBound;
  readonly logger: RunnerLogger;
}

/** Folds the log into the shadow, as far as the served view is. */
export class Replay {
  private readonly readings: BoundedReading[] = [];
  private readonly subscriptions: RunningSubscription[] = [];
  private readonly retries = new Map<string, KeyRetryOptions>();
  private readonly ending = new AbortController();
  private ticking: Promise<void> = Promise.resolve();
  private failed: unknown;
  /** Where the log ends before the served view does: what was served is of another log. */
  private readonly ends = new Map<string, number>();

  private constructor(private readonly options: ReplayOptions) {}

  static async start(options: ReplayOptions): Promise<Replay> {
    const replay = new Replay(options);
    try {
      await options.bound.refresh();
      await replay.subscribe();
    } catch (error) {
      await replay.end();
      throw error;
    }
    replay.ticking = replay.tick();
    return replay;
  }

  /** Facts applied to the shadow so far. */
  get factsDone(): number {
    return this.readings.reduce((sum, { factsDone }) => sum + factsDone, 0);
  }

  /** Errors: why the replay cannot go on. */
  assertGoingOn(): void {
    if (this.failed !== undefined) throw asError(this.failed);
    const failure = this.readings.map((reading) => reading.failure).find(Boolean);
    if (failure !== undefined) throw new Error(failure);
  }

  /** Records of the shadow, and those it will have when it is where the served view is. */
  async records(): Promise<{ done: number; total: number }> {
    const applied = await this.positions();
    const sum = (positions: readonly RecordPosition[]): number =>
      positions.reduce((records, { position }) => records + position, 0);
    const done = sum(applied);
    const goal = applied.map((at) => ({ ...at, position: this.goalOf(at) }));
    return { done, total: Math.max(done, sum(goal)) };
  }

  /** Whether the shadow holds every fact that the served view does, as far as that is known. */
  async hasReachedBound(): Promise<boolean> {
    this.assertGoingOn();
    const applied = await this.positions();
    return applied.every((at) => at.position >= this.goalOf(at));
  }

  /** Resolves with true when it has reached the bound, with false when `timeoutMs` ran out. */
  async reachesBound(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      if (await this.hasReachedBound()) return true;
      if (signal.aborted || Date.now() >= deadline) return false;
      await pause(TICK_MS, signal);
    }
  }

  /** Facts that operators gave up are given up in the shadow. */
  honourDiscards(): Promise<void> {
    const { database, checkpoints } = this.options;
    return honourDiscards(database, checkpoints, this.retries);
  }

  /** Applies nothing any more; the readers are ended by `end`. */
  async close(): Promise<void> {
    this.ending.abort();
    await this.ticking;
    await Promise.all(this.readings.map((reading) => reading.close()));
  }

  async end(): Promise<void> {
    await this.close();
    await Promise.all(this.subscriptions.map((subscription) => subscription.stop()));
  }

  private async subscribe(): Promise<void> {
    for (const { name: consumer, topics } of viewConsumersOf(this.options.service))
      for (const topic of topics) await this.read(consumer, topic);
  }

  private async read(consumer: string, topic: string): Promise<void> {
    const { bus, bound, id, logger } = this.options;
    for (const head of await bus.heads(topic)) {
      const place = { ...head, consumer };
      if (bound.of(place) > head.position) this.ends.set(placeName(place), head.position);
    }
    const options = this.runnerOptions(consumer, topic);
    this.retries.set(consumer, options);
    const runner = new ConsumerRunner({ ...options, logger, factsMax: REPLAY_FACTS_MAX });
    const reading = new BoundedReading(runner, bound, `${consumer}.rebuild-${id}`);
    // The shadow's rows are made before anyone looks at them.
    await runner.checkpoints();
    this.readings.push(reading);
    this.subscriptions.push(await bus.subscribe(reading));
  }

  private runnerOptions(consumer: string, topic: string): KeyRetryOptions {
    const { fold, checkpoints } = this.options;
    const { [consumer]: handler } = fold.consumers;
    if (!handler) throw new Error(`${consumer} has no fold to rebuild with`);
    const handle: KeyRetryOptions['handler'] = (batch) => handler.apply(batch);
    return { consumer, topic, checkpoints, handler: handle };
  }

  /** The served view's position, unless it came from a longer log than there is. */
  private goalOf(place: Omit<ConsumerPosition, 'position'>): number {
    const served = this.options.bound.of(place);
    return Math.min(served, this.ends.get(placeName(place)) ?? served);
  }

  private positions(): Promise<ConsumerPosition[]> {
    const { database } = this.options;
    return readPositions(database, database.viewSchema);
  }

  private async tick(): Promise<void> {
    const { bound } = this.options;
    for (let failures = 0; !this.ending.signal.aborted;) {
      try {
        await bound.refresh();
        await Promise.all(this.readings.map((reading) => reading.applyHeld()));
        failures = 0;
        await pause(TICK_MS, this.ending.signal);
      } catch (error) {
        this.failed = error;
        await pause(backoffMs(failures++), this.ending.signal);
      }
    }
  }
}

const viewConsumersOf = (service: string) =>
  CONSUMERS.filter((consumer) => consumer.service === service && consumer.kind === 'view');

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));
