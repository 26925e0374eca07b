/**
 * What the ledger's use cases need from outside.
 *
 * Infrastructure errors (connection, disk, shutdown) pass through every port as they are: they are
 * retriable and say nothing about the command.
 */
import type { BatchObserver } from '@kontor/event-sourcing';
import type { PricedFee } from '../domain/priced-hold';
import type { Wallet } from '../domain/wallet-state';
import type { PastGrant } from '../domain/wallet-command';
import type { FeeDebited, Instant, WalletEvent } from '../domain/wallet-event';

export interface Clock {
  now(): Instant;
}

export interface Tenant {
  readonly platform: string;
  readonly mode: 'live' | 'test';
}

/** A wallet is its customer's; `partition` is the customer's in `wallet.posted.v1`. */
export interface WalletKey extends Tenant {
  readonly customerId: string;
  readonly partition: number;
  /** Tenant and customer as one text, and the tenant's part of it: keys of maps. */
  readonly id: string;
  readonly tenantId: string;
}

/** A record of some log: where a fact of ours landed, or what caused it. */
export interface LogAddress {
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
}

/** What must be written with a delivery: its consumer's checkpoints. Passed on unread. */
export interface Settlement {
  readonly consumer: string;
}

export interface StoredWallet {
  readonly wallet: Wallet;
  /** Counts the writes of the row; 0 = there is no row yet. */
  readonly version: number;
  /** Somebody looks at it by then; undefined = nobody needs to. */
  readonly wakeAt?: Instant | undefined;
}

export interface TransactionRef extends Tenant {
  readonly transactionId: string;
}

/** A transaction that was decided: what its id was first used for, and the answer it got. */
export interface DecidedTransaction extends TransactionRef {
  /** Of what the client sent, the customer included; null where the id itself is made of it. */
  readonly contentHash: string | null;
  readonly at: Instant;
  readonly address: LogAddress;
  /** Whose it is and what it posted last, when that is remembered. */
  readonly wallet?: WalletKey;
  readonly event?: WalletEvent;
}

/** Events of one decision, on their way into the log; one record holds facts of one cause. */
export interface Post {
  readonly wallet: WalletKey;
  readonly events: readonly WalletEvent[];
  readonly cause?: LogAddress;
}

/** A transaction id to keep: it stands for the event at `eventIndex` of the post at `postIndex`. */
export interface TransactionToKeep {
  readonly transactionId: string;
  readonly contentHash: string | null;
  readonly postIndex: number;
  readonly eventIndex: number;
}

/** A hold ended by the event at `eventIndex` of the post at `postIndex`. */
export interface HoldEnd {
  readonly authorizationId: string;
  /** Of the request that ended it; null when usage or time did. */
  readonly endHash: string | null;
  readonly postIndex: number;
  readonly eventIndex: number;
}

/** Up to this position of usage.recorded.v1 all fees of the partition are applied. */
export interface AppliedUsage {
  readonly partition: number;
  readonly position: number;
}

export interface WalletToWrite {
  readonly key: WalletKey;
  readonly versionBefore: number;
  readonly wallet: Wallet;
  readonly wakeAt: Instant | undefined;
}

export interface WalletRead {
  readonly key: WalletKey;
  readonly version: number;
}

export interface ProductVersionRef extends Tenant {
  readonly productId: string;
  readonly version: number;
}

/** What the ledger keeps of the catalog: the assets in which a product version is priced. */
export interface ProductVersionAssets extends ProductVersionRef {
  readonly assets: readonly string[];
}

/** One batch, as it is written: all of it or nothing. */
export interface LedgerWrite {
  readonly posts: readonly Post[];
  readonly changed: readonly WalletToWrite[];
  /** Wallets that answers rest on and that did not change. */
  readonly read: readonly WalletRead[];
  readonly transactions: readonly TransactionToKeep[];
  /** Ids of refused commands: a refusal is no answer when the id was accepted before. */
  readonly absent: readonly TransactionRef[];
  readonly settlements: readonly Settlement[];
  readonly productVersions: readonly ProductVersionAssets[];
  readonly ends: readonly HoldEnd[];
  readonly appliedUsage: readonly AppliedUsage[];
}

/**
 * Something that the batch rests on is not so: a version, an id, a checkpoint. Nothing was written.
 * Decide again on fresh rows under the locks.
 */
export class LedgerConflict extends Error {
  readonly code = 'ledger_conflict';
  readonly retriable = true;
}

/** A post that can't be written (too large, not as its schema says): never to be tried again. */
export class UnwritablePost extends Error {
  readonly code = 'unwritable_post';
  readonly retriable = false;
  constructor(
    readonly postIndex: number,
    reason: string,
  ) {
    super(reason);
  }
}

export interface GrantRef {
  readonly accountId: string;
  readonly grantId: string;
}

/** What of a wallet's past a reversal asks for. */
export interface PastQuery {
  readonly wallet: WalletKey;
  /** Fees that may have been debited. */
  readonly feeIds: readonly string[];
  /** Grants that are asked for in any case. */
  readonly grants: readonly GrantRef[];
}

export interface WalletPast {
  /** Of the asked fees those that were debited from this wallet. */
  readonly debits: readonly FeeDebited[];
  /** The asked grants, those that the debits took from, and those that repaid debt of theirs. */
  readonly grants: readonly PastGrant[];
}

export interface LedgerRows {
  /** In the order of the keys; a wallet without a row is a new one of version 0. */
  loadWallets(keys: readonly WalletKey[]): Promise<StoredWallet[]>;
  findTransactions(refs: readonly TransactionRef[]): Promise<DecidedTransaction[]>;
  /** In the order of the queries. Read after their wallets, whose versions then vouch for it. */
  loadPasts(queries: readonly PastQuery[]): Promise<WalletPast[]>;
  /**
   * Writes a batch and answers where each post ended.
   *
   * Errors: LedgerConflict, UnwritablePost; nothing is written.
   */
  write(batch: LedgerWrite): Promise<LogAddress[]>;
}

/** Rows that nobody else can change before this transaction ends. */
export interface LockedRows extends LedgerRows {
  /** Answers which deliveries are still ours; the others must be dropped. */
  trySettle(settlements: readonly Settlement[]): Promise<boolean[]>;
}

export interface LedgerStore extends LedgerRows {
  /** Runs `work` in one transaction under the locks of these partitions' heads. */
  underLocks<T>(partitions: readonly number[], work: (rows: LockedRows) => Promise<T>): Promise<T>;
  /** After the commit: wakes readers of the log and counts deliveries as done. */
  committed(addresses: readonly LogAddress[], settlements: readonly Settlement[]): void;
  /** Whether an error leaves open if the statement was committed. */
  isOutcomeUnknown(error: unknown): boolean;
}

/** What operators see of the ledger's work. */
export interface LedgerObserver {
  /** A batch is begun; what it answers is called when the batch has its answers. */
  readonly batchTaken: BatchObserver;
  /** A batch had to be decided again under the locks. */
  decidedAgain(): void;
  refused(command: string, code: string): void;
}

/** Usage that has not happened yet. */
export interface UsageToPrice {
  readonly customerId: string;
  readonly eventType: string;
  readonly data: Readonly<Record<string, unknown>> | undefined;
  /** Whose subscriptions, prices and rates count. */
  readonly at: Instant;
}

/** Why usage has no fee. */
export type UnratedReason =
  | 'no_subscription'
  | 'no_matching_price'
  | 'volume_field_missing'
  | 'volume_field_invalid'
  | 'no_matching_dimension';

export interface PricedUsage {
  readonly fees: readonly PricedFee[];
  readonly unratedReason?: UnratedReason;
}

/** What usage would cost, as rating sees it. */
export interface UsagePrices {
  /**
   * With every subscription and price that was answered to a client before.
   *
   * Errors: an infrastructure error when rating does not answer in time; asking again may help.
   */
  price(tenant: Tenant, usage: UsageToPrice): Promise<PricedUsage>;
}

/** The assets of product versions, as the ledger's catalog consumer kept them. */
export interface ProductVersions {
  /** Those that are known; a version never changes once it is there. */
  findAssets(refs: readonly ProductVersionRef[]): Promise<ProductVersionAssets[]>;
}
