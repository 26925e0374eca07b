/**
 * Decides a whole batch in memory, in order, and says what must be written.
 *
 * The wallets given are the batch's own: they are advanced in place, so that every command sees
 * what the ones before it did. All commands have the batch's instant.
 */
import { unreachable } from '@kontor/event-sourcing';
import { wallet as decider } from '../domain/wallet';
import type { DebitFees, WalletCommand } from '../domain/wallet-command';
import type { Instant, WalletEvent } from '../domain/wallet-event';
import { refOf } from './batch-rows';
import type {
  DeliveredCommand,
  Delivery,
  LedgerEntry,
  Request,
  RequestRejection,
} from './ledger-entry';
import type {
  DecidedTransaction,
  LedgerWrite,
  Post,
  ProductVersionAssets,
  StoredWallet,
  TransactionRef,
  TransactionToKeep,
  WalletKey,
} from './ports';
import { transactionKey } from './transaction-window';
import { walletId } from './wallet-cache';

export interface BatchInput {
  readonly entries: readonly LedgerEntry[];
  /** By `walletId`; one for every wallet that an entry names. */
  readonly wallets: ReadonlyMap<string, StoredWallet & { readonly key: WalletKey }>;
  /** What is known of the transaction ids of the batch, by `transactionKey`. */
  readonly known: (key: string) => DecidedTransaction | undefined;
  readonly now: Instant;
}

/** The answer to an entry, as far as it is known before the write. */
export type Decided =
  | { readonly kind: 'posted'; readonly at: Instant; readonly postIndex: number }
  | { readonly kind: 'repeated'; readonly first: DecidedTransaction }
  /** Repeats an entry of the same batch. */
  | { readonly kind: 'repeats'; readonly at: Instant; readonly postIndex: number }
  | { readonly kind: 'rejected'; readonly rejection: RequestRejection }
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
  readonly customerId: string;
  readonly at: Instant;
  readonly postIndex: number;
}

class BatchInProgress {
  readonly origins: PostOrigin[] = [];
  private readonly posts: Post[] = [];
  private readonly changed = new Set<string>();
  private readonly read = new Set<string>();
  private readonly transactions: TransactionToKeep[] = [];
  private readonly kept = new Map<string, KeptInBatch>();
  private readonly absent: TransactionRef[] = [];
  private readonly settlements: Delivery['settlement'][] = [];
  private readonly productVersions: ProductVersionAssets[] = [];

  constructor(private readonly input: BatchInput) {}

  decide(entry: LedgerEntry): Decided {
    switch (entry.kind) {
      case 'adjustment':
        return naming({ entry, factIndex: 0 }, () => this.decideRequest(entry));
      case 'delivery':
        return this.decideDelivery(entry);
      default:
        return unreachable(entry);
    }
  }

  toWrite(): LedgerWrite {
    const stored = (id: string) => this.storedOf(id);
    return {
      posts: this.posts,
      changed: [...this.changed].map(stored).map(({ key, version, wallet }) => ({
        key,
        versionBefore: version,
        wallet,
      })),
      read: [...this.read]
        .filter((id) => !this.changed.has(id))
        .map(stored)
        .map(({ key, version }) => ({ key, version })),
      transactions: this.transactions,
      absent: this.absent,
      settlements: this.settlements,
      productVersions: this.productVersions,
    };
  }

  private decideRequest(request: Request): Decided {
    const { wallet, command, contentHash } = request;
    const ref = refOf(wallet, command.transactionId);
    const first = this.firstUse(ref);
    if (first)
      return first.contentHash === contentHash && first.customerId === wallet.customerId
        ? first.answer
        : { kind: 'rejected', rejection: { code: 'transaction_id_reused' } };

    const decision = this.decideOn(wallet, { ...command, at: this.input.now });
    if (decision.outcome === 'rejected') {
      this.absent.push(ref);
      return { kind: 'rejected', rejection: decision.rejection };
    }
    const { events } = decision;
    const postIndex = this.post({ wallet, events }, { entry: request, factIndex: 0 });
    this.keep({ ...ref, contentHash, postIndex, eventIndex: events.length - 1 }, wallet, events);
    return { kind: 'posted', at: events.at(-1)?.at ?? this.input.now, postIndex };
  }

  private firstUse(ref: TransactionRef) {
    const key = transactionKey(ref);
    const kept = this.kept.get(key);
    if (kept) {
      const { at, postIndex } = kept;
      return { ...kept, answer: { kind: 'repeats', at, postIndex } satisfies Decided };
    }
    const first = this.input.known(key);
    return first && { ...first, answer: { kind: 'repeated', first } satisfies Decided };
  }

  private decideDelivery(delivery: Delivery): Decided {
    for (const delivered of delivery.commands) {
      const origin = { entry: delivery, factIndex: delivered.factIndex };
      naming(origin, () => this.applyDelivered(delivered, origin));
    }
    this.settlements.push(delivery.settlement);
    this.productVersions.push(...(delivery.productVersions ?? []));
    return { kind: 'applied' };
  }

  private applyDelivered(delivered: DeliveredCommand, origin: PostOrigin): void {
    const { wallet, command, cause } = delivered;
    const undated = command.type === 'DebitFees' ? this.withoutKnownFees(wallet, command) : command;
    const decision = this.decideOn(wallet, { ...undated, at: this.input.now });
    // Usage has happened and accounts may always be opened: neither is ever refused.
    if (decision.outcome === 'rejected') throw new Error(`refused: ${decision.rejection.code}`);
    const { events } = decision;
    if (events.length === 0) return;
    const postIndex = this.post({ wallet, events, cause }, origin);
    events.forEach((event, eventIndex) => {
      if (event.type !== 'FeeDebited') return;
      const ref = refOf(wallet, event.feeId);
      this.keep({ ...ref, contentHash: null, postIndex, eventIndex }, wallet, events);
    });
  }

  /** Every fee is debited once: its id is made of its event and price, so it says what it is for. */
  private withoutKnownFees(
    wallet: WalletKey,
    command: Omit<DebitFees, 'at'>,
  ): Omit<DebitFees, 'at'> {
    const isNew = ({ feeId }: DebitFees['fees'][number]): boolean =>
      this.firstUse(refOf(wallet, feeId)) === undefined;
    return command.fees.every(isNew) ? command : { ...command, fees: command.fees.filter(isNew) };
  }

  private decideOn(key: WalletKey, command: WalletCommand) {
    const id = walletId(key);
    const { wallet } = this.storedOf(id);
    this.read.add(id);
    const decision = decider.decide(command, wallet);
    if (decision.outcome === 'accepted') decision.events.reduce(decider.evolve, wallet);
    return decision;
  }

  private post(post: Post, origin: PostOrigin): number {
    this.changed.add(walletId(post.wallet));
    this.origins.push(origin);
    return this.posts.push(post) - 1;
  }

  private keep(
    transaction: TransactionToKeep,
    { customerId }: WalletKey,
    events: readonly WalletEvent[],
  ): void {
    const { contentHash, postIndex, eventIndex } = transaction;
    const at = events[eventIndex]?.at ?? this.input.now;
    this.transactions.push(transaction);
    this.kept.set(transactionKey(transaction), { contentHash, customerId, at, postIndex });
  }

  private storedOf(id: string): StoredWallet & { readonly key: WalletKey } {
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
