/**
 * Shares the costs of events without fees over the fees of their subject, after the batches that
 * brought a fee or a cost are committed: such a batch only marks the subject, so what a batch does
 * never depends on how much its subjects hold.
 *
 * A transaction shares many small subjects, or a part of a large one's costs: each cost is shared
 * on its own over all fees, so it may stop anywhere and go on later. Until then the rest keeps its
 * older shares, and new costs stand under no product; every state adds up.
 *
 * Cost: a subject with n fees and k events of costs is n rows read per transaction, and k shares
 *       (FeeShares) per round; a new fee causes one round however many came meanwhile. A partition
 *       rests after a long transaction, so that a busy subject takes a tenth of its time at most.
 * Errors: what the store throws is reported and tried again; nothing is lost, the mark stays.
 */
import type { Tenant } from '../domain/entries';
import { subjectKey } from '../domain/changes';
import { Reshared } from '../domain/reshare';
import { FeeShares } from '../domain/share-cost';
import type {
  CostlyEvent,
  OpenSubject,
  OpenSubjects,
  SubjectProgress,
  SubjectSharingStore,
} from './ports';

/** Subjects looked at in one transaction. */
const SUBJECTS_MAX = 200;
/** Fees read in one transaction; a subject with more of them is alone in it. */
const FEES_MAX = 20_000;
/** Events of one subject shared in one transaction. */
const EVENTS_MAX = 1_000;
/** No further event is shared in a transaction that computed for so long: others wait for it. */
const SHARING_MS = 200;
/** Transactions longer than this are followed by rest of REST_FACTOR times their length. */
const LONG_MS = 50;
const REST_FACTOR = 9;
/** Another instance may have opened a subject and died: looked for this often. */
const POLL_MS = 1_000;

/** A subject with its fees ready for sharing. */
interface Work {
  readonly subject: OpenSubject;
  readonly shares: FeeShares;
}

export interface SubjectSharingOptions {
  readonly store: SubjectSharingStore;
  readonly onError: (error: unknown) => void;
  /** Default EVENTS_MAX and FEES_MAX. */
  readonly eventsMax?: number;
  readonly feesMax?: number;
}

export class SubjectSharing {
  private readonly running = new Map<number, Promise<void>>();
  private readonly restUntil = new Map<number, number>();
  /** Of the large subject that was worked on last: its costs may take many transactions. */
  private large: { key: string; feeCount: number; shares: FeeShares } | undefined;
  private turn = 0;
  private stopped = true;
  private ended: Promise<void> = Promise.resolve();
  private wakeSleeper: () => void = () => undefined;

  private readonly feesMax: number;

  constructor(private readonly options: SubjectSharingOptions) {
    this.feesMax = options.feesMax ?? FEES_MAX;
  }

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
  settle(tenant: Tenant, timeoutMs: number): Promise<boolean> {
    return this.settleOpen(timeoutMs, tenant);
  }

  /** The same for all tenants; by default it takes whatever time it takes. */
  finish(timeoutMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    return this.settleOpen(timeoutMs);
  }

  private async settleOpen(timeoutMs: number, tenant?: Tenant): Promise<boolean> {
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
      const subjects = choose(await open.take(SUBJECTS_MAX), this.turn, this.feesMax);
      const work = await this.loaded(open, subjects);
      await open.leave(await shareSubjects(open, work, this.options.eventsMax ?? EVENTS_MAX));
    });
    const took = Date.now() - startedAt;
    if (took > LONG_MS) this.restUntil.set(partition, Date.now() + REST_FACTOR * took);
  }

  private async loaded(open: OpenSubjects, subjects: readonly OpenSubject[]): Promise<Work[]> {
    const [first] = subjects;
    const isKnown =
      first !== undefined &&
      this.large?.key === subjectKey(first) &&
      this.large.feeCount === first.feeCount;
    const fees = await open.fees(isKnown ? subjects.slice(1) : subjects);
    const work = subjects.map((subject) => ({
      subject,
      shares:
        isKnown && subject === first && this.large
          ? this.large.shares
          : new FeeShares(fees.get(subjectKey(subject)) ?? []),
    }));
    const [one] = work;
    if (one && one.subject.feeCount > this.feesMax)
      this.large = {
        key: subjectKey(one.subject),
        feeCount: one.subject.feeCount,
        shares: one.shares,
      };
    return work;
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
  feesMax: number,
): OpenSubject[] {
  const start = subjects.length === 0 ? 0 : turn % subjects.length;
  const chosen: OpenSubject[] = [];
  let fees = 0;
  for (const subject of [...subjects.slice(start), ...subjects.slice(0, start)]) {
    if (chosen.length > 0 && fees + subject.feeCount > feesMax) continue;
    chosen.push(subject);
    fees += subject.feeCount;
  }
  return chosen;
}

/** Answers how far each subject came; those that time did not reach are left as they were. */
async function shareSubjects(
  open: OpenSubjects,
  work: readonly Work[],
  eventsMax: number,
): Promise<SubjectProgress[]> {
  const events = await open.events(
    work.map(({ subject }) => subject),
    eventsMax,
  );
  const deadline = Date.now() + SHARING_MS;
  const reshared = new Reshared();
  const progress: SubjectProgress[] = [];
  for (const { subject, shares } of work) {
    const ofSubject = events.get(subjectKey(subject)) ?? [];
    const done = shareEvents(reshared, shares, ofSubject, deadline);
    const all = done === ofSubject.length && ofSubject.length < eventsMax;
    const last = ofSubject[done - 1]?.eventId ?? subject.sharedUpTo;
    progress.push({ subject, sharedUpTo: all ? null : last });
    if (Date.now() > deadline) break;
  }
  await open.write(reshared);
  return progress;
}

/** Shares events until time is over, at least one; answers how many. */
function shareEvents(
  reshared: Reshared,
  fees: FeeShares,
  events: readonly CostlyEvent[],
  deadline: number,
): number {
  // Without a fee the costs stay under no product.
  if (fees.productIds.length === 0) return events.length;
  let done = 0;
  for (const { costs, shared } of events) {
    if (done > 0 && Date.now() > deadline) break;
    reshared.add(fees, costs, shared);
    done += 1;
  }
  return done;
}
