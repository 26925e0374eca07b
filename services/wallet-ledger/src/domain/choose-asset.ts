/**
 * Which of the listed assets pays: the first whose account exists with enough available, else the
 * first listed, which then runs into debt (a fee) or is refused (a hold). One fee is never split
 * over assets.
 */
import type { Decimal } from '@kontor/money';
import { feeAccountIdOf } from './wallet-command';
import { available, type Wallet } from './wallet-state';

interface Listed {
  readonly asset: string;
  readonly amount: Decimal;
}

/** Index of the alternative that pays. */
export function chooseAsset(
  alternatives: readonly Listed[],
  wallet: Wallet,
  accountIdIn: (asset: string) => string = feeAccountIdOf,
): number {
  if (alternatives.length === 1) return 0;
  const index = alternatives.findIndex(({ asset, amount }) => {
    const account = wallet.accounts.get(accountIdIn(asset));
    return account !== undefined && available(account).gte(amount);
  });
  return Math.max(index, 0);
}
