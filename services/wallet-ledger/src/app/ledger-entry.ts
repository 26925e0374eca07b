/** What goes through the ledger's queue, and what comes back. */
import type {
  AdjustFunds,
  CaptureHold,
  ChargeFunds,
  DebitFees,
  KeepUp,
  OpenAccounts,
  PlaceHold,
  SetOverdraft,
  VoidHold,
  WalletRejection,
} from '../domain/wallet-command';
import type { Instant, WalletEvent } from '../domain/wallet-event';
import type {
  AppliedUsage,
  LogAddress,
  ProductVersionAssets,
  Settlement,
  WalletKey,
} from './ports';

/** A command before it has an instant: that is the batch's. */
export type Undated<Command> = Command extends unknown ? Omit<Command, 'at'> : never;

export type RequestedCommand =
  AdjustFunds | ChargeFunds | SetOverdraft | PlaceHold | CaptureHold | VoidHold | KeepUp;

export interface Request {
  readonly kind: 'request';
  readonly wallet: WalletKey;
  readonly command: Undated<RequestedCommand>;
  /** Kept with what it books; absent = asking again may book again. */
  readonly id?: RequestId;
  /** Of a capture or void, kept with the hold that it ends: asked again, it gets its answer again. */
  readonly endHash?: string;
}

export interface RequestId {
  readonly transactionId: string;
  /** Of what the client sent: the same id with another hash is refused. */
  readonly contentHash: string;
}

/** A reversal before the ledger has looked up what it reverses. */
export interface ReversalOrder {
  readonly type: 'ReverseFees';
  readonly eventId: string;
  readonly reason: string;
  /** Every fee that the event may have had. */
  readonly feeIds: readonly string[];
}

/** What one fact of a delivery asks of one wallet. */
export interface DeliveredCommand {
  readonly wallet: WalletKey;
  readonly command: Undated<DebitFees> | Undated<OpenAccounts> | ReversalOrder;
  readonly cause: LogAddress;
  /** Index of the fact in its batch, to name it when it can't be applied. */
  readonly factIndex: number;
}

/** A consumer's batch: one entry, written with its checkpoints or dropped with them. */
export interface Delivery {
  readonly kind: 'delivery';
  readonly commands: readonly DeliveredCommand[];
  readonly settlement: Settlement;
  /** Rows that are kept with it. */
  readonly productVersions?: readonly ProductVersionAssets[];
  readonly appliedUsage?: readonly AppliedUsage[];
}

export type LedgerEntry = Request | Delivery;

export type RequestAnswer =
  | {
      readonly kind: 'accepted';
      readonly at: Instant;
      readonly address: LogAddress;
      /** The first answer, given again. */
      readonly repeated: boolean;
      /** What was posted; absent when the first answer came from the database. */
      readonly events?: readonly WalletEvent[];
    }
  /** What was asked for is so already. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'rejected'; readonly rejection: RequestRejection };

export type RequestRejection = WalletRejection | { readonly code: 'transaction_id_reused' };

export type DeliveryAnswer =
  | { readonly kind: 'applied' }
  /** Another instance was first; the delivery must be read again. */
  | { readonly kind: 'fenced' }
  | { readonly kind: 'poison'; readonly index: number; readonly reason: string };

export type LedgerAnswer = RequestAnswer | DeliveryAnswer;
