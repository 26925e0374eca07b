/** Folds events into a wallet, in place. No rules here: what happened, happened. */
import { unreachable } from '@kontor/event-sourcing';
import { sum, ZERO } from '@kontor/money';
import { insertInBurnOrder, removeTakes, takenBy } from './burn-order';
import { incur, repay } from './debts';
import type { FeeDebited, FundsCredited, FundsDebited, WalletEvent } from './wallet-event';
import { type Account, newAccount, type Wallet } from './wallet-state';

export function evolve(state: Wallet, event: WalletEvent): Wallet {
  state.asOf = event.at;
  switch (event.type) {
    case 'AccountOpened':
      state.accounts.set(event.accountId, newAccount(event.accountId, event.name, event.asset));
      return state;
    case 'FundsCredited':
      credit(accountOf(state, event), event);
      return state;
    case 'FundsDebited':
      spend(accountOf(state, event), event);
      return state;
    case 'FeeDebited': {
      const account = accountOf(state, event);
      spend(account, event);
      incur(account.debts, event.debt);
      return state;
    }
    default:
      return unreachable(event);
  }
}

function credit(account: Account, event: FundsCredited): void {
  repay(account.debts, event.repaid);
  const rest = event.amount.minus(sum(event.repaid.map((stretch) => stretch.amount)));
  if (rest.lte(ZERO)) return;
  insertInBurnOrder(account.lots, { ...event.grant, available: rest, createdAt: event.at });
  account.free = account.free.plus(rest);
}

function spend(account: Account, event: FundsDebited | FeeDebited): void {
  removeTakes(account.lots, event.takes);
  account.free = account.free.minus(takenBy(event.takes));
}

function accountOf(state: Wallet, event: { readonly accountId: string }): Account {
  const account = state.accounts.get(event.accountId);
  if (!account) throw new Error(`account ${event.accountId} was never opened`);
  return account;
}
