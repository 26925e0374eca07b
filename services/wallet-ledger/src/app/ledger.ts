/**
 * The ledger: all commands of all wallets go through one group-commit queue.
 *
 * A batch is decided in memory and written by one statement that asserts what it rests on. When
 * something was not so (another instance wrote, an id was used before, a delivery was fenced), or
 * when nobody knows whether the statement was committed, the batch is decided again on fresh rows
 * under the locks of its partitions' heads. There everything is settled: a committed statement of
 * unknown outcome has left its ids and checkpoints, and one still running ends first.
 *
 * Errors: QueueFull (429), QueueStopped and infrastructure errors (503). After one of the latter a
 *         request may or may not be booked; sending it again with its id answers which.
 * Source: docs/adr/0001-how-we-decide.md.
 */
import { GroupCommitQueue, type Outcome } from '@kontor/event-sourcing';
import type { Instant } from '../domain/wallet-event';
import { keysOf, loadWallets, refsOf, type Wallets } from './batch-rows';
import { type BatchPlan, decideBatch, type Decided, EntryPoisoned } from './decide-batch';
import type {
  Delivery,
  DeliveryAnswer,
  LedgerAnswer,
  LedgerEntry,
  Request,
  RequestAnswer,
} from './ledger-entry';
import {
  type Clock,
  type DecidedTransaction,
  LedgerConflict,
  type LedgerObserver,
  type LedgerRows,
  type LedgerStore,
  type LogAddress,
  type Tenant,
  UnwritablePost,
  type WalletKey,
} from './ports';
import { ByTransactionId, TransactionWindow } from './transaction-window';
import { WalletCache } from './wallet-cache';
import { type GraceEnds } from './wake';
import { tenantId } from './wallet-key';
import { loadPasts } from './wallet-past';

export interface LedgerOptions {
  readonly store: LedgerStore;
  readonly clock: Clock;
  readonly observer: LedgerObserver;
  /** `setImmediate`: lets every caller that was just answered into the next batch. */
  readonly nextTurn: (next: () => void) => void;
  readonly graceEnds: GraceEnds;
  readonly cacheBytesMax?: number;
}

/** Rough size in the queue. */
const KEEP_UP_BYTES = 200;
/** Each try under the locks finds what the one before met; more than two are never seen. */
const ATTEMPTS_MAX = 5;

type Answered = ReadonlyMap<LedgerEntry, LedgerAnswer>;

export class Ledger {
  private readonly queue: GroupCommitQueue<LedgerEntry, LedgerAnswer>;
  private readonly cache: WalletCache;
  private readonly window = new TransactionWindow();

  constructor(private readonly options: LedgerOptions) {
    this.cache = new WalletCache(options.cacheBytesMax);
    this.queue = new GroupCommitQueue({
      commit: (entries) => this.commit(entries),
      nextTurn: options.nextTurn,
      onBatch: options.observer.batchTaken,
    });
  }

  get bytesWaiting(): number {
    return this.queue.bytesWaiting;
  }

  /** Interactive: goes before deliveries. `bytes` is its share of the queue's bound. */
  async request(request: Request, bytes: number): Promise<RequestAnswer> {
    const answer = await this.queue.submit(request, bytes, 'interactive');
    if (answer.kind === 'accepted' || answer.kind === 'unchanged') return answer;
    if (answer.kind !== 'rejected') throw new Error(`a request was answered ${answer.kind}`);
    this.options.observer.refused(request.command.type, answer.rejection.code);
    return answer;
  }

  /** Posts what time has brought to a wallet; goes with the deliveries. */
  async keepUp(wallet: WalletKey, holdsExpiredBy: Instant | undefined): Promise<void> {
    const command = { type: 'KeepUp', holdsExpiredBy } as const;
    await this.queue.submit({ kind: 'request', wallet, command }, KEEP_UP_BYTES, 'background');
  }

  /** What an id was first used for, when that is still remembered. */
  remembered(tenant: Tenant, transactionId: string): DecidedTransaction | undefined {
    return this.window.decided.get(tenantId(tenant), transactionId);
  }

  async deliver(delivery: Delivery, bytes: number): Promise<DeliveryAnswer> {
    const answer = await this.queue.submit(delivery, bytes, 'background');
    if (answer.kind !== 'applied' && answer.kind !== 'fenced' && answer.kind !== 'poison')
      throw new Error(`a delivery was answered ${answer.kind}`);
    return answer;
  }

  /** Resolves when everything that was accepted has its answer. */
  stop(): Promise<void> {
    return this.queue.stop();
  }

  /** Entries that can never be applied are left out, one by one; the others go on without them. */
  private async commit(entries: readonly LedgerEntry[]): Promise<Outcome<LedgerAnswer>[]> {
    const poisoned = new Map<LedgerEntry, Outcome<LedgerAnswer>>();
    for (;;) {
      try {
        const answers = await this.commitSound(entries.filter((entry) => !poisoned.has(entry)));
        return entries.map((entry) => poisoned.get(entry) ?? outcomeOf(answers.get(entry)));
      } catch (error) {
        if (!(error instanceof EntryPoisoned)) throw error;
        poisoned.set(error.origin.entry, outcomeOfPoison(error));
      }
    }
  }

  private async commitSound(entries: readonly LedgerEntry[]): Promise<Answered> {
    try {
      return await this.commitAtOnce(entries);
    } catch (error) {
      if (!(error instanceof LedgerConflict) && !this.options.store.isOutcomeUnknown(error))
        throw error;
      return this.commitAgain(entries);
    }
  }

  /**
   * The locks keep wallets as they were read. Only a transaction id that another customer's command
   * uses at this moment, in another partition, can still come in between; the next try finds it.
   */
  private async commitAgain(entries: readonly LedgerEntry[]): Promise<Answered> {
    for (let attempt = 1; ; attempt += 1) {
      this.options.observer.decidedAgain();
      try {
        return await this.commitUnderLocks(entries);
      } catch (error) {
        if (!(error instanceof LedgerConflict) || attempt === ATTEMPTS_MAX) throw error;
      }
    }
  }

  /** From memory, in one statement. */
  private async commitAtOnce(entries: readonly LedgerEntry[]): Promise<Answered> {
    const { store, clock, graceEnds } = this.options;
    const wallets = await this.takeWallets(keysOf(entries));
    const pasts = await loadPasts(store, entries, wallets);
    const known = this.window.decided;
    const plan = decideBatch({ entries, wallets, known, pasts, now: clock.now(), graceEnds });
    const addresses = await writeIfNeeded(store, plan);
    return this.answer(entries, { plan, wallets, addresses });
  }

  /** From fresh rows that nobody can change meanwhile; what was fenced is dropped. */
  private async commitUnderLocks(entries: readonly LedgerEntry[]): Promise<Answered> {
    const { store, clock, graceEnds } = this.options;
    const keys = keysOf(entries);
    const partitions = [...new Set([...keys.values()].map((key) => key.partition))];
    const done = await store.underLocks(partitions, async (rows) => {
      const deliveries = entries.filter((entry) => entry.kind === 'delivery');
      const ours = await rows.trySettle(deliveries.map(({ settlement }) => settlement));
      const fenced = new Set<LedgerEntry>(deliveries.filter((_, index) => !ours[index]));
      const own = entries.filter((entry) => !fenced.has(entry));
      const wallets = await loadWallets(rows, [...keys.values()]);
      const pasts = await loadPasts(rows, own, wallets);
      const known = new ByTransactionId<DecidedTransaction>();
      for (const found of await rows.findTransactions(refsOf(own)))
        known.set(tenantId(found), found.transactionId, found);
      const now = clock.now();
      const plan = decideBatch({ entries: own, wallets, known, pasts, now, graceEnds });
      const write = { ...plan.write, settlements: [] };
      const addresses = await writeIfNeeded(rows, { ...plan, write });
      return { own, fenced, plan, wallets, addresses };
    });
    const answers = new Map(this.answer(done.own, done));
    for (const entry of done.fenced) answers.set(entry, { kind: 'fenced' });
    return answers;
  }

  private async takeWallets(keys: ReadonlyMap<string, WalletKey>): Promise<Wallets> {
    const wallets: Wallets = new Map();
    const missing: WalletKey[] = [];
    for (const [id, key] of keys) {
      const cached = this.cache.take(id);
      if (cached) wallets.set(id, { ...cached, key });
      else missing.push(key);
    }
    if (missing.length > 0)
      for (const [id, stored] of await loadWallets(this.options.store, missing))
        wallets.set(id, stored);
    return wallets;
  }

  /** After the commit: wallets go back to the cache, ids into the window, answers out. */
  private answer(
    entries: readonly LedgerEntry[],
    done: {
      readonly plan: BatchPlan;
      readonly wallets: Wallets;
      readonly addresses: readonly LogAddress[];
    },
  ): Answered {
    const { plan, wallets, addresses } = done;
    for (const [id, { wallet, version, wakeAt }] of wallets)
      this.cache.put(id, { wallet, version, wakeAt });
    for (const { key, wallet, versionBefore, wakeAt } of plan.write.changed)
      this.cache.put(key.id, { wallet, version: versionBefore + 1, wakeAt });
    const settled = plan.write.settlements;
    if (addresses.length + settled.length > 0) this.options.store.committed(addresses, settled);

    const answers = new Map<LedgerEntry, LedgerAnswer>();
    entries.forEach((entry, index) => {
      const decided = plan.decided[index];
      if (!decided) throw new Error('an entry was not decided');
      const answer = answerTo(decided, plan, addresses);
      answers.set(entry, answer);
      if (entry.kind !== 'delivery' && answer.kind === 'accepted') this.remember(entry, answer);
    });
    return answers;
  }

  private remember(request: Request, answer: Extract<RequestAnswer, { kind: 'accepted' }>): void {
    const { wallet, id } = request;
    if (!id) return;
    const event = answer.events?.at(-1);
    const decided = {
      platform: wallet.platform,
      mode: wallet.mode,
      ...id,
      at: answer.at,
      address: answer.address,
      wallet,
      ...(event && { event }),
    };
    this.window.add(decided, wallet.tenantId);
  }
}

function answerTo(
  decided: Decided,
  { write }: BatchPlan,
  addresses: readonly LogAddress[],
): LedgerAnswer {
  switch (decided.kind) {
    case 'posted':
    case 'repeats': {
      const address = addresses[decided.postIndex];
      if (!address) throw new Error('a post has no address');
      const { at, postIndex } = decided;
      const events = write.posts[postIndex]?.events ?? [];
      return { kind: 'accepted', at, address, repeated: decided.kind === 'repeats', events };
    }
    case 'repeated':
      return {
        kind: 'accepted',
        at: decided.first.at,
        address: decided.first.address,
        repeated: true,
      };
    default:
      return decided;
  }
}

/**
 * Writes what there is to write; a batch of first answers given again rests on nothing that could
 * have changed.
 */
async function writeIfNeeded(rows: LedgerRows, plan: BatchPlan): Promise<LogAddress[]> {
  const { posts, read, absent, settlements, productVersions, appliedUsage } = plan.write;
  const parts = [posts, read, absent, settlements, productVersions, appliedUsage];
  if (parts.every((part) => part.length === 0)) return [];
  try {
    return await rows.write(plan.write);
  } catch (error) {
    const origin = error instanceof UnwritablePost ? plan.origins[error.postIndex] : undefined;
    throw origin ? new EntryPoisoned(origin, error) : error;
  }
}

/** The poisoned delivery is answered, so that its consumer parks the fact; a request fails. */
const outcomeOfPoison = (error: EntryPoisoned): Outcome<LedgerAnswer> =>
  error.origin.entry.kind === 'delivery'
    ? {
        ok: true,
        answer: { kind: 'poison', index: error.origin.factIndex, reason: error.message },
      }
    : { ok: false, error };

const outcomeOf = (answer: LedgerAnswer | undefined): Outcome<LedgerAnswer> =>
  answer
    ? { ok: true, answer }
    : { ok: false, error: new Error('the ledger left an entry unanswered') };
