import type { WalletPostedV1 } from '@kontor/contracts';
import type { DeliveredFact } from '@kontor/event-log';
import type { Wallet } from '../../domain/wallet-state';
import type { CustomerRef } from '../postgres/audit-reads';

export type LedgerFact = DeliveredFact<WalletPostedV1>;

/** A wallet as the log gives it, and how many of its rows were found. */
export interface FoldedWallet extends CustomerRef {
  wallet: Wallet;
  grantsFound: number;
  linesFound: number;
  /** A fact could not follow on the one before: nothing more can be said of it. */
  broken: boolean;
}

export const idOf = ({ platform, mode, customerId }: CustomerRef): string =>
  `${platform} ${mode} ${customerId}`;

export const refOf = ({ platform, mode, key }: WalletPostedV1): CustomerRef => ({
  platform,
  mode,
  customerId: key,
});
