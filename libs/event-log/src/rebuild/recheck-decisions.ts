import { newUuid } from '@kontor/contracts';
import type { Database } from '@kontor/postgres';
import type {
  CheckpointPosition,
  DeliveredFact,
  EventBus,
  RecordPosition,
  RecordSlice,
  Subscription,
} from '../ports';
import { pause } from '../runner/backoff';
import type { DecisionDifference, DecisionsAgain, Recheck, RowDifference } from './ports';

const FACTS_MAX = 5_000;
const LOOK_MS = 20;

export interface RecheckOptions {
  readonly bus: EventBus;
  /** Where the deciding consumer's checkpoints are, and what it parked or gave up. */
  readonly database: Database;
  readonly signal: AbortSignal;
  readonly differencesMax: number;
  reachView(): Promise<void>;
}

export interface DecisionsRechecked {
  readonly checked: number;
  readonly differences: readonly RowDifference[];
  readonly truncated: boolean;
}

/**
 * Reads what was decided from again, as far as it was decided, and compares the decisions.
 *
 * `reachView`: brings the shadow to where the served view was when the last of them was made.
 */
export async function recheckDecisions(
  recheck: Recheck,
  options: RecheckOptions,
): Promise<DecisionsRechecked> {
  const decided = await decidedUpTo(recheck, options);
  await options.reachView();
  const again = await recheck.open();
  try {
    const reading = new DecisionReading(recheck, again, decided, options);
    const subscription = await options.bus.subscribe(reading);
    try {
      while (!reading.isDone && !options.signal.aborted) await pause(LOOK_MS, options.signal);
    } finally {
      await subscription.stop();
    }
    if (reading.failure !== undefined) throw new Error(reading.failure);
    return reading.result;
  } finally {
    await again.close();
  }
}

interface Decided {
  readonly last: ReadonlyMap<number, number>;
  /** `partition/position/index` of facts that were parked or given up: nothing was decided. */
  readonly leftOut: ReadonlySet<string>;
}

async function decidedUpTo(
  { consumer, topic }: Recheck,
  { database }: RecheckOptions,
): Promise<Decided> {
  const rows = await database.query<{ partition: number; position: string }>(
    'SELECT partition, position FROM checkpoint WHERE consumer = $1 AND topic = $2',
    [consumer, topic],
  );
  const leftOut = await database.query<{ place: string }>(
    `SELECT partition || '/' || position || '/' || index AS place FROM dead_letter
     WHERE consumer = $1 AND topic = $2
     UNION ALL
     SELECT partition || '/' || position || '/' || index FROM discarded_fact
     WHERE consumer = $1 AND topic = $2`,
    [consumer, topic],
  );
  return {
    last: new Map(rows.map(({ partition, position }) => [partition, Number(position)])),
    leftOut: new Set(leftOut.map(({ place }) => place)),
  };
}

/** A reader without rows of its own: it begins at the start each time. */
class DecisionReading implements Subscription {
  readonly consumer: string;
  readonly topic: string;
  readonly factsMax = FACTS_MAX;
  readonly group: string;
  failure: string | undefined;
  private readonly reached = new Map<number, number>();
  private checked = 0;
  private truncated = false;
  private readonly differences: RowDifference[] = [];

  constructor(
    recheck: Recheck,
    private readonly again: DecisionsAgain,
    private readonly decided: Decided,
    private readonly options: RecheckOptions,
  ) {
    this.consumer = recheck.consumer;
    this.topic = recheck.topic;
    this.group = `${recheck.consumer}.recheck-${newUuid()}`;
  }

  get isDone(): boolean {
    return (
      this.failure !== undefined ||
      [...this.decided.last].every(
        ([partition, position]) => (this.reached.get(partition) ?? 0) >= position,
      )
    );
  }

  get result(): DecisionsRechecked {
    return { checked: this.checked, differences: this.differences, truncated: this.truncated };
  }

  checkpoints(): Promise<CheckpointPosition[]> {
    const { topic } = this;
    return Promise.resolve(
      [...this.decided.last.keys()].map((partition) => ({
        ...{ topic, partition, position: this.reached.get(partition) ?? 0 },
      })),
    );
  }

  async deliver(slices: readonly RecordSlice[]): Promise<'applied' | 'stop'> {
    try {
      const facts = slices.flatMap((slice) => this.decidedFacts(slice));
      if (facts.length > 0) this.note(await this.again.compare({ facts }), facts.length);
      for (const { partition, records } of slices) this.moveTo(partition, records.at(-1));
      return this.isDone ? 'stop' : 'applied';
    } catch (error) {
      this.halt(error instanceof Error ? error.message : String(error));
      return 'stop';
    }
  }

  halt(reason: string): void {
    this.failure ??= reason;
  }

  private moveTo(partition: number, last: RecordPosition | undefined): void {
    if (last) this.reached.set(partition, last.position);
  }

  private decidedFacts({ topic, partition, records }: RecordSlice): DeliveredFact[] {
    const last = this.decided.last.get(partition) ?? 0;
    const from = this.reached.get(partition) ?? 0;
    return records
      .filter(({ position }) => position > from && position <= last)
      .flatMap(({ position, facts, cause }) =>
        facts.map((fact, index) => ({
          ...{ topic, partition, position, index, fact },
          ...(cause && { cause }),
        })),
      )
      .filter(
        ({ position, index }) => !this.decided.leftOut.has(`${partition}/${position}/${index}`),
      );
  }

  private note(found: readonly DecisionDifference[], checked: number): void {
    this.checked += checked;
    const room = this.options.differencesMax - this.differences.length;
    const table = `decisions of ${this.consumer}`;
    this.differences.push(...found.slice(0, room).map((one) => ({ table, ...one })));
    this.truncated ||= found.length > room;
  }
}
