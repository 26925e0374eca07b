import type { CheckpointPosition, LogRecord, RecordSlice, Subscription } from '../ports';
import type { ConsumerRunner, Verdict } from '../runner/consumer-runner';
import { pause } from '../runner/backoff';
import type { LiveBound } from './live-bound';

/** Records read ahead of the bound; more are read again when they may be applied. */
const HELD_FACTS_MAX = 20_000;
/** How long a reader with so many waits for the bound before it reads again. */
const HELD_WAIT_MS = 250;
const RELOADS_MAX = 5;

/** A consumer's replay: applies what is within the bound, keeps what is beyond for later. */
export class BoundedReading implements Subscription {
  readonly consumer: string;
  readonly topic: string;
  readonly factsMax: number;
  factsDone = 0;
  private held: RecordSlice[] = [];
  private heldFacts = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(
    private readonly runner: ConsumerRunner,
    private readonly bound: LiveBound,
    /** Kafka: the group of this reading, so that it takes nothing from the consumers that serve. */
    readonly group: string,
  ) {
    this.consumer = runner.consumer;
    this.topic = runner.topic;
    this.factsMax = runner.factsMax;
  }

  /** Why it cannot go on; undefined while it can. */
  get failure(): string | undefined {
    return this.runner.halted ? this.runner.state : undefined;
  }

  checkpoints(): Promise<CheckpointPosition[]> {
    return this.inTurn(() => {
      this.held = [];
      this.heldFacts = 0;
      return this.runner.checkpoints();
    });
  }

  async deliver(slices: readonly RecordSlice[], signal?: AbortSignal): Promise<Verdict> {
    this.hold(slices);
    const verdict = await this.applyHeld();
    if (verdict !== 'applied' || this.heldFacts < HELD_FACTS_MAX) return verdict;
    // Reading again from the checkpoints brings the next records of every partition.
    await pause(HELD_WAIT_MS, signal);
    return 'reload';
  }

  halt(reason: string): void {
    this.runner.halt(reason);
  }

  /** Nothing is applied after this. */
  async close(): Promise<void> {
    this.closed = true;
    this.runner.stop();
    await this.turn;
  }

  /** Applies what the bound allows by now. One at a time. */
  applyHeld(): Promise<Verdict> {
    return this.inTurn(() => this.applyWithin());
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  private hold(slices: readonly RecordSlice[]): void {
    this.held.push(...slices);
    this.heldFacts += factsIn(slices);
  }

  private async applyWithin(): Promise<Verdict> {
    for (let refreshed = false; !this.closed && this.held.length > 0;) {
      const within = this.takeWithin();
      if (within.length > 0) {
        refreshed = false;
        const verdict = await this.apply(within);
        if (verdict !== 'applied') return verdict;
      } else if (refreshed) {
        return 'applied';
      } else {
        await this.bound.refresh();
        refreshed = true;
      }
    }
    return this.closed ? 'stop' : 'applied';
  }

  private takeWithin(): RecordSlice[] {
    const within: RecordSlice[] = [];
    const beyond: RecordSlice[] = [];
    for (const slice of this.held) {
      const last = this.bound.of({ ...slice, consumer: this.consumer });
      const count = slice.records.filter(({ position }) => position <= last).length;
      const [first, rest] = [slice.records.slice(0, count), slice.records.slice(count)];
      if (first.length > 0) within.push({ ...slice, records: first });
      if (rest.length > 0) beyond.push({ ...slice, records: rest });
    }
    this.held = beyond;
    this.heldFacts = factsIn(beyond);
    return merged(within);
  }

  private async apply(slices: readonly RecordSlice[]): Promise<Verdict> {
    for (let reloads = 0; ; reloads += 1) {
      const verdict = await this.runner.deliver(slices);
      if (verdict === 'applied') this.factsDone += factsIn(slices);
      if (verdict !== 'reload' || reloads >= RELOADS_MAX || this.closed) return verdict;
      // Parked facts were retried meanwhile: the runner reads how things are, and goes on.
      await this.runner.checkpoints();
    }
  }
}

const factsIn = (slices: readonly RecordSlice[]): number =>
  slices.reduce(
    (sum, { records }) => sum + records.reduce((facts, record) => facts + record.facts.length, 0),
    0,
  );

/** One slice a partition. */
function merged(slices: readonly RecordSlice[]): RecordSlice[] {
  const byPartition = new Map<number, { slice: RecordSlice; records: LogRecord[] }>();
  for (const slice of slices) {
    const known = byPartition.get(slice.partition);
    if (known) known.records.push(...slice.records);
    else byPartition.set(slice.partition, { slice, records: [...slice.records] });
  }
  return [...byPartition.values()].map(({ slice, records }) => ({ ...slice, records }));
}
