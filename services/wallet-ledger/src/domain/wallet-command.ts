/**
 * What can be asked of a wallet, and how it may refuse.
 *
 * Time: `at` is the instant of the batch that decides; a wallet never goes back behind its last one.
 */
import type { Decimal, DecimalString, ExchangeRate } from '@kontor/money';
import type { HoldOffer } from './priced-hold';
import type {
  AdjustmentReason,
  ChargeTerms,
  DebtStretch,
  FeeDebited,
  GivenGrant,
  HoldTerms,
  Instant,
  Overdraft,
} from './wallet-event';

/** An account as a client names it: `default` and `USD` make `default:USD`. */
export interface AccountName {
  readonly name: string;
  /** Upper-case asset code. */
  readonly asset: string;
}

/** A subscription opens an account per asset of its prices; those that exist stay as they are. */
export interface OpenAccounts {
  readonly type: 'OpenAccounts';
  readonly accounts: readonly AccountName[];
  readonly at: Instant;
}

/** Greater than zero is a credit and makes a lot; less takes out of lots, whole or not at all. */
export interface AdjustFunds {
  readonly type: 'AdjustFunds';
  readonly transactionId: string;
  readonly account: AccountName;
  readonly amount: Decimal;
  readonly reason: AdjustmentReason;
  /** The id that a credit's lot gets. */
  readonly grantId: string;
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Of a credit: when it may be used from; absent = at once. */
  readonly effectiveAt?: Instant;
  /** Of a credit; absent = it never expires. */
  readonly expiresAt?: Instant;
  readonly at: Instant;
}

/** A fee in one of the assets that its price lists. */
export interface FeeAlternative {
  readonly asset: string;
  readonly amount: Decimal;
  readonly fiatValue: DecimalString | null;
  readonly fiatRate: DecimalString | null;
  readonly description: string | undefined;
}

export interface Fee {
  readonly feeId: string;
  readonly productId: string;
  /** In the price's order; at least one. */
  readonly alternatives: readonly FeeAlternative[];
}

/** All fees of one usage event. Usage has happened, so this is never refused. */
export interface DebitFees {
  readonly type: 'DebitFees';
  readonly eventId: string;
  readonly occurredAt: Instant;
  readonly subject: string | undefined;
  readonly fees: readonly Fee[];
  readonly authorization?: NamedAuthorization;
  readonly at: Instant;
}

/** A credit of the wallet, as far as reversals need to know it. */
export interface PastGrant extends GivenGrant {
  readonly accountId: string;
  /** The span of the debt line that it repaid when it came into effect; undefined = none. */
  readonly repaid: DebtStretch | undefined;
}

/** Takes the fees of a usage event back; like the usage itself it is never refused. */
export interface ReverseFees {
  readonly type: 'ReverseFees';
  readonly eventId: string;
  readonly reason: string;
  /** The event's, as they were posted. */
  readonly debits: readonly FeeDebited[];
  /** All grants that the debits came from, or that repaid them; also more. */
  readonly grants: ReadonlyMap<string, PastGrant>;
  readonly at: Instant;
}

/** The hold that usage wants its fees captured from. */
export interface NamedAuthorization {
  readonly authorizationId: string;
  /** What is left goes back once the fees of this event are captured. */
  readonly final: boolean;
  /** When the usage was accepted: a hold is there for usage accepted before it expires. */
  readonly recordedAt: Instant;
}

/** An ad-hoc fee: taken whole or not at all. */
export interface ChargeFunds {
  readonly type: 'ChargeFunds';
  readonly transactionId: string;
  readonly account: AccountName;
  readonly amount: Decimal;
  readonly terms: ChargeTerms;
  /** Of the asset in the reporting currency, when it was asked for; null = there is none. */
  readonly fiatRate: ExchangeRate | null;
  readonly at: Instant;
}

export interface SetOverdraft {
  readonly type: 'SetOverdraft';
  readonly accountId: string;
  readonly overdraft: Overdraft;
  readonly at: Instant;
}

export interface PlaceHold {
  readonly type: 'PlaceHold';
  readonly authorizationId: string;
  readonly account: AccountName;
  readonly amount: Decimal;
  /**
   * Of priced usage: what it comes to, in each asset that could be held; at least one. The wallet
   * chooses; `amount` and the asset of `account` are the first one's. Usage that is free may be 0.
   */
  readonly offers?: readonly HoldOffer[];
  /** How long it may be used from the decision on, which a clock that steps back does not shorten. */
  readonly lifeMs: number;
  readonly terms: HoldTerms;
  readonly at: Instant;
}

export interface CaptureHold {
  readonly type: 'CaptureHold';
  readonly authorizationId: string;
  /** Undefined = all that is left. */
  readonly amount: Decimal | undefined;
  readonly final: boolean;
  /** As of a charge. */
  readonly fiatRate: ExchangeRate | null;
  readonly at: Instant;
}

export interface VoidHold {
  readonly type: 'VoidHold';
  readonly authorizationId: string;
  readonly at: Instant;
}

/** Posts what time has brought: activations and expiries, and holds whose grace has ended. */
export interface KeepUp {
  readonly type: 'KeepUp';
  /** Holds that expired by then go back; undefined = none yet. */
  readonly holdsExpiredBy: Instant | undefined;
  readonly at: Instant;
}

export type WalletCommand =
  | OpenAccounts
  | AdjustFunds
  | DebitFees
  | ReverseFees
  | ChargeFunds
  | SetOverdraft
  | PlaceHold
  | CaptureHold
  | VoidHold
  | KeepUp;

export type WalletRejection =
  | { readonly code: 'amount_zero' }
  | { readonly code: 'grant_expired' }
  | { readonly code: 'account_unknown' }
  | { readonly code: 'authorization_not_open' }
  | { readonly code: 'authorization_expired' }
  | {
      readonly code: 'capture_exceeds_hold';
      readonly requested: Decimal;
      readonly available: Decimal;
      readonly asset: string;
    }
  | { readonly code: 'too_many_authorizations'; readonly limit: number }
  | {
      readonly code: 'insufficient_funds';
      readonly requested: Decimal;
      readonly available: Decimal;
      readonly asset: string;
    }
  | { readonly code: 'too_many_grants'; readonly limit: number }
  | { readonly code: 'too_many_accounts'; readonly limit: number };

/** Fees go to the account of this name. */
export const DEFAULT_ACCOUNT_NAME = 'default';

/** Account ids compare in any case: `Default:usd` is `default:USD`. */
export const accountIdOf = (account: AccountName): string =>
  `${account.name.toLowerCase()}:${account.asset}`;

/** The account that fees in this asset go to. */
export const feeAccountIdOf = (asset: string): string => `${DEFAULT_ACCOUNT_NAME}:${asset}`;
