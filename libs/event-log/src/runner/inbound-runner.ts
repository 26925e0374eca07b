import type { PartitionState, ServiceCheckpoints } from '../checkpoints';
import type { InboundRecord, InboundSlice, RawSubscription, RecordPosition } from '../ports';
import { BatchSettlement, type CheckpointMove } from '../settlement';
import { backoffMs, pause } from './backoff';
import type { Verdict } from './consumer-runner';
import { messageOf, runAnswer, type Run } from './handler-run';
import type { ConsumerHooks, InboundHandler, RunnerLogger } from './types';

const RECORDS_MAX = 2_000;

export interface InboundRunnerOptions {
  readonly consumer: string;
  readonly topic: string;
  readonly checkpoints: ServiceCheckpoints;
  readonly handler: InboundHandler;
  readonly hooks?: ConsumerHooks;
  readonly logger?: RunnerLogger;
}

/**
 * Applies what external producers send. Nothing is parked: the handler refuses what it cannot use.
 * Offsets may have gaps, and another broker starts at its earliest record: reading something twice
 * is harmless there, because every event has an id.
 */
export class InboundRunner implements RawSubscription {
  readonly consumer: string;
  readonly topic: string;
  readonly recordsMax = RECORDS_MAX;
  state = 'starting';
  private known = new Map<number, PartitionState>();
  /** What was applied of the topic as it is now, per partition. */
  private readonly applied = new Map<number, number>();
  private readonly stopping = new AbortController();

  constructor(private readonly options: InboundRunnerOptions) {
    this.consumer = options.consumer;
    this.topic = options.topic;
  }

  async checkpoints(
    incarnation: string,
    ends?: ReadonlyMap<number, number>,
  ): Promise<RecordPosition[]> {
    const states = await this.options.checkpoints.load(this.consumer, this.topic);
    this.known = new Map(states.map((state) => [state.partition, state]));
    this.state = 'running';
    return states.map((state) => {
      const { partition } = state;
      const position = state.incarnation === incarnation ? state.position : 0;
      // Beyond the end: the topic was made anew, and its records count from the start again.
      this.applied.set(partition, position > (ends?.get(partition) ?? position) ? 0 : position);
      return { topic: this.topic, partition, position: this.applied.get(partition) ?? 0 };
    });
  }

  async deliver(
    slices: readonly InboundSlice[],
    incarnation: string,
    signal?: AbortSignal,
  ): Promise<Verdict> {
    const ending = signal ? AbortSignal.any([signal, this.stopping.signal]) : this.stopping.signal;
    for (let attempt = 0; !ending.aborted; attempt += 1) {
      const planned = this.plan(slices, incarnation);
      if (planned === undefined) return 'reload';
      if (planned.moves.length === 0) return 'applied';
      const run = await this.run(planned);
      if (run.kind === 'fenced') return 'reload';
      if (run.kind === 'applied') return 'applied';
      this.onRetry(run);
      await pause(backoffMs(attempt), ending);
    }
    return 'reload';
  }

  private async run({ records, moves }: InboundPlan): Promise<Run> {
    const { consumer, topic } = this;
    const settlement = new BatchSettlement({ consumer, topic, moves });
    const startedAt = performance.now();
    const run = await runAnswer(settlement, records.length, () =>
      this.options.handler({ consumer, topic, records, settlement }),
    );
    if (run.kind !== 'applied') return run;
    this.onApplied(moves);
    const milliseconds = performance.now() - startedAt;
    const count = records.length;
    this.options.hooks?.applied?.(consumer, topic, { facts: count, records: count, milliseconds });
    return run;
  }

  private onRetry(run: Run): void {
    const { consumer } = this;
    const reason = run.kind === 'threw' ? messageOf(run.error) : JSON.stringify(run);
    this.options.hooks?.retried?.(consumer, reason);
    this.options.logger?.warn('inbound records will be tried again', { consumer, reason });
  }

  stop(): void {
    this.stopping.abort();
  }

  /** What is new; undefined when a partition is not known. */
  private plan(slices: readonly InboundSlice[], incarnation: string): InboundPlan | undefined {
    const records: InboundRecord[] = [];
    const moves: CheckpointMove[] = [];
    for (const { partition, records: all } of slices) {
      const state = this.known.get(partition);
      if (!state) return undefined;
      const applied = this.applied.get(partition) ?? 0;
      const fresh = all.filter(({ offset }) => offset + 1 > applied);
      const last = fresh.at(-1);
      if (!last) continue;
      records.push(...fresh);
      moves.push({
        partition,
        from: state.position,
        to: last.offset + 1,
        incarnation,
        before: state.incarnation,
        parking: state.parking,
        parks: false,
      });
    }
    return { records, moves };
  }

  private onApplied(moves: readonly CheckpointMove[]): void {
    for (const { partition, to, incarnation } of moves) {
      const state = this.known.get(partition);
      if (state) this.known.set(partition, { ...state, position: to, incarnation });
      this.applied.set(partition, to);
    }
    this.options.checkpoints.applied(
      this.consumer,
      moves.map(({ partition, to }) => ({ topic: this.topic, partition, position: to })),
    );
  }
}

interface InboundPlan {
  readonly records: readonly InboundRecord[];
  readonly moves: readonly CheckpointMove[];
}
