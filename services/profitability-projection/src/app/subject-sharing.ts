/**
 * Shares the costs of events without fees over the fees of their subject, after the batches that
 * brought a fee or a cost are committed: such a batch only marks the subject, so what a batch does
 * never depends on how much its subjects hold.
 *
 * A transaction shares many small subjects, or one round over a part of a large one's costs. Each
 * cost is shared on its own over all fees, so a round may stop anywhere and go on later; until then
 * the rest keeps its older shares, and new costs stand under no product. Every state adds up.
 *
 * Cost: a subject with n fees and k costs is n reads and k x FeeShares.share; a new fee causes one
 *       such round however many fees came meanwhile. A partition rests after a long round, so that
 *       a busy subject takes at most a tenth of its partition's time.
 * Errors: what the store throws is reported and tried again; nothing is lost, the mark stays.
 */
import type { Tenant } from '../domain/entries';
import { subjectKey } from '../domain/fold';
import { reshare } from '../domain/reshare';
import { RollUps } from '../domain/roll-ups';
import type {
  CostPortion,
  OpenSubject,
  OpenSubjects,
  SubjectProgress,
  SubjectSharingStore,
} from './ports';

/** Subjects looked at in one transaction. */
const SUBJECTS_MAX = 200;
/** Fee-cost pairs shared in one transaction, about: some tens of milliseconds. */
const WORK_MAX = 200_000;
/** Rounds longer than this are followed by rest of REST_FACTOR times their length. */
const LONG_ROUND_MS = 50;
const REST_FACTOR = 9;
/** Another instance may have opened a subject and died: looked for this often. */
const POLL_MS = 1_000;

export interface SubjectSharingOptions {
  readonly store: SubjectSharingStore;
  readonly onError: (error: unknown) => void;
  /** Default WORK_MAX. */
  readonly workMax?: number;
}

export class SubjectSharing {
  private readonly running = new Map<number, Promise<void>>();
  private readonly restUntil = new Map<number, number>();
  private turn = 0;
  private stopped = true;
  private ended: Promise<void> = Promise.resolve();
  private wakeSleeper: () => void = () => undefined;

  constructor(private readonly options: SubjectSharingOptions) {}

  start(): void {
    this.stopped = false;
    this.ended = this.runUntilStopped();
  }

  /** Resolves when the transaction in flight is done. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.ended;
  }

  /** A batch opened a subject. */
  wake(): void {
    this.wakeSleeper();
  }

  /**
   * Shares what is open for a tenant before it is read; false when it took longer than
   * `timeoutMs`: the reader then sees the older shares.
   */
  async settle(tenant: Tenant, timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const partitions = await this.options.store.openPartitions(tenant);
      if (partitions.length === 0) return true;
      for (const partition of partitions) {
        if (Date.now() >= deadline) return false;
        await this.round(partition);
      }
    }
  }

  private async runUntilStopped(): Promise<void> {
    while (!this.stopped) {
      const worked = await this.workOnce().catch((error: unknown) => {
        this.options.onError(error);
        return false;
      });
      if (!worked && !this.stopped) await this.sleep();
    }
  }

  private async workOnce(): Promise<boolean> {
    const partitions = await this.options.store.openPartitions();
    const rested = partitions.filter((one) => (this.restUntil.get(one) ?? 0) <= Date.now());
    for (const partition of rested) await this.round(partition);
    return rested.length > 0;
  }

  /** One transaction of bounded work in a partition; callers at the same time share it. */
  private round(partition: number): Promise<void> {
    const running = this.running.get(partition);
    if (running) return running;
    const round = this.share(partition).finally(() => this.running.delete(partition));
    this.running.set(partition, round);
    return round;
  }

  private async share(partition: number): Promise<void> {
    const startedAt = Date.now();
    this.turn += 1;
    await this.options.store.inPartition(partition, async (open) => {
      const subjects = await open.take(SUBJECTS_MAX);
      const chosen = choose(subjects, this.turn, this.options.workMax);
      await open.leave(await shareSubjects(open, chosen));
    });
    const took = Date.now() - startedAt;
    if (took > LONG_ROUND_MS) this.restUntil.set(partition, Date.now() + REST_FACTOR * took);
  }

  private sleep(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      this.wakeSleeper = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** As many subjects as fit, beginning at a different one each time so that none is starved. */
export function choose(
  subjects: readonly OpenSubject[],
  turn: number,
  workMax = WORK_MAX,
): CostPortion[] {
  const start = subjects.length === 0 ? 0 : turn % subjects.length;
  const portions: CostPortion[] = [];
  let room = workMax;
  for (const subject of [...subjects.slice(start), ...subjects.slice(0, start)]) {
    const fees = Math.max(1, subject.feeCount);
    const work = fees * Math.max(1, subject.costCount);
    if (work <= room) portions.push({ subject, eventsMax: subject.costCount + 1 });
    else if (portions.length > 0) continue;
    else return [{ subject, eventsMax: Math.max(1, Math.floor(workMax / fees)) }];
    room -= work;
  }
  return portions;
}

async function shareSubjects(
  open: OpenSubjects,
  portions: readonly CostPortion[],
): Promise<SubjectProgress[]> {
  const fees = await open.fees(portions.map(({ subject }) => subject));
  const costs = await open.costs(portions);
  const shared = await open.shares([...costs.values()].flat());
  const rollUps = new RollUps();
  const reshared = portions.map(({ subject }) => {
    const key = subjectKey(subject);
    return reshare(fees.get(key) ?? [], costs.get(key) ?? [], shared.get(key) ?? [], rollUps);
  });
  await open.write({ shares: reshared.flatMap(({ shares }) => shares), rollUps });
  return portions.map(({ subject, eventsMax }) => {
    const events = [...new Set((costs.get(subjectKey(subject)) ?? []).map((one) => one.eventId))];
    const full = events.length >= eventsMax;
    return { subject, sharedUpTo: full ? (events.at(-1) ?? null) : null };
  });
}
