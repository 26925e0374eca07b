/**
 * Wallet: the prepaid funds of one customer, one account per name and asset.
 *
 * Invariants (wallet.property.spec.ts):
 *   1. available = free lots - open debt, in every account after every event;
 *   2. the legs of every event sum to zero;
 *   3. what was credited = what is free + what was debited - what is owed;
 *   4. debt is repaid oldest first, and only by credit;
 *   5. folding the events again gives the same wallet, byte for byte.
 *
 * Units:  amounts are decimals in the account's asset.
 * Time:   `at` is the batch's instant; no function here reads a clock, and no event is dated before
 *         the wallet's last one.
 * Source: docs/adr/0003-deciders-not-aggregates.md; words from docs/glossary.md.
 */
import { accept, type Decider, type Decision, reject, unreachable } from '@kontor/event-sourcing';
import { type Decimal, ZERO } from '@kontor/money';
import { lotsForReason, takeFrom, takenBy } from './burn-order';
import { chooseAsset } from './choose-asset';
import { nextStretch, repayable } from './debts';
import { evolve } from './evolve';
import { grantFor } from './grants';
import {
  type AccountName,
  accountIdOf,
  type AdjustFunds,
  type DebitFees,
  DEFAULT_ACCOUNT_NAME,
  type Fee,
  feeAccountIdOf,
  type OpenAccounts,
  type WalletCommand,
  type WalletRejection,
} from './wallet-command';
import type {
  AccountOpened,
  FeeDebited,
  FundsCredited,
  FundsDebited,
  Instant,
  WalletEvent,
} from './wallet-event';
import {
  type Account,
  available,
  copyWallet,
  initialState,
  newAccount,
  type Wallet,
} from './wallet-state';

/** A debit lists the lots it took from, so this also bounds the size of a fact. */
export const LOTS_MAX = 1_000;
/** Names are the client's choice; a wallet is read and written whole. */
export const ACCOUNTS_MAX = 1_000;

type WalletDecision = Decision<WalletEvent, WalletRejection>;

export const wallet: Decider<Wallet, WalletCommand, WalletEvent, WalletRejection> = {
  initialState,
  decide,
  evolve,
};

function decide(command: WalletCommand, state: Wallet): WalletDecision {
  switch (command.type) {
    case 'OpenAccounts':
      return openAccounts(command, state);
    case 'AdjustFunds':
      return adjustFunds(command, state);
    case 'DebitFees':
      return debitFees(command, state);
    default:
      return unreachable(command);
  }
}

function openAccounts(command: OpenAccounts, state: Wallet): WalletDecision {
  const at = notBefore(command.at, state);
  const missing = new Map(
    command.accounts
      .map((account) => [accountIdOf(account), account] as const)
      .filter(([accountId]) => !state.accounts.has(accountId)),
  );
  return accept(...[...missing.values()].map((account) => accountOpened(account, at)));
}

function adjustFunds(command: AdjustFunds, state: Wallet): WalletDecision {
  if (command.amount.eq(ZERO)) return reject({ code: 'amount_zero' });
  return command.amount.gt(ZERO) ? creditFunds(command, state) : withdrawFunds(command, state);
}

/** A credit is a lot. It pays open debt first; the rest is free at once. */
function creditFunds(command: AdjustFunds, state: Wallet): WalletDecision {
  const at = notBefore(command.at, state);
  const { account, opened } = accountFor(command.account, state, at);
  if (opened.length > 0 && state.accounts.size >= ACCOUNTS_MAX)
    return reject({ code: 'too_many_accounts', limit: ACCOUNTS_MAX });
  if (account.lots.length >= LOTS_MAX) return reject({ code: 'too_many_grants', limit: LOTS_MAX });

  const credited: FundsCredited = {
    type: 'FundsCredited',
    ...adjustmentOf(command, account),
    amount: command.amount,
    grant: grantFor(command, at),
    repaid: repayable(account.debts, command.amount),
    balance: available(account).plus(command.amount),
    at,
  };
  return accept<WalletEvent>(...opened, credited);
}

/** Taken whole or not at all: who withdraws knows the amount, so there is no debt to make. */
function withdrawFunds(command: AdjustFunds, state: Wallet): WalletDecision {
  const requested = command.amount.neg();
  const account = state.accounts.get(accountIdOf(command.account));
  const spendable = account ? available(account) : ZERO;
  if (!account || spendable.lt(requested)) return reject(shortOf(command, requested, spendable));

  const debited: FundsDebited = {
    type: 'FundsDebited',
    ...adjustmentOf(command, account),
    amount: requested,
    takes: takeFrom(lotsForReason(account.lots, command.reason), requested),
    balance: spendable.minus(requested),
    at: notBefore(command.at, state),
  };
  return accept<WalletEvent>(debited);
}

/**
 * Fees of one usage event, one after the other: what the first one takes is gone for the second.
 * A fee that is 0 in every asset needs no debit.
 */
function debitFees(command: DebitFees, state: Wallet): WalletDecision {
  const due = command.fees.filter(isDue);
  const draft = due.length > 1 ? copyWallet(state) : state;
  const events: WalletEvent[] = [];
  for (const fee of due) {
    const debit = debitFee(command, fee, draft);
    events.push(...debit);
    if (due.length > 1) debit.reduce(evolve, draft);
  }
  return accept(...events);
}

function debitFee(command: DebitFees, fee: Fee, state: Wallet): WalletEvent[] {
  const at = notBefore(command.at, state);
  const index = chooseAsset(fee.alternatives, state);
  const chosen = fee.alternatives[index];
  if (!chosen) throw new Error(`fee ${fee.feeId} lists no asset`);
  const known = state.accounts.get(feeAccountIdOf(chosen.asset));
  const { account, opened } = known
    ? { account: known, opened: [] }
    : accountFor({ name: DEFAULT_ACCOUNT_NAME, asset: chosen.asset }, state, at);
  const takes = takeFrom(account.lots, chosen.amount);

  const debited: FeeDebited = {
    type: 'FeeDebited',
    eventId: command.eventId,
    feeId: fee.feeId,
    productId: fee.productId,
    accountId: account.accountId,
    asset: account.asset,
    alternative: index,
    amount: chosen.amount,
    fiatValue: chosen.fiatValue,
    fiatRate: chosen.fiatRate,
    subject: command.subject,
    description: chosen.description,
    takes,
    debt: nextStretch(account.debts, chosen.amount.minus(takenBy(takes))),
    uncollected: ZERO,
    balance: available(account).minus(chosen.amount),
    occurredAt: command.occurredAt,
    at,
  };
  return [...opened, debited];
}

const isDue = (fee: Fee): boolean => fee.alternatives.some(({ amount }) => amount.gt(ZERO));

/** The account, or a new one and the event that opens it. */
function accountFor(
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

const accountOpened = (account: AccountName, at: Instant): AccountOpened => ({
  type: 'AccountOpened',
  accountId: accountIdOf(account),
  name: account.name,
  asset: account.asset,
  at,
});

const adjustmentOf = (command: AdjustFunds, account: Account) => ({
  transactionId: command.transactionId,
  accountId: account.accountId,
  asset: account.asset,
  reason: command.reason,
  ...(command.description === undefined ? {} : { description: command.description }),
  ...(command.metadata === undefined ? {} : { metadata: command.metadata }),
});

const shortOf = (
  command: AdjustFunds,
  requested: Decimal,
  spendable: Decimal,
): WalletRejection => ({
  code: 'insufficient_funds',
  requested,
  available: spendable,
  asset: command.account.asset,
});

/** Clocks of several processes differ; a wallet's story has one order. */
const notBefore = (at: Instant, state: Wallet): Instant => (at < state.asOf ? state.asOf : at);
