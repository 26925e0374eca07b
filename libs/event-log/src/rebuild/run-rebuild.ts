/**
 * One rebuild, from an empty shadow to the exchange of schemas.
 *
 * Order: everything that takes time happens while the old view serves and is written. Its writers
 * wait only for the last facts of the tail and two renames.
 */
import {
  openDatabase,
  viewSchemaOf,
  type Database,
  type DatabaseOptions,
  type MigrationSet,
  type Queryable,
} from '@kontor/postgres';
import { openCheckpoints, type ServiceCheckpoints } from '../checkpoints';
import { sqlStateOf } from '../errors';
import type { EventBus } from '../ports';
import { pause } from '../runner/backoff';
import type { RunnerLogger } from '../runner/types';
import { createWakeups } from '../wakeups';
import { compareViews } from './compare-views';
import { LiveBound, readPositions } from './live-bound';
import type { RebuildRequest, RebuildState, ViewComparison, ViewFold, ViewParts } from './ports';
import { recheckDecisions, type DecisionsRechecked } from './recheck-decisions';
import { Replay } from './replay';
import { openSettledMoment, SNAPSHOT } from './settled-moment';
import {
  analyze,
  closeGate,
  dropLeftovers,
  dropOld,
  exchange,
  makeShadow,
  nextOf,
  withViewAlone,
} from './shadow';

/** A consumer each, and some to look and compare. */
const SHADOW_CONNECTIONS = 8;
/** Few enough for the last of them to be applied while writers of the view wait. */
const TAIL_RECORDS_MAX = 100;
/** How long writers of the view may wait for the tail; then they go on and it is tried again. */
const TAIL_MS = 3_000;
const SWAP_ATTEMPTS_MAX = 50;
const LOOK_MS = 50;
const DIFFERENCES_MAX = 100;
const LOCK_NOT_AVAILABLE = '55P03';
/** Statistics are renewed each time that the facts have become so many times more. */
const ANALYZE_FACTOR = 4;
const ANALYZE_FIRST = 10_000;

export interface RebuildParts {
  readonly service: string;
  readonly databaseUrl: string;
  readonly migrations: readonly MigrationSet[];
  readonly bus: EventBus;
  readonly logger: RunnerLogger;
  openFold(parts: ViewParts): ViewFold;
}

/** Told how it goes. */
export interface RebuildWatch {
  entered(state: RebuildState): void;
  replaying(replay: Pick<Replay, 'factsDone' | 'records'>): void;
  replayed(factsDone: number): void;
  compared(comparison: ViewComparison): void;
}

export interface RebuildOrder extends RebuildRequest {
  readonly id: string;
  /** Holds the rebuild's lock: when this connection is lost, so is the rebuild. */
  readonly session: Queryable;
  readonly signal: AbortSignal;
  readonly watch: RebuildWatch;
}

/** Errors: RebuildGivenUp when told to stop; whatever the database, the bus or the fold throw. */
export async function runRebuild(parts: RebuildParts, order: RebuildOrder): Promise<void> {
  const options: DatabaseOptions = {
    url: parts.databaseUrl,
    service: parts.service,
    poolSize: SHADOW_CONNECTIONS,
    applicationName: `kontor ${parts.service} rebuild`,
  };
  const schema = viewSchemaOf(parts.service);
  let swapped = false;
  try {
    await makeShadow(order.session, options, { schema, migrations: parts.migrations });
    const database = await openDatabase({
      ...options,
      viewSchema: nextOf(schema),
      asynchronousCommit: true,
    });
    try {
      swapped = await new RebuildWork(parts, order, { options, schema, database }).run();
    } finally {
      await database.close();
    }
  } finally {
    if (!swapped) await dropLeftovers(order.session, schema).catch(() => undefined);
  }
  if (swapped) await dropOld(order.session, schema);
}

export class RebuildGivenUp extends Error {
  readonly code = 'rebuild_given_up';
  constructor() {
    super('the process is stopping');
  }
}

interface Place {
  readonly options: DatabaseOptions;
  /** The served view. */
  readonly schema: string;
  /** Of the shadow. */
  readonly database: Database;
}

class RebuildWork {
  private readonly checkpoints: ServiceCheckpoints;
  private readonly fold: ViewFold;
  private readonly bound: LiveBound;

  constructor(
    private readonly parts: RebuildParts,
    private readonly order: RebuildOrder,
    private readonly place: Place,
  ) {
    const { database, schema } = place;
    // Requests that wait for the served view must not be woken by the shadow's progress.
    this.checkpoints = openCheckpoints(database, createWakeups());
    this.fold = parts.openFold({ database, checkpoints: this.checkpoints });
    this.bound = new LiveBound(database, schema);
  }

  /** Answers whether the shadow took the view's place. */
  async run(): Promise<boolean> {
    const { service, bus, logger } = this.parts;
    const { id, watch, verify, swap } = this.order;
    const { database } = this.place;
    const { checkpoints, fold, bound } = this;
    const replay = await Replay.start({
      ...{ id, service, database, checkpoints, fold, bus, bound, logger },
    });
    try {
      watch.entered('replaying');
      watch.replaying(replay);
      await this.catchUp(replay);
      await this.fold.settle?.();
      if (verify) {
        watch.entered('comparing');
        watch.compared(await this.compare(replay));
      }
      if (!swap) return false;
      watch.entered('swapping');
      await this.swap(replay);
      return true;
    } finally {
      watch.replayed(replay.factsDone);
      await replay.end();
    }
  }

  /** Until little is left; under load something always is. */
  private async catchUp(replay: Replay): Promise<void> {
    const { signal } = this.order;
    for (let analyzeAt = ANALYZE_FIRST; ;) {
      if (signal.aborted) throw new RebuildGivenUp();
      replay.assertGoingOn();
      const { done, total } = await replay.records();
      if (total - done <= TAIL_RECORDS_MAX) break;
      if (replay.factsDone >= analyzeAt) {
        await this.analyzeShadow();
        analyzeAt = replay.factsDone * ANALYZE_FACTOR;
      }
      await pause(LOOK_MS, signal);
    }
    await this.analyzeShadow();
  }

  private analyzeShadow(): Promise<void> {
    const { database } = this.place;
    return analyze(database, database.viewSchema);
  }

  private async compare(replay: Replay): Promise<ViewComparison> {
    const { database, schema } = this.place;
    const served = await database.connect();
    const fromLog = await database.connect();
    try {
      await openSettledMoment(served, {
        ...{ options: this.place.options, schema, bound: this.bound, signal: this.order.signal },
        openFold: (parts) => this.parts.openFold(parts),
        alone: (work) => this.alone(work),
      });
      if (this.order.signal.aborted) throw new RebuildGivenUp();
      await this.reachMoment(replay);
      await fromLog.query(SNAPSHOT);
      const rows = await compareViews(
        { session: served, schema },
        { session: fromLog, schema: database.viewSchema },
        DIFFERENCES_MAX,
      );
      const decisions = await this.recheck(replay, DIFFERENCES_MAX - rows.differences.length);
      return {
        same: rows.tables.every(({ same }) => same) && decisions.differences.length === 0,
        tables: rows.tables,
        decisionsChecked: decisions.checked,
        differences: [...rows.differences, ...decisions.differences],
        truncated: rows.truncated || decisions.truncated,
      };
    } finally {
      this.bound.thaw();
      await Promise.all([served.close(), fromLog.close()]);
    }
  }

  private async reachMoment(replay: Replay): Promise<void> {
    const { signal } = this.order;
    while (!(await replay.reachesBound(TAIL_MS, signal)))
      if (signal.aborted) throw new RebuildGivenUp();
    await replay.honourDiscards();
    await this.fold.settle?.();
  }

  private async recheck(replay: Replay, differencesMax: number): Promise<DecisionsRechecked> {
    const { recheck } = this.fold;
    if (!recheck) return { checked: 0, differences: [], truncated: false };
    const { database, schema } = this.place;
    return recheckDecisions(recheck, {
      ...{ bus: this.parts.bus, database, signal: this.order.signal, differencesMax },
      reachView: async () => {
        this.bound.freezeAt(await readPositions(database, schema));
        await this.reachMoment(replay);
      },
    });
  }

  private async swap(replay: Replay): Promise<void> {
    const { signal } = this.order;
    for (let attempt = 1; attempt <= SWAP_ATTEMPTS_MAX; attempt += 1) {
      await this.catchUp(replay);
      try {
        if (await this.alone(() => this.swapAlone(replay))) return;
      } finally {
        this.bound.thaw();
      }
      if (signal.aborted) throw new RebuildGivenUp();
      this.parts.logger.warn('a rebuilt view was not swapped in yet; trying again', { attempt });
      await pause(LOOK_MS, signal);
    }
    throw new Error('the tail of the log could not be applied while writers of the view waited');
  }

  /** Writers of the view that take long are let go first, as often as it takes. */
  private async alone<T>(work: () => Promise<T>): Promise<T> {
    const { session, signal } = this.order;
    for (let attempt = 1; ; attempt += 1)
      try {
        return await withViewAlone(session, this.place.schema, work);
      } catch (error) {
        const isBusy = sqlStateOf(error) === LOCK_NOT_AVAILABLE;
        if (!isBusy || attempt >= SWAP_ATTEMPTS_MAX || signal.aborted) throw error;
        await pause(LOOK_MS, signal);
      }
  }

  private async swapAlone(replay: Replay): Promise<boolean> {
    const { session, signal } = this.order;
    const { schema } = this.place;
    this.bound.freezeAt(await readPositions(session, schema));
    if (!(await replay.reachesBound(TAIL_MS, signal))) return false;
    await replay.honourDiscards();
    // The last thing that may have to be tried again: after it there is no way but forward.
    await closeGate(session, schema);
    await replay.close();
    await exchange(session, schema);
    return true;
  }
}
