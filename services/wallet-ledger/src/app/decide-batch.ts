/**
 * Decides a whole batch in memory, in order, and says what must be written.
 *
 * The wallets given are the batch's own: they are advanced in place, so that every command sees
 * what the ones before it did. All commands have the batch's instant.
 */
import { unreachable } from '@kontor/event-sourcing';
import { reversalIdOf } from '../domain/decide-reversal';
import { wallet as decider } from '../domain/wallet';
import type { DebitFees, WalletCommand } from '../domain/wallet-command';
import type { Instant } from '../domain/wallet-event';
import { refOf, usageIdOf, type Wallets } from './batch-rows';
import { endedBy, idOf } from './event-ids';
import type {
  DeliveredCommand,
  Delivery,
  LedgerEntry,
  Request,
  RequestRejection,
  Undated,
} from './ledger-entry';
import type {
  AppliedUsage,
  DecidedTransaction,
  HoldEnd,
  LedgerWrite,
  Post,
  ProductVersionAssets,
  Settlement,
  TransactionRef,
  TransactionToKeep,
  WalletKey,
} from './ports';
import { ByTransactionId } from './transaction-window';
import { type GraceEnds, wakeToStore } from './wake';
import { reversalOf, type WalletPasts } from './wallet-past';

export interface BatchInput {
  readonly entries: readonly LedgerEntry[];
  /** By the id of their key; one for every wallet that an entry names. */
  readonly wallets: Wallets;
  /** What is known of the transaction ids of the batch. */
  readonly known: Pick<ByTransactionId<DecidedTransaction>, 'get'>;
  /** Of wallets with a reversal in the batch. */
  readonly pasts: WalletPasts;
  readonly now: Instant;
  readonly graceEnds: GraceEnds;
}

/** The answer to an entry, as far as it is known before the write. */
export type Decided =
  | { readonly kind: 'posted'; readonly at: Instant; readonly postIndex: number }
  | { readonly kind: 'repeated'; readonly first: DecidedTransaction }
  /** Repeats an entry of the same batch. */
  | { readonly kind: 'repeats'; readonly at: Instant; readonly postIndex: number }
  | { readonly kind: 'rejected'; readonly rejection: RequestRejection }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'applied' };

export interface BatchPlan {
  readonly decided: readonly Decided[];
  readonly write: LedgerWrite;
  /** Whose post it is, in the order of `write.posts`. */
  readonly origins: readonly PostOrigin[];
}

export interface PostOrigin {
  readonly entry: LedgerEntry;
  /** Index of the delivered fact; 0 for a request. */
  readonly factIndex: number;
}

/** An entry that can never be applied: a bug of ours, or a fact that contradicts the wallet. */
export class EntryPoisoned extends Error {
  constructor(
    readonly origin: PostOrigin,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

export function decideBatch(input: BatchInput): BatchPlan {
  const batch = new BatchInProgress(input);
  const decided = input.entries.map((entry) => batch.decide(entry));
  return { decided, write: batch.toWrite(), origins: batch.origins };
}

interface KeptInBatch {
  readonly contentHash: string | null;
  readonly at: Instant;
  readonly postIndex: number;
}

class BatchInProgress {
  readonly origins: PostOrigin[] = [];
  private readonly posts: Post[] = [];
  private readonly changed = new Set<string>();
  private readonly read = new Set<string>();
  private readonly transactions: TransactionToKeep[] = [];
  private readonly kept = new ByTransactionId<KeptInBatch>();
  private readonly absent: TransactionRef[] = [];
  private readonly settlements: Settlement[] = [];
  private readonly productVersions: ProductVersionAssets[] = [];
  private readonly ends: HoldEnd[] = [];
  private readonly appliedUsage: AppliedUsage[] = [];

  constructor(private readonly input: BatchInput) {}

  decide(entry: LedgerEntry): Decided {
    switch (entry.kind) {
      case 'request':
        return naming({ entry, factIndex: 0 }, () => this.decideRequest(entry));
      case 'delivery':
        return this.decideDelivery(entry);
      default:
        return unreachable(entry);
    }
  }

  toWrite(): LedgerWrite {
    const changed = [...this.changed].map((id) => this.storedOf(id));
    const read = [...this.read]
      .filter((id) => !this.changed.has(id))
      .map((id) => this.storedOf(id));
    return {
      posts: this.posts,
      changed: changed.map(({ key, version, wallet, wakeAt }) => ({
        key,
        versionBefore: version,
        wallet,
        wakeAt: wakeToStore(wakeAt, wallet, this.input.graceEnds),
      })),
      read: read.map(({ key, version }) => ({ key, version })),
      transactions: this.transactions,
      absent: this.absent,
      settlements: this.settlements,
      productVersions: this.productVersions,
      ends: this.ends,
      appliedUsage: this.appliedUsage,
    };
  }

  private decideRequest(request: Request): Decided {
    const { wallet, command, id } = request;
    const first = id && this.firstUse(wallet, id.transactionId);
    if (first)
      return first.contentHash === id.contentHash
        ? first.answer
        : { kind: 'rejected', rejection: { code: 'transaction_id_reused' } };

    const decision = this.decideOn(wallet, { ...command, at: this.input.now });
    if (decision.outcome === 'rejected') {
      if (id) this.absent.push(refOf(wallet, id.transactionId));
      return { kind: 'rejected', rejection: decision.rejection };
    }
    const { events } = decision;
    if (events.length === 0) return { kind: 'unchanged' };
    const origin = { entry: request, factIndex: 0 };
    const postIndex = this.post({ wallet, events }, origin, request.endHash);
    const at = events.at(-1)?.at ?? this.input.now;
    if (id) this.keep(wallet, at, { ...id, postIndex, eventIndex: events.length - 1 });
    return { kind: 'posted', at, postIndex };
  }

  private firstUse(
    { tenantId }: WalletKey,
    transactionId: string,
  ): { readonly contentHash: string | null; readonly answer: Decided } | undefined {
    const kept = this.kept.get(tenantId, transactionId);
    if (kept) {
      const { contentHash, at, postIndex } = kept;
      return { contentHash, answer: { kind: 'repeats', at, postIndex } };
    }
    const first = this.input.known.get(tenantId, transactionId);
    return first && { contentHash: first.contentHash, answer: { kind: 'repeated', first } };
  }

  private decideDelivery(delivery: Delivery): Decided {
    for (const delivered of delivery.commands) {
      const origin = { entry: delivery, factIndex: delivered.factIndex };
      naming(origin, () => this.applyDelivered(delivered, origin));
    }
    this.settlements.push(delivery.settlement);
    this.productVersions.push(...(delivery.productVersions ?? []));
    this.appliedUsage.push(...(delivery.appliedUsage ?? []));
    return { kind: 'applied' };
  }

  private applyDelivered(delivered: DeliveredCommand, origin: PostOrigin): void {
    const { wallet, command, cause } = delivered;
    const undated = this.toDecide(wallet, command);
    const decision = this.decideOn(wallet, { ...undated, at: this.input.now });
    // Usage has happened and accounts may always be opened: neither is ever refused.
    if (decision.outcome === 'rejected') throw new Error(`refused: ${decision.rejection.code}`);
    const { events } = decision;
    if (events.length === 0) return;
    const postIndex = this.post({ wallet, events, cause }, origin);
    events.forEach((event, eventIndex) => {
      const transactionId = idOf(event);
      if (transactionId === undefined) return;
      const { at } = event;
      this.keep(wallet, at, { transactionId, contentHash: null, postIndex, eventIndex });
    });
  }

  private toDecide(
    wallet: WalletKey,
    command: DeliveredCommand['command'],
  ): Undated<WalletCommand> {
    if (command.type === 'DebitFees') return this.withoutKnownFees(wallet, command);
    if (command.type !== 'ReverseFees') return command;
    const posted = this.posts.filter((post) => post.wallet.id === wallet.id);
    const events = posted.flatMap((post) => post.events);
    const reversal = reversalOf(command, this.input.pasts.get(wallet.id), events);
    const isOpen = (feeId: string): boolean => !this.firstUse(wallet, reversalIdOf(feeId));
    return { ...reversal, debits: reversal.debits.filter(({ feeId }) => isOpen(feeId)) };
  }

  /** Every fee is debited once: its id is made of its event and price, so it says what it is for. */
  private withoutKnownFees(
    wallet: WalletKey,
    command: Omit<DebitFees, 'at'>,
  ): Omit<DebitFees, 'at'> {
    const isNew = (id: string): boolean => this.firstUse(wallet, id) === undefined;
    const fees = command.fees.filter(({ feeId }) => isNew(feeId));
    if (command.authorization && !isNew(usageIdOf(command.eventId))) {
      const { authorization: _used, ...others } = command;
      return { ...others, fees };
    }
    return fees.length === command.fees.length ? command : { ...command, fees };
  }

  private decideOn(key: WalletKey, command: WalletCommand) {
    const { wallet } = this.storedOf(key.id);
    this.read.add(key.id);
    const decision = decider.decide(command, wallet);
    if (decision.outcome === 'accepted')
      for (const event of decision.events) decider.evolve(wallet, event);
    return decision;
  }

  private post(post: Post, origin: PostOrigin, endHash: string | null = null): number {
    this.changed.add(post.wallet.id);
    this.origins.push(origin);
    const postIndex = this.posts.push(post) - 1;
    post.events.forEach((event, eventIndex) => {
      const authorizationId = endedBy(event);
      if (authorizationId !== undefined)
        this.ends.push({ authorizationId, endHash, postIndex, eventIndex });
    });
    return postIndex;
  }

  private keep({ tenantId }: WalletKey, at: Instant, transaction: TransactionToKeep): void {
    const { transactionId, contentHash, postIndex } = transaction;
    this.transactions.push(transaction);
    this.kept.set(tenantId, transactionId, { contentHash, at, postIndex });
  }

  private storedOf(id: string) {
    const stored = this.input.wallets.get(id);
    if (!stored) throw new Error(`wallet ${id} is not in the batch`);
    return stored;
  }
}

function naming<T>(origin: PostOrigin, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new EntryPoisoned(origin, error);
  }
}
