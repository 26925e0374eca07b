/**
 * Takes usage: admits what can be admitted, and answers each item when its fact is durable.
 *
 * All of a process goes through one group-commit queue: while one transaction is under way new
 * requests wait and then share the next one, so a commit is paid for hundreds of events at once.
 *
 * Limits: `bytesMax` of usage between its arrival and its answer; beyond it QueueFull (HTTP 429).
 */
import type { Tenant } from '@kontor/contracts';
import {
  type BatchObserver,
  GroupCommitQueue,
  QueueFull,
  type Outcome,
  type Priority,
} from '@kontor/event-sourcing';
import type { Refusal } from '../domain/refusal';
import type { Submission, SubmittedItem } from '../domain/submission';
import type { AdmittedItem, AdmitUsage } from './admit-usage';
import type { AcceptanceAnswer, AcceptanceCommand, AcceptanceStore, LandedAt } from './ports';

export interface ItemAnswer {
  readonly id: string | undefined;
  readonly status: 'accepted' | 'duplicate' | 'rejected';
  /** Why it was rejected. */
  readonly refusal?: Refusal;
}

export type UsageAnswer =
  | {
      readonly ok: true;
      /** One per item, in their order. */
      readonly items: readonly ItemAnswer[];
      readonly positions: readonly LandedAt[];
    }
  | { readonly ok: false; readonly refusal: Refusal };

export interface AcceptUsageOptions {
  readonly admission: AdmitUsage;
  readonly store: AcceptanceStore;
  readonly nextTurn: (next: () => void) => void;
  /** Whether trying the same again can help, so that it is nobody's fault in the batch. */
  readonly isRetriable: (error: unknown) => boolean;
  readonly bytesMax?: number;
  readonly onBatch?: BatchObserver;
}

/** A few of the largest bodies, and thousands of usual ones. */
const BYTES_MAX = 64 * 1024 * 1024;
/** What an event weighs beside its text: parsed, checked, and as a fact. */
const EVENT_OVERHEAD_BYTES = 1_000;

export class AcceptUsage {
  private readonly queue: GroupCommitQueue<AcceptanceCommand, AcceptanceAnswer>;
  private bytes = 0;

  constructor(private readonly options: AcceptUsageOptions) {
    this.queue = new GroupCommitQueue({
      commit: (batch) => this.commit(batch),
      nextTurn: options.nextTurn,
      bytesMax: Number.MAX_SAFE_INTEGER,
      ...(options.onBatch && { onBatch: options.onBatch }),
    });
  }

  /** Bytes of usage that have no answer yet. */
  get bytesInFlight(): number {
    return this.bytes;
  }

  /**
   * Errors: QueueFull, QueueStopped, DependencyDown, infrastructure errors; all retriable, and a
   *         second try is harmless because ids are remembered.
   */
  accept(tenant: Tenant, submission: Submission): Promise<UsageAnswer> {
    return this.holding(weightOf(submission.items), async (bytes) => {
      const admission = await this.options.admission.admit(tenant, submission);
      if (!admission.ok) return admission;
      const usages = admission.items.flatMap((item) => (item.ok ? [item.usage] : []));
      const answer =
        usages.length > 0
          ? await this.queue.submit({ usages }, bytes)
          : { verdicts: [], positions: [] };
      const items = answersOf(submission.items, admission.items, answer);
      return { ok: true, items, positions: answer.positions };
    });
  }

  /** A command that was admitted elsewhere, e.g. a batch of inbound records. */
  submit(command: AcceptanceCommand, priority: Priority): Promise<AcceptanceAnswer> {
    return this.queue.submit(command, 0, priority);
  }

  /** Resolves when everything that was accepted into the queue is answered. */
  stop(): Promise<void> {
    return this.queue.stop();
  }

  private async holding<T>(bytes: number, work: (bytes: number) => Promise<T>): Promise<T> {
    // A single request above the bound still passes when it is alone: its own limit is the body's.
    if (this.bytes > 0 && this.bytes + bytes > (this.options.bytesMax ?? BYTES_MAX))
      throw new QueueFull();
    this.bytes += bytes;
    try {
      return await work(bytes);
    } finally {
      this.bytes -= bytes;
    }
  }

  /** A command that cannot be written (a bug of ours) must not take its neighbours with it. */
  private async commit(
    batch: readonly AcceptanceCommand[],
  ): Promise<readonly Outcome<AcceptanceAnswer>[]> {
    const { store, isRetriable } = this.options;
    try {
      return await store.commit(batch);
    } catch (error) {
      if (batch.length === 1 || isRetriable(error)) throw error;
    }
    const outcomes: Outcome<AcceptanceAnswer>[] = [];
    for (const command of batch) outcomes.push(await this.commitAlone(command));
    return outcomes;
  }

  private async commitAlone(command: AcceptanceCommand): Promise<Outcome<AcceptanceAnswer>> {
    try {
      const [outcome] = await this.options.store.commit([command]);
      return outcome ?? { ok: false, error: new Error('a command got no answer') };
    } catch (error) {
      return { ok: false, error: error instanceof Error ? error : new Error(String(error)) };
    }
  }
}

function weightOf(items: readonly SubmittedItem[]): number {
  let bytes = 0;
  for (const { checked } of items)
    bytes += EVENT_OVERHEAD_BYTES + (checked.ok ? checked.event.content.length * 3 : 0);
  return bytes;
}

const ID_REUSED = 'This id was used for an event with other content.';

function answersOf(
  items: readonly SubmittedItem[],
  admitted: readonly AdmittedItem[],
  { verdicts }: Pick<AcceptanceAnswer, 'verdicts'>,
): ItemAnswer[] {
  let next = 0;
  return items.map(({ id, pointer }, index) => {
    const item = admitted[index];
    if (!item?.ok) return { id, status: 'rejected', ...(item && { refusal: item.refusal }) };
    const { eventId } = item.usage.event;
    const verdict = verdicts[next] ?? 'accepted';
    next += 1;
    if (verdict !== 'event_id_reused') return { id: eventId, status: verdict };
    const refusal = { pointer: `${pointer}/id`, code: verdict, detail: ID_REUSED };
    return { id: eventId, status: 'rejected', refusal };
  });
}
