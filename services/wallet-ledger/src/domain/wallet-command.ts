/**
 * What can be asked of a wallet, and how it may refuse.
 *
 * Time: `at` is the instant of the batch that decides; a wallet never goes back behind its last one.
 */
import type { Decimal, DecimalString } from '@kontor/money';
import type { AdjustmentReason, Instant } from './wallet-event';

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
  readonly at: Instant;
}

export type WalletCommand = OpenAccounts | AdjustFunds | DebitFees;

export type WalletRejection =
  | { readonly code: 'amount_zero' }
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
