/**
 * Wallet: the prepaid funds of one customer, one account per name and asset.
 *
 * Invariants (wallet.property.spec.ts):
 *   1. available = free lots - debt, owed or held, in every account after every event;
 *   2. the legs of every event sum to zero, and all legs together are the wallet;
 *   3. no hold is placed, and no usage collected, beyond the account's overdraft policy;
 *   4. a hold is captured and given back for what it took, and ends once;
 *   5. debt is repaid oldest first, and only by credit;
 *   6. a reversal gives back what the fee took, to whom it was taken from or who repaid it;
 *   7. folding the events again gives the same wallet, byte for byte.
 *
 * Units:  amounts are decimals in the account's asset.
 * Time:   `at` is the batch's instant; no function here reads a clock, and no event is dated before
 *         the wallet's last one. What time has brought by then is posted first.
 * Source: docs/adr/0003-deciders-not-aggregates.md; words from docs/glossary.md.
 */
import { accept, type Decider, type Decision, reject, unreachable } from '@kontor/event-sourcing';
import { type Decimal, ZERO } from '@kontor/money';
import { accountFor, accountOpened, ACCOUNTS_MAX } from './accounts';
import { lotsForReason, takeFrom } from './burn-order';
import { repayable } from './debts';
import { captureHold, keepUp, placeHold, voidHold } from './decide-holds';
import { reverseFees } from './decide-reversal';
import { debitFees } from './decide-usage';
import { upToDate } from './due';
import { evolve } from './evolve';
import { grantFor } from './grants';
import { isSamePolicy } from './overdraft';
import { afterEvents } from './past-grants';
import {
  type AccountName,
  accountIdOf,
  type AdjustFunds,
  type ChargeFunds,
  type DebitFees,
  type OpenAccounts,
  type ReverseFees,
  type SetOverdraft,
  type WalletCommand,
  type WalletRejection,
} from './wallet-command';
import type {
  FundsCharged,
  FundsCredited,
  FundsDebited,
  Instant,
  WalletEvent,
} from './wallet-event';
import { type Account, available, initialState, type Wallet } from './wallet-state';
import { worthOf } from './worth';

/** A debit lists the lots it took from, so this also bounds the size of a fact. */
export const LOTS_MAX = 1_000;

type WalletDecision = Decision<WalletEvent, WalletRejection>;

export const wallet: Decider<Wallet, WalletCommand, WalletEvent, WalletRejection> = {
  initialState,
  decide,
  evolve,
};

/** A refusal posts nothing, also not what time has brought: the next change will. */
function decide(command: WalletCommand, before: Wallet): WalletDecision {
  const at = notBefore(command.at, before);
  const { due, state } = upToDate(before, at);
  const dated = at === command.at ? command : { ...command, at };
  const decision = decideAsOf(knowing(due, dated), state);
  if (due.length === 0 || decision.outcome === 'rejected') return decision;
  return accept(...due, ...decision.events);
}

/** What came into effect just now may have repaid what is reversed. */
const knowing = (due: readonly WalletEvent[], command: WalletCommand): WalletCommand =>
  command.type === 'ReverseFees' && due.length > 0
    ? { ...command, grants: afterEvents(command.grants, due) }
    : command;

function decideAsOf(command: WalletCommand, state: Wallet): WalletDecision {
  switch (command.type) {
    case 'AdjustFunds':
      return adjustFunds(command, state);
    case 'ChargeFunds':
      return chargeFunds(command, state);
    case 'SetOverdraft':
      return setOverdraft(command, state);
    case 'PlaceHold':
      return placeHold(command, state);
    case 'CaptureHold':
      return captureHold(command, state);
    case 'VoidHold':
      return voidHold(command, state);
    case 'KeepUp':
      return keepUp(command, state);
    default:
      return decideDelivered(command, state);
  }
}

/** What is never refused, because it has happened. */
function decideDelivered(
  command: OpenAccounts | DebitFees | ReverseFees,
  state: Wallet,
): WalletDecision {
  switch (command.type) {
    case 'OpenAccounts':
      return openAccounts(command, state);
    case 'DebitFees':
      return debitFees(command, state);
    case 'ReverseFees':
      return reverseFees(command, state);
    default:
      return unreachable(command);
  }
}

function openAccounts(command: OpenAccounts, state: Wallet): WalletDecision {
  const missing = new Map(
    command.accounts
      .map((account) => [accountIdOf(account), account] as const)
      .filter(([accountId]) => !state.accounts.has(accountId)),
  );
  return accept(...[...missing.values()].map((account) => accountOpened(account, command.at)));
}

function adjustFunds(command: AdjustFunds, state: Wallet): WalletDecision {
  if (command.amount.eq(ZERO)) return reject({ code: 'amount_zero' });
  return command.amount.gt(ZERO) ? creditFunds(command, state) : withdrawFunds(command, state);
}

/** A credit is a lot. It pays open debt first, as soon as it is effective; the rest is free. */
function creditFunds(command: AdjustFunds, state: Wallet): WalletDecision {
  const { at } = command;
  const { account, opened } = accountFor(command.account, state, at);
  if (opened.length > 0 && state.accounts.size >= ACCOUNTS_MAX)
    return reject({ code: 'too_many_accounts', limit: ACCOUNTS_MAX });
  if (account.lots.length + account.scheduled.length >= LOTS_MAX)
    return reject({ code: 'too_many_grants', limit: LOTS_MAX });
  const grant = grantFor(command, at);
  const isScheduled = grant.effectiveAt > at;
  const usableFrom = isScheduled ? grant.effectiveAt : at;
  if (grant.expiresAt !== null && grant.expiresAt <= usableFrom)
    return reject({ code: 'grant_expired' });

  const credited: FundsCredited = {
    type: 'FundsCredited',
    ...adjustmentOf(command, account),
    amount: command.amount,
    grant,
    repaid: isScheduled ? [] : repayable(account.debts, command.amount),
    balance: isScheduled ? available(account) : available(account).plus(command.amount),
    at,
  };
  return accept<WalletEvent>(...opened, credited);
}

/** Taken whole or not at all: who withdraws knows the amount, so there is no debt to make. */
function withdrawFunds(command: AdjustFunds, state: Wallet): WalletDecision {
  const requested = command.amount.neg();
  const found = accountWith(requested, command.account, state);
  if ('code' in found) return reject(found);
  const { account, balance } = found;
  const debited: FundsDebited = {
    type: 'FundsDebited',
    ...adjustmentOf(command, account),
    amount: requested,
    takes: takeFrom(lotsForReason(account.lots, command.reason), requested),
    balance,
    at: command.at,
  };
  return accept<WalletEvent>(debited);
}

function chargeFunds(command: ChargeFunds, state: Wallet): WalletDecision {
  const { amount } = command;
  if (amount.lte(ZERO)) return reject({ code: 'amount_zero' });
  const found = accountWith(amount, command.account, state);
  if ('code' in found) return reject(found);
  const { account, balance } = found;
  const charged: FundsCharged = {
    type: 'FundsCharged',
    transactionId: command.transactionId,
    accountId: account.accountId,
    asset: account.asset,
    ...command.terms,
    ...worthOf(amount, command.fiatRate),
    amount,
    takes: takeFrom(account.lots, amount),
    balance,
    at: command.at,
  };
  return accept<WalletEvent>(charged);
}

function setOverdraft(command: SetOverdraft, state: Wallet): WalletDecision {
  const { accountId, overdraft, at } = command;
  const account = state.accounts.get(accountId);
  if (!account) return reject({ code: 'account_unknown' });
  if (isSamePolicy(account.overdraft, overdraft)) return accept();
  const { asset } = account;
  return accept<WalletEvent>({ type: 'OverdraftSet', accountId, asset, overdraft, at });
}

/** The account, when it has `amount` to spend, and what is available after it. */
function accountWith(
  amount: Decimal,
  name: AccountName,
  state: Wallet,
): { account: Account; balance: Decimal } | WalletRejection {
  const account = state.accounts.get(accountIdOf(name));
  const spendable = account ? available(account) : ZERO;
  if (account && spendable.gte(amount)) return { account, balance: spendable.minus(amount) };
  return {
    code: 'insufficient_funds',
    requested: amount,
    available: spendable,
    asset: name.asset,
  };
}

const adjustmentOf = (command: AdjustFunds, account: Account) => ({
  transactionId: command.transactionId,
  accountId: account.accountId,
  asset: account.asset,
  reason: command.reason,
  ...(command.description === undefined ? {} : { description: command.description }),
  ...(command.metadata === undefined ? {} : { metadata: command.metadata }),
});

/** Clocks of several processes differ; a wallet's story has one order. */
const notBefore = (at: Instant, state: Wallet): Instant => (at < state.asOf ? state.asOf : at);
