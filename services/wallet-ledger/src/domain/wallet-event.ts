/**
 * What can happen in a wallet. These are the ledger's own words; the facts on the log are made of
 * them at the edge, with the legs added.
 *
 * Units:  amounts are decimals in the account's asset, never negative; instants are canonical text.
 * Source: docs/adr/0003-deciders-not-aggregates.md.
 */
import type { Decimal, DecimalString } from '@kontor/money';
import type { HeldFee } from './priced-hold';
import type {
  AdjustmentReason,
  DebtStretch,
  Draw,
  GivenGrant,
  Grant,
  Instant,
  Overdraft,
  Take,
  Worth,
} from './wallet-parts';

export type * from './wallet-parts';

export interface AccountOpened {
  readonly type: 'AccountOpened';
  readonly accountId: string;
  readonly name: string;
  readonly asset: string;
  readonly at: Instant;
}

export interface FundsCredited {
  readonly type: 'FundsCredited';
  readonly transactionId: string;
  readonly accountId: string;
  readonly asset: string;
  readonly amount: Decimal;
  readonly reason: AdjustmentReason;
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly grant: Grant;
  /** What of the grant paid open debt at once, oldest debt first. */
  readonly repaid: readonly DebtStretch[];
  /** Available after it. */
  readonly balance: Decimal;
  readonly at: Instant;
}

export interface FundsDebited {
  readonly type: 'FundsDebited';
  readonly transactionId: string;
  readonly accountId: string;
  readonly asset: string;
  readonly amount: Decimal;
  readonly reason: AdjustmentReason;
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly takes: readonly Take[];
  readonly balance: Decimal;
  readonly at: Instant;
}

export interface FeeDebited {
  readonly type: 'FeeDebited';
  readonly eventId: string;
  readonly feeId: string;
  readonly productId: string;
  readonly accountId: string;
  readonly asset: string;
  /** Index of the chosen asset among the fee's alternatives. */
  readonly alternative: number;
  readonly amount: Decimal;
  /** Carried for the readers, never computed with here. */
  readonly fiatValue: DecimalString | null;
  readonly fiatRate: DecimalString | null;
  readonly subject: string | undefined;
  readonly description: string | undefined;
  readonly takes: readonly Take[];
  /** What no lot covered; an amount of 0 when the lots covered all. */
  readonly debt: DebtStretch;
  /** What came out of the hold that the event named. */
  readonly draw?: Draw;
  readonly uncollected: Decimal;
  readonly balance: Decimal;
  readonly occurredAt: Instant;
  readonly at: Instant;
}

/**
 * A fee is taken back: to the lots that it came from, to those that repaid its debt meanwhile, and
 * what of that was open is owed no more.
 */
export interface FeeReversed extends Worth {
  readonly type: 'FeeReversed';
  readonly transactionId: string;
  readonly eventId: string;
  readonly feeId: string;
  readonly productId: string;
  readonly accountId: string;
  readonly asset: string;
  /** The fee's, whole. */
  readonly amount: Decimal;
  readonly subject: string | undefined;
  readonly reason: string;
  readonly returned: readonly Take[];
  /** Out of lots that expired meanwhile: lost. */
  readonly broken: readonly Take[];
  /** Those of the lots returned to that had nothing left. */
  readonly revived: readonly GivenGrant[];
  /** What of the fee's debt was open; an amount of 0 when nothing was. */
  readonly debt: DebtStretch;
  readonly uncollected: Decimal;
  readonly balance: Decimal;
  readonly occurredAt: Instant;
  readonly at: Instant;
}

/** A scheduled grant came into effect. It repays open debt first, as any credit does. */
export interface GrantActivated {
  readonly type: 'GrantActivated';
  readonly transactionId: string;
  readonly accountId: string;
  readonly asset: string;
  readonly grantId: string;
  readonly amount: Decimal;
  readonly repaid: readonly DebtStretch[];
  readonly balance: Decimal;
  readonly at: Instant;
}

/** What was free of a grant at its expiry is lost. */
export interface GrantExpired {
  readonly type: 'GrantExpired';
  readonly transactionId: string;
  readonly accountId: string;
  readonly asset: string;
  readonly grantId: string;
  readonly amount: Decimal;
  readonly balance: Decimal;
  readonly at: Instant;
}

export interface OverdraftSet {
  readonly type: 'OverdraftSet';
  readonly accountId: string;
  readonly asset: string;
  readonly overdraft: Overdraft;
  readonly at: Instant;
}

/** What a charge says of itself; carried for the readers. */
export interface ChargeTerms {
  readonly subject?: string;
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Units, volume, prices: as they were sent, never computed with. */
  readonly priced?: Readonly<Record<string, DecimalString>>;
}

export interface FundsCharged extends ChargeTerms, Worth {
  readonly type: 'FundsCharged';
  readonly transactionId: string;
  readonly accountId: string;
  readonly asset: string;
  readonly amount: Decimal;
  readonly takes: readonly Take[];
  readonly balance: Decimal;
  readonly at: Instant;
}

/** What a hold was placed for; carried for the readers. */
export interface HoldTerms {
  readonly subject?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface HoldPlaced extends HoldTerms {
  readonly type: 'HoldPlaced';
  readonly authorizationId: string;
  readonly accountId: string;
  readonly asset: string;
  readonly amount: Decimal;
  readonly takes: readonly Take[];
  /** What no lot covers, under a limit: it counts as debt while it is held. */
  readonly overdraft: Decimal;
  /** Of priced usage: what makes up the amount. */
  readonly fees?: readonly HeldFee[];
  readonly expiresAt: Instant;
  readonly balance: Decimal;
  readonly at: Instant;
}

export interface HoldCaptured extends Worth {
  readonly type: 'HoldCaptured';
  readonly transactionId: string;
  readonly accountId: string;
  readonly asset: string;
  readonly amount: Decimal;
  readonly subject: string | undefined;
  readonly draw: Draw;
  /** Out of free lots, for the part of the hold that was overdraft. */
  readonly takes: readonly Take[];
  readonly debt: DebtStretch;
  /** Of this hold by now. */
  readonly capturedInAll: Decimal;
  /** Nothing is left of the hold. */
  readonly ends: boolean;
  readonly balance: Decimal;
  readonly at: Instant;
}

export type ReleaseReason = 'captured' | 'voided' | 'expired';

/** A hold ended, and what was left of it went back to the lots that it came from. */
export interface HoldReleased {
  readonly type: 'HoldReleased';
  readonly transactionId: string;
  readonly authorizationId: string;
  readonly accountId: string;
  readonly asset: string;
  readonly reason: ReleaseReason;
  readonly amount: Decimal;
  readonly returned: readonly Take[];
  /** Out of lots that expired meanwhile: lost. */
  readonly broken: readonly Take[];
  readonly overdraft: Decimal;
  readonly capturedInAll: Decimal;
  readonly balance: Decimal;
  readonly at: Instant;
}

/** Why usage did not draw on the authorization that it named. */
export type IgnoredReason = 'authorization_not_open' | 'authorization_expired';

/** What became of the authorization that a usage event named. */
export interface AuthorizationUsed {
  readonly type: 'AuthorizationUsed';
  readonly authorizationId: string;
  readonly eventId: string;
  /** By this event. */
  readonly captured: Decimal;
  readonly capturedInAll: Decimal;
  /** Nothing is left of the hold. */
  readonly ends: boolean;
  readonly ignored?: IgnoredReason;
  readonly at: Instant;
}

export type WalletEvent =
  | AccountOpened
  | FundsCredited
  | FundsDebited
  | FeeDebited
  | FeeReversed
  | GrantActivated
  | GrantExpired
  | OverdraftSet
  | FundsCharged
  | HoldEvent;

export type HoldEvent = HoldPlaced | HoldCaptured | HoldReleased | AuthorizationUsed;
