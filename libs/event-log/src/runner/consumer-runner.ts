import type { ServiceCheckpoints } from '../checkpoints';
import type { CheckpointPosition, DeliveredFact, RecordSlice, Subscription } from '../ports';
import { consumerOf } from '../topics';
import { backoffMs, pause } from './backoff';
import {
  commitTo,
  keyName,
  knownPartition,
  parkPoison,
  planDelivery,
  settlementPlan,
  slicesOf,
  tracesOf,
  type Delivery,
  type KnownPartition,
} from './delivery';
import { messageOf, runHandler, type Run } from './handler-run';
import { isolate } from './isolate';
import { retryKey } from './key-retry';
import type { BatchHandler, ConsumerHooks, RunnerLogger } from './types';

/** Big enough to make a commit cheap per fact, small enough to be done in a fraction of a second. */
const FACTS_MAX = 2_000;
/** A gap that is still there after this many fresh reads is one: records are missing. */
const GAPS_MAX = 3;

export interface RunnerOptions {
  readonly consumer: string;
  readonly topic: string;
  readonly checkpoints: ServiceCheckpoints;
  readonly handler: BatchHandler;
  readonly hooks?: ConsumerHooks;
  readonly logger?: RunnerLogger;
  readonly factsMax?: number;
}

export type Verdict = 'applied' | 'reload' | 'stop';

/**
 * Applies one consumer's facts of one topic, whatever bus brings them.
 *
 * Order: within a partition; a fact of a key with parked facts is parked behind them.
 * Errors: none leaves `deliver`. Infrastructure errors are retried without end, a poison fact is
 *         parked with its key's later facts, another reader's checkpoint means `reload`.
 */
export class ConsumerRunner implements Subscription {
  readonly consumer: string;
  readonly topic: string;
  readonly factsMax: number;
  /** `running`, or why it stopped. */
  state = 'starting';
  private known = new Map<number, KnownPartition>();
  private readonly stopping = new AbortController();
  private gaps = 0;

  constructor(private readonly options: RunnerOptions) {
    this.consumer = options.consumer;
    this.topic = options.topic;
    this.factsMax = options.factsMax ?? FACTS_MAX;
  }

  async checkpoints(): Promise<CheckpointPosition[]> {
    const states = await this.options.checkpoints.load(this.consumer, this.topic);
    for (const state of states) this.known.set(state.partition, knownPartition(state));
    if (this.state === 'starting') this.state = 'running';
    const positions = states.map(({ partition, position, incarnation }) => ({
      topic: this.topic,
      partition,
      position,
      incarnation,
    }));
    this.options.checkpoints.applied(this.consumer, positions);
    return positions;
  }

  async deliver(slices: readonly RecordSlice[], signal?: AbortSignal): Promise<Verdict> {
    if (this.halted) return 'stop';
    const ending = signal ? AbortSignal.any([signal, this.stopping.signal]) : this.stopping.signal;
    return this.apply({ slices, ending, careful: false });
  }

  halt(reason: string): void {
    if (this.halted) return;
    this.state = reason;
    this.options.logger?.error('a consumer stopped', { consumer: this.consumer, reason });
    this.options.hooks?.stopped?.(this.consumer, reason);
  }

  /** Ends waits; the handler's run in flight is not cut off. */
  stop(): void {
    this.stopping.abort();
  }

  get halted(): boolean {
    return this.state !== 'starting' && this.state !== 'running';
  }

  private async apply(part: Part): Promise<Verdict> {
    const planned = planDelivery(part.slices, this.known);
    switch (planned.kind) {
      case 'nothing':
        return 'applied';
      case 'gap':
        return this.onGap(planned.detail);
      case 'stop':
        this.halt(planned.reason);
        return 'stop';
      case 'delivery':
        this.gaps = 0;
        return this.applyDelivery(planned.delivery, part);
    }
  }

  private async applyDelivery(first: Delivery, part: Part): Promise<Verdict> {
    let delivery = first;
    for (let attempt = 0; !part.ending.aborted;) {
      const startedAt = performance.now();
      const run = await this.runTraced(delivery, part);
      if (run.kind === 'applied') {
        this.onApplied(delivery, startedAt);
        return 'applied';
      }
      const next = run.kind === 'threw' ? await this.judge(delivery, run.error, part) : run;
      if (next.kind === 'fenced') return 'reload';
      if (next.kind === 'piecemeal') return this.applyPiecemeal(delivery, part, next.error);
      if (next.kind === 'poison') delivery = parkPoison(delivery, next.poisons);
      else if (await this.movedWhileWaiting(next, attempt++, part.ending)) return 'reload';
    }
    return 'reload';
  }

  private runTraced(delivery: Delivery, part: Part): Promise<Run> {
    const { hooks } = this.options;
    if (!hooks?.traced) return this.run(delivery);
    const { consumer, topic } = this;
    const traces = tracesOf(part.slices);
    const work = (): Promise<Run> => this.run(delivery);
    return hooks.traced({ consumer, topic, facts: delivery.facts.length, traces }, work);
  }

  private run(delivery: Delivery): Promise<Run> {
    const plan = settlementPlan(this.consumer, this.topic, delivery);
    return delivery.facts.length > 0
      ? runHandler(this.options.handler, { facts: delivery.facts, plan })
      : // Nothing is left for the handler, but what was parked and the checkpoint must be written.
        runHandler(this.settleAlone, { facts: [], plan });
  }

  private readonly settleAlone: BatchHandler = async ({ settlement }) => {
    const { checkpoints } = this.options;
    const writesView = consumerOf(this.consumer).kind === 'view';
    await checkpoints.database.transaction((tx) => checkpoints.settle(tx, settlement), {
      writesView,
    });
    return { kind: 'applied' };
  };

  /** An exception that names no fact. */
  private async judge(
    delivery: Delivery,
    error: unknown,
    part: Part,
  ): Promise<Exclude<Run, { kind: 'applied' | 'threw' }> | Piecemeal> {
    this.options.logger?.warn('a handler threw; looking for the fact that it cannot apply', {
      consumer: this.consumer,
      facts: delivery.facts.length,
      error: messageOf(error),
    });
    if (part.careful) return { kind: 'piecemeal', error };
    const plan = settlementPlan(this.consumer, this.topic, { ...delivery, parks: [] });
    const isolation = await isolate(delivery.facts, error, (facts) =>
      runHandler(this.options.handler, { facts, plan, trial: true }),
    );
    return isolation.kind === 'unclear' ? { kind: 'piecemeal', error } : isolation;
  }

  /**
   * The trial runs found nothing: the handler fails after the point where a trial ends. Real runs
   * of ever fewer records find the record; all of it is parked, and each of its keys is tried alone.
   */
  private async applyPiecemeal(delivery: Delivery, part: Part, error: unknown): Promise<Verdict> {
    const records = part.slices.flatMap(({ partition, records: all }) =>
      all.filter(({ position }) => position > (this.known.get(partition)?.position ?? 0)),
    );
    if (records.length > 1) {
      const middle = Math.ceil(records.length / 2);
      for (const half of [records.slice(0, middle), records.slice(middle)]) {
        const slices = slicesOf(half);
        const verdict = await this.apply({ ...part, slices, careful: half.length < 3 });
        if (verdict !== 'applied') return verdict;
      }
      return 'applied';
    }
    const reason = messageOf(error);
    const parked = parkPoison(
      delivery,
      delivery.facts.map((_, index) => ({ index, reason })),
    );
    const verdict = await this.applyDelivery(parked, part);
    return verdict === 'applied' ? this.retryKeysOf(delivery.facts) : verdict;
  }

  private async retryKeysOf(facts: readonly DeliveredFact[]): Promise<Verdict> {
    const keys = new Map(facts.map((delivered) => [keyName(delivered.fact), delivered]));
    for (const { fact, partition } of keys.values())
      await retryKey(this.options, { ...tenantKey(fact), partition }).catch((error: unknown) =>
        this.options.logger?.warn('parked facts stay parked', { error: messageOf(error) }),
      );
    return 'reload';
  }

  private onApplied(delivery: Delivery, startedAt: number): void {
    commitTo(this.known, delivery);
    const { hooks, logger, checkpoints } = this.options;
    checkpoints.applied(
      this.consumer,
      delivery.moves.map(({ partition, to }) => ({ topic: this.topic, partition, position: to })),
    );
    const milliseconds = performance.now() - startedAt;
    const records = delivery.moves.reduce((sum, { from, to }) => sum + to - from, 0);
    const facts = delivery.facts.length;
    hooks?.applied?.(this.consumer, this.topic, { facts, records, milliseconds });
    const poisoned = delivery.parks.find(({ reason }) => !reason.startsWith('behind '));
    if (delivery.parks.length > 0)
      hooks?.parked?.(this.consumer, delivery.parks.length, poisoned?.reason ?? 'behind');
    if (poisoned)
      logger?.error('a fact was parked, and with it the later ones of its key', {
        consumer: this.consumer,
        letter: poisoned.id,
        at: `${this.topic}/${poisoned.partition}/${poisoned.position}/${poisoned.index}`,
        reason: poisoned.reason,
      });
  }

  /** Waits before the next attempt; answers whether another reader went on meanwhile. */
  private async movedWhileWaiting(
    { reason, afterMs }: Extract<Run, { kind: 'retry' }>,
    attempt: number,
    ending: AbortSignal,
  ): Promise<boolean> {
    const { hooks, logger, checkpoints } = this.options;
    hooks?.retried?.(this.consumer, reason);
    if (afterMs === undefined)
      logger?.warn('a delivery will be tried again', { consumer: this.consumer, attempt, reason });
    await pause(afterMs ?? backoffMs(attempt), ending);
    if (ending.aborted) return true;
    try {
      const states = await checkpoints.load(this.consumer, this.topic);
      return states.some(({ partition, position, parking }) => {
        const known = this.known.get(partition);
        return !known || known.position !== position || known.parking !== parking;
      });
    } catch {
      // The database is down: that is no news, and the next attempt will say so again.
      return false;
    }
  }

  private onGap(detail: string): Verdict {
    this.gaps += 1;
    if (this.gaps <= GAPS_MAX) return 'reload';
    this.halt(`records are missing: ${detail}`);
    return 'stop';
  }
}

interface Part {
  readonly slices: readonly RecordSlice[];
  readonly ending: AbortSignal;
  /** Trial runs have been made of these records, or are not worth it. */
  readonly careful: boolean;
}

interface Piecemeal {
  readonly kind: 'piecemeal';
  readonly error: unknown;
}

const tenantKey = ({ platform, mode, key }: DeliveredFact['fact']) => ({ platform, mode, key });
