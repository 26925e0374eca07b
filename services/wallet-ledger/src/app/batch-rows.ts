/** Which rows a batch needs, and reading them. */
import { reversalIdOf } from '../domain/decide-reversal';
import type { DeliveredCommand, LedgerEntry } from './ledger-entry';
import type { LedgerRows, StoredWallet, TransactionRef, WalletKey } from './ports';

export type Wallets = Map<string, StoredWallet & { readonly key: WalletKey }>;

/** The wallets that a batch touches, by their id. */
export function keysOf(entries: readonly LedgerEntry[]): Map<string, WalletKey> {
  const keys = new Map<string, WalletKey>();
  const add = (key: WalletKey): void => void keys.set(key.id, key);
  for (const entry of entries)
    if (entry.kind === 'delivery') for (const { wallet } of entry.commands) add(wallet);
    else add(entry.wallet);
  return keys;
}

/** The transaction ids that a batch may use for the first time, or again. */
export function refsOf(entries: readonly LedgerEntry[]): TransactionRef[] {
  return entries.flatMap((entry) =>
    entry.kind === 'delivery'
      ? entry.commands.flatMap(({ wallet, command }) =>
          idsOf(command).map((transactionId) => refOf(wallet, transactionId)),
        )
      : entry.id
        ? [refOf(entry.wallet, entry.id.transactionId)]
        : [],
  );
}

/**
 * What usage leaves behind: its fees, and that it used the authorization that it named. What a
 * reversal may leave: that each of the fees is reversed.
 */
export function idsOf(command: DeliveredCommand['command']): string[] {
  switch (command.type) {
    case 'DebitFees': {
      const { fees, eventId, authorization } = command;
      const feeIds = fees.map(({ feeId }) => feeId);
      return authorization ? [...feeIds, usageIdOf(eventId)] : feeIds;
    }
    case 'ReverseFees':
      return command.feeIds.map(reversalIdOf);
    default:
      return [];
  }
}

export const usageIdOf = (eventId: string): string => `usage:${eventId}`;

export const refOf = ({ platform, mode }: WalletKey, transactionId: string): TransactionRef => ({
  platform,
  mode,
  transactionId,
});

export async function loadWallets(rows: LedgerRows, keys: readonly WalletKey[]): Promise<Wallets> {
  const wallets: Wallets = new Map();
  if (keys.length === 0) return wallets;
  const stored = await rows.loadWallets(keys);
  keys.forEach((key, index) => {
    const found = stored[index];
    if (found) wallets.set(key.id, { ...found, key });
  });
  return wallets;
}
