/** When somebody must look at a wallet because time changes it. */
import { nextChangeAt } from '../domain/due';
import type { Instant } from '../domain/wallet-event';
import type { Wallet } from '../domain/wallet-state';

/** When the money of a hold that expired at an instant may go back. */
export type GraceEnds = (expiresAt: Instant) => Instant;

/** The next instant at which the wallet changes by itself; undefined = never. */
export function nextWake(wallet: Wallet, graceEnds: GraceEnds): Instant | undefined {
  let firstExpiry: Instant | undefined;
  for (const { expiresAt } of wallet.holds.values())
    if (firstExpiry === undefined || expiresAt < firstExpiry) firstExpiry = expiresAt;
  const holds = firstExpiry === undefined ? undefined : graceEnds(firstExpiry);
  const grants = nextChangeAt(wallet);
  if (holds === undefined || grants === undefined) return holds ?? grants;
  return holds < grants ? holds : grants;
}

/**
 * The stored instant stays while it is ahead and not too late, so that the index on it is not
 * written with every change of a busy wallet. Looking too early costs one look.
 */
export function wakeToStore(
  stored: Instant | undefined,
  wallet: Wallet,
  graceEnds: GraceEnds,
): Instant | undefined {
  const next = nextWake(wallet, graceEnds);
  if (stored === undefined || stored <= wallet.asOf) return next;
  return next === undefined || stored <= next ? stored : next;
}
