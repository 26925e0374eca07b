/** Accounts are opened by subscriptions, by the first credit, and by usage that needs one. */
import { type AccountName, accountIdOf } from './wallet-command';
import type { AccountOpened, Instant } from './wallet-event';
import { type Account, newAccount, type Wallet } from './wallet-state';

/** Names are the client's choice; a wallet is read and written whole. */
export const ACCOUNTS_MAX = 1_000;

/** The account, or a new one and the event that opens it. */
export function accountFor(
  name: AccountName,
  state: Wallet,
  at: Instant,
): { account: Account; opened: readonly AccountOpened[] } {
  const accountId = accountIdOf(name);
  const account = state.accounts.get(accountId);
  return account
    ? { account, opened: [] }
    : {
        account: newAccount(accountId, name.name, name.asset),
        opened: [accountOpened(name, at)],
      };
}

export const accountOpened = (account: AccountName, at: Instant): AccountOpened => ({
  type: 'AccountOpened',
  accountId: accountIdOf(account),
  name: account.name,
  asset: account.asset,
  at,
});
