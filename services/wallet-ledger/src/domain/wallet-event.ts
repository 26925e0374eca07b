/**
 * What can happen in a wallet. These are the ledger's own words; the facts on the log are made of
 * them at the edge, with the legs added.
 *
 * Units:  amounts are decimals in the account's asset, never negative; instants are canonical text.
 * Source: docs/adr/0003-deciders-not-aggregates.md.
 */
import type { Decimal, DecimalString } from '@kontor/money';

/** `2026-01-05T14:32:18.000000Z`: texts of this form sort as instants do. */
export type Instant = string;

/** What a credit is: decides its burn order and what revenue may be recognised from it. */
export type Purpose = 'promotional' | 'bundled' | 'paid';

/** Why somebody adjusted a balance by hand. */
export type AdjustmentReason =
  'gift' | 'external_topup' | 'external_refund' | 'other' | 'correction' | 'migration';

/** An amount taken out of one lot. */
export interface Take {
  readonly grantId: string;
  readonly amount: Decimal;
}

/**
 * A stretch of an account's debt, counted from its first debt on: a debit that runs into debt
 * occupies the next stretch, a repayment covers the oldest open one. So debits and repayments name
 * each other without a list, and a wallet that owes for a million fees is as small as any other.
 */
export interface DebtStretch {
  readonly from: Decimal;
  readonly amount: Decimal;
}

/** A credit as it was given. */
export interface Grant {
  readonly grantId: string;
  readonly purpose: Purpose;
  readonly amount: Decimal;
  /** Revenue that may be recognised when the whole lot is used. */
  readonly basis: Decimal;
  /** Lower burns first within one purpose. */
  readonly priority: number;
  readonly effectiveAt: Instant;
  /** Null = it never expires. */
  readonly expiresAt: Instant | null;
}

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
  readonly uncollected: Decimal;
  readonly balance: Decimal;
  readonly occurredAt: Instant;
  readonly at: Instant;
}

export type WalletEvent = AccountOpened | FundsCredited | FundsDebited | FeeDebited;
