/** Folds events into a wallet, in place. No rules here: what happened, happened. */
import { unreachable } from '@kontor/event-sourcing';
import { type Decimal, sum, ZERO } from '@kontor/money';
import {
  freeTakes,
  holdTakes,
  insertInBurnOrder,
  type Lot,
  removeTakes,
  returnTakes,
  spendHeld,
  takenBy,
} from './burn-order';
import { incur, repay, reverse } from './debts';
import { afterDraw, type Hold } from './holds';
import type {
  DebtStretch,
  Draw,
  FeeDebited,
  FeeReversed,
  FundsCredited,
  GrantActivated,
  GrantExpired,
  HoldCaptured,
  HoldEvent,
  HoldPlaced,
  HoldReleased,
  Take,
  WalletEvent,
} from './wallet-event';
import { type Account, newAccount, type Wallet } from './wallet-state';

export function evolve(state: Wallet, event: WalletEvent): Wallet {
  state.asOf = event.at;
  switch (event.type) {
    case 'AccountOpened':
      state.accounts.set(event.accountId, newAccount(event.accountId, event.name, event.asset));
      return state;
    case 'OverdraftSet':
      accountOf(state, event).overdraft = event.overdraft;
      return state;
    case 'FundsCredited':
      credit(accountOf(state, event), event);
      return state;
    case 'GrantActivated':
      activate(accountOf(state, event), event);
      return state;
    case 'GrantExpired':
      expire(accountOf(state, event), event);
      return state;
    case 'FundsDebited':
    case 'FundsCharged':
      spend(accountOf(state, event), event.takes);
      return state;
    case 'FeeDebited':
      return debit(state, event);
    case 'FeeReversed':
      giveBack(accountOf(state, event), event);
      return state;
    default:
      return evolveHold(state, event);
  }
}

function evolveHold(state: Wallet, event: HoldEvent): Wallet {
  switch (event.type) {
    case 'HoldPlaced':
      return place(state, event);
    case 'HoldCaptured':
      debit(state, event);
      if (event.ends) state.holds.delete(event.draw.authorizationId);
      return state;
    case 'HoldReleased':
      return release(state, event);
    case 'AuthorizationUsed':
      if (event.ends) state.holds.delete(event.authorizationId);
      return state;
    default:
      return unreachable(event);
  }
}

function credit(account: Account, event: FundsCredited): void {
  const lot: Lot = { ...event.grant, available: event.amount, held: ZERO, createdAt: event.at };
  if (event.grant.effectiveAt > event.at) schedule(account.scheduled, lot);
  else free(account, lot, event.repaid);
}

function activate(account: Account, event: GrantActivated): void {
  const index = account.scheduled.findIndex(({ grantId }) => grantId === event.grantId);
  const [lot] = account.scheduled.splice(index, index < 0 ? 0 : 1);
  if (!lot) throw new Error(`grant ${event.grantId} was not scheduled`);
  free(account, { ...lot }, event.repaid);
}

function free(account: Account, lot: Lot, repaid: readonly DebtStretch[]): void {
  repay(account.debts, repaid);
  lot.available = lot.amount.minus(sum(repaid.map((stretch) => stretch.amount)));
  if (lot.available.lte(ZERO)) return;
  insertInBurnOrder(account.lots, lot);
  account.free = account.free.plus(lot.available);
}

/** In the order of their instants; of equal ones the first given first. */
function schedule(scheduled: Lot[], lot: Lot): void {
  const index = scheduled.findIndex((other) => other.effectiveAt > lot.effectiveAt);
  scheduled.splice(index < 0 ? scheduled.length : index, 0, lot);
}

const expire = (account: Account, { grantId, amount }: GrantExpired): void =>
  spend(account, [{ grantId, amount }]);

function spend(account: Account, takes: readonly Take[]): void {
  if (takes.length === 0) return;
  removeTakes(account.lots, takes);
  account.free = account.free.minus(takenBy(takes));
}

function debit(state: Wallet, event: FeeDebited | HoldCaptured): Wallet {
  const account = accountOf(state, event);
  if (event.draw) draw(state, account, event.draw);
  spend(account, event.takes);
  incur(account.debts, event.debt);
  return state;
}

function giveBack(account: Account, { returned, revived, debt }: FeeReversed): void {
  for (const { grant, createdAt } of revived)
    insertInBurnOrder(account.lots, { ...grant, available: ZERO, held: ZERO, createdAt });
  freeTakes(account.lots, returned);
  account.free = account.free.plus(takenBy(returned));
  reverse(account.debts, debt);
}

function draw(state: Wallet, account: Account, from: Draw): void {
  const hold = holdOf(state, from.authorizationId);
  spendHeld(account.lots, from.held);
  letGo(account, takenBy(from.held), from.overdraft);
  state.holds.set(hold.authorizationId, afterDraw(hold, from));
}

function place(state: Wallet, event: HoldPlaced): Wallet {
  const account = accountOf(state, event);
  holdTakes(account.lots, event.takes);
  account.free = account.free.minus(takenBy(event.takes));
  account.held = account.held.plus(event.amount);
  account.heldOverdraft = account.heldOverdraft.plus(event.overdraft);
  state.holds.set(event.authorizationId, {
    authorizationId: event.authorizationId,
    accountId: event.accountId,
    amount: event.amount,
    takes: event.takes,
    overdraft: event.overdraft,
    captured: ZERO,
    draws: 0,
    expiresAt: event.expiresAt,
    subject: event.subject,
  });
  return state;
}

function release(state: Wallet, event: HoldReleased): Wallet {
  const account = accountOf(state, event);
  const returned = takenBy(event.returned);
  returnTakes(account.lots, event.returned);
  account.free = account.free.plus(returned);
  spendHeld(account.lots, event.broken);
  letGo(account, returned.plus(takenBy(event.broken)), event.overdraft);
  state.holds.delete(event.authorizationId);
  return state;
}

function letGo(account: Account, taken: Decimal, overdraft: Decimal): void {
  account.held = account.held.minus(taken).minus(overdraft);
  account.heldOverdraft = account.heldOverdraft.minus(overdraft);
}

function accountOf(state: Wallet, event: { readonly accountId: string }): Account {
  const account = state.accounts.get(event.accountId);
  if (!account) throw new Error(`account ${event.accountId} was never opened`);
  return account;
}

function holdOf(state: Wallet, authorizationId: string): Hold {
  const hold = state.holds.get(authorizationId);
  if (!hold) throw new Error(`authorization ${authorizationId} is not open`);
  return hold;
}
