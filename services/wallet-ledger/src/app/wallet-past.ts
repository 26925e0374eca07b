/**
 * What reversals need of the past of wallets: debits and grants, read from the ledger's own log and
 * rows, and from what the batch itself posted before.
 *
 * It is read after the wallets: had anybody written in between, the versions that the batch asserts
 * would tell.
 */
import { afterEvents } from '../domain/past-grants';
import type { ReverseFees } from '../domain/wallet-command';
import type { FeeDebited, WalletEvent } from '../domain/wallet-event';
import type { Wallet } from '../domain/wallet-state';
import type { Wallets } from './batch-rows';
import type { LedgerEntry, ReversalOrder } from './ledger-entry';
import type { GrantRef, LedgerRows, PastQuery, WalletPast } from './ports';

/** By the id of the wallet's key; only of wallets with a reversal in the batch. */
export type WalletPasts = ReadonlyMap<string, WalletPast>;

const NO_PASTS: WalletPasts = new Map();

export async function loadPasts(
  rows: LedgerRows,
  entries: readonly LedgerEntry[],
  wallets: Wallets,
): Promise<WalletPasts> {
  const queries = [...queriesOf(entries, wallets).values()];
  if (queries.length === 0) return NO_PASTS;
  const pasts = await rows.loadPasts(queries);
  return new Map(pasts.map((past, index) => [queries[index]?.wallet.id ?? '', past]));
}

/** One for each wallet, for the fees of all its reversals. */
function queriesOf(entries: readonly LedgerEntry[], wallets: Wallets): Map<string, PastQuery> {
  const queries = new Map<string, PastQuery>();
  const delivered = entries.flatMap((entry) => (entry.kind === 'delivery' ? entry.commands : []));
  for (const { wallet, command } of delivered) {
    if (command.type !== 'ReverseFees') continue;
    const before = queries.get(wallet.id);
    const feeIds = [...(before?.feeIds ?? []), ...command.feeIds];
    const grants = before?.grants ?? grantsIn(wallets.get(wallet.id)?.wallet);
    queries.set(wallet.id, { wallet, feeIds, grants });
  }
  return queries;
}

/** What is there now may be used up in this batch, by fees that it takes back. */
function grantsIn(wallet: Wallet | undefined): GrantRef[] {
  if (!wallet) return [];
  const refs = new Map<string, GrantRef>();
  const add = (accountId: string, { grantId }: Pick<GrantRef, 'grantId'>): void =>
    void refs.set(grantId, { accountId, grantId });
  for (const { accountId, lots, scheduled } of wallet.accounts.values())
    for (const lot of [...lots, ...scheduled]) add(accountId, lot);
  for (const { accountId, takes } of wallet.holds.values())
    for (const take of takes) add(accountId, take);
  return [...refs.values()];
}

/** The order as the wallet decides it. `posted`: what the batch posted in this wallet before. */
export function reversalOf(
  { eventId, reason }: ReversalOrder,
  past: WalletPast | undefined,
  posted: readonly WalletEvent[],
): Omit<ReverseFees, 'at'> {
  const debits = [...(past?.debits ?? []), ...posted].filter(
    (event): event is FeeDebited => event.type === 'FeeDebited' && event.eventId === eventId,
  );
  const before = new Map(past?.grants.map((one) => [one.grant.grantId, one]));
  const grants = afterEvents(before, posted);
  return { type: 'ReverseFees', eventId, reason, debits, grants };
}
