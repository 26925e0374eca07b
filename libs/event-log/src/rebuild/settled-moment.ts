import {
  openDatabase,
  type Database,
  type DatabaseOptions,
  type Queryable,
} from '@kontor/postgres';
import { openCheckpoints } from '../checkpoints';
import { pause } from '../runner/backoff';
import { createWakeups } from '../wakeups';
import { type LiveBound, readPositions } from './live-bound';
import type { ViewFold, ViewParts } from './ports';

/** One table at a time by one worker: the processors are for those who serve. */
export const SNAPSHOT = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
  SET LOCAL max_parallel_workers_per_gather = 0`;

/** While others write, there is always more: then it is enough to have come close. */
const SETTLE_MS = 30_000;
/** How long writers may wait until nothing is left; most of it was settled while they wrote. */
const SETTLE_ALONE_MS = 500;
const ATTEMPTS_MAX = 20;
const PAUSE_MS = 50;

export interface MomentParts {
  /** Of the served view. */
  readonly options: DatabaseOptions;
  readonly schema: string;
  readonly bound: LiveBound;
  readonly signal: AbortSignal;
  openFold(parts: ViewParts): ViewFold;
  /** Runs `work` while nobody else writes the view. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Begins a snapshot of the served view in the session `served`, with nothing left to settle, and
 * freezes the bound at its checkpoints. What is left is settled among the writers first, so that
 * they wait for the rest only. Told to stop, it comes back without a snapshot.
 *
 * Errors: when so much came in each time that the rest was never small enough.
 */
export async function openSettledMoment(served: Queryable, parts: MomentParts): Promise<void> {
  const { options } = parts;
  const among = await openDatabase({ ...options, poolSize: 2 });
  const alone = await openDatabase({ ...options, poolSize: 2, holdsViewLock: true });
  try {
    const [first, rest] = [foldIn(among, parts), foldIn(alone, parts)];
    for (let attempt = 1; !parts.signal.aborted; attempt += 1) {
      await first.settle?.(SETTLE_MS);
      if (await parts.alone(() => opened(served, rest, parts))) return;
      if (attempt >= ATTEMPTS_MAX)
        throw new Error('what the view leaves for later could not be settled for the comparison');
      await pause(PAUSE_MS, parts.signal);
    }
  } finally {
    await Promise.all([among.close(), alone.close()]);
  }
}

const foldIn = (database: Database, { openFold }: MomentParts): ViewFold =>
  openFold({ database, checkpoints: openCheckpoints(database, createWakeups()) });

async function opened(
  served: Queryable,
  fold: ViewFold,
  { bound, schema }: MomentParts,
): Promise<boolean> {
  if ((await fold.settle?.(SETTLE_ALONE_MS)) === false) return false;
  await served.query(SNAPSHOT);
  bound.freezeAt(await readPositions(served, schema));
  return true;
}
