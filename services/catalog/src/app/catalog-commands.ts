/**
 * The one way in which the catalog changes: everything that waits is decided in order, in memory,
 * and written in one transaction under the head of the catalog's log.
 *
 * The head's lock is held while deciding, so also with several instances nobody decides on what
 * another one is changing: of two customers with one external id, one is created and one refused.
 *
 * Errors: Refused (the request cannot be honoured; nothing was written for it), RequestTooLarge,
 *         QueueFull, QueueStopped, and the store's outages.
 */
import { type BatchObserver, GroupCommitQueue, type Outcome } from '@kontor/event-sourcing';
import type { Instant } from '../domain/instant';
import { decideBatch, type Entry, type Verdict, type Written } from './decide-batch';
import type { CatalogStore, CommandKey, NewId, Tenant } from './ports';
import { Refused } from './rejection';
import type { UseCase } from './use-case';

export interface CatalogCommandsOptions {
  readonly store: CatalogStore;
  readonly now: () => Instant;
  readonly newId: NewId;
  /** Runs `next` in a later turn of the event loop. */
  readonly nextTurn: (next: () => void) => void;
  readonly onBatch?: BatchObserver;
}

export interface Submission<Result> {
  readonly tenant: Tenant;
  readonly useCase: UseCase<Result>;
  readonly key?: CommandKey | undefined;
  /** Of the request, so that what waits is bounded. */
  readonly bytes: number;
}

export interface Answered<Result> {
  readonly result: Result;
  /** Of its last fact in `catalog.v1`, or of the newest one when nothing changed. */
  readonly position: number | undefined;
}

export class CatalogCommands {
  private readonly queue: GroupCommitQueue<Entry, Written>;

  constructor(private readonly options: CatalogCommandsOptions) {
    const { nextTurn, onBatch } = options;
    this.queue = new GroupCommitQueue({
      commit: (batch) => this.commit(batch),
      nextTurn,
      ...(onBatch && { onBatch }),
    });
  }

  async submit<Result>(submission: Submission<Result>): Promise<Answered<Result>> {
    const { tenant, useCase, key, bytes } = submission;
    const { customers = [], products = [], assets = [], rates = [] } = useCase.wants;
    const wants = { customers, products, assets, rates };
    let answered: { readonly result: Result } | undefined;
    const entry: Entry = {
      tenant,
      wants,
      key,
      decide: (catalog, moment) => {
        const decided = useCase.decide(catalog, moment);
        if (decided.ok) answered = { result: decided.result };
        return decided;
      },
      // What a repeated key gets is what an earlier entry of the same use case wrote.
      repeat: (stored) => {
        answered = { result: JSON.parse(stored) };
      },
    };
    const { position } = await this.queue.submit(entry, bytes);
    if (!answered) throw new Error('a request without a refusal has an answer');
    return { ...answered, position };
  }

  get bytesWaiting(): number {
    return this.queue.bytesWaiting;
  }

  /** Answers what waits and takes no more. */
  stop(): Promise<void> {
    return this.queue.stop();
  }

  private async commit(batch: readonly Entry[]): Promise<readonly Outcome<Written>[]> {
    try {
      return await this.commitTogether(batch);
    } catch (error) {
      if (this.options.store.isOutage(error)) throw error;
      const [only, ...others] = batch;
      if (only && others.length === 0) return [{ ok: false, error: asError(error) }];
      return this.commitApart(batch);
    }
  }

  /** One of them is to blame: alone, it fails alone. */
  private async commitApart(batch: readonly Entry[]): Promise<readonly Outcome<Written>[]> {
    const outcomes: Outcome<Written>[] = [];
    for (const entry of batch) outcomes.push(...(await this.commit([entry])));
    return outcomes;
  }

  private commitTogether(batch: readonly Entry[]): Promise<readonly Outcome<Written>[]> {
    const { store, now, newId } = this.options;
    return store.transaction(async (unit) => {
      // Read under the lock, so that later batches never have an earlier instant on one clock.
      const decided = await decideBatch(batch, unit, { now: now(), newId });
      const positions = await unit.save(decided.changes);
      const head = decided.verdicts.some(changedNothing) ? await unit.head() : 0;
      return decided.verdicts.map((verdict): Outcome<Written> => {
        if (!verdict.ok) return { ok: false, error: new Refused(verdict.rejection, verdict.path) };
        const { lastEvent, position = head } = verdict;
        const written = lastEvent === undefined ? position : positions[lastEvent];
        return { ok: true, answer: { position: written === 0 ? undefined : written } };
      });
    });
  }
}

const changedNothing = (verdict: Verdict): boolean =>
  verdict.ok && verdict.lastEvent === undefined && verdict.position === undefined;

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));
