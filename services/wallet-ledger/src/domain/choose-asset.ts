/**
 * Which of the listed assets pays a fee: the first whose account exists with enough available, else
 * the first listed, which then runs into debt. One fee is never split over assets.
 */
import { type FeeAlternative, feeAccountIdOf } from './wallet-command';
import { available, type Wallet } from './wallet-state';

/** Index of the alternative that pays. */
export function chooseAsset(alternatives: readonly FeeAlternative[], wallet: Wallet): number {
  if (alternatives.length === 1) return 0;
  const index = alternatives.findIndex(({ asset, amount }) => {
    const account = wallet.accounts.get(feeAccountIdOf(asset));
    return account !== undefined && available(account).gte(amount);
  });
  return Math.max(index, 0);
}
