/**
 * What events of a wallet are made of.
 *
 * Units:  amounts are decimals in the account's asset, never negative; instants are canonical text.
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

/** How far usage may take an account below zero. */
export type Overdraft =
  | { readonly mode: 'unlimited' }
  | { readonly mode: 'limit'; readonly limit: Decimal }
  | { readonly mode: 'none' };

/** What a debit took out of a hold. */
export interface Draw {
  readonly authorizationId: string;
  readonly held: readonly Take[];
  /** The part of the hold that no lot covered. It ends, and is paid anew out of lots or as debt. */
  readonly overdraft: Decimal;
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

/** A grant and when it was given: enough to make its lot again. */
export interface GivenGrant {
  readonly grant: Grant;
  readonly createdAt: Instant;
}

/** What revenue is worth in the reporting currency; null = there is no rate. */
export interface Worth {
  readonly fiatRate: DecimalString | null;
  readonly fiatValue: DecimalString | null;
}
