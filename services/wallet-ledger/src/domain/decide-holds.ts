/** Placing, capturing and ending holds. */
import { accept, type Decision, reject } from '@kontor/event-sourcing';
import { type Decimal, ZERO } from '@kontor/money';
import { accountFor, ACCOUNTS_MAX } from './accounts';
import { takeFrom, takenBy } from './burn-order';
import { chooseAsset } from './choose-asset';
import { nextStretch } from './debts';
import { evolve } from './evolve';
import { afterDraw, drawFrom, type Hold, leftOf, nextTransactionId, releaseOf } from './holds';
import { allowance } from './overdraft';
import type { HeldFee } from './priced-hold';
import {
  type AccountName,
  accountIdOf,
  type CaptureHold,
  type KeepUp,
  type PlaceHold,
  type VoidHold,
  type WalletRejection,
} from './wallet-command';
import type { HoldCaptured, HoldPlaced, Instant, WalletEvent } from './wallet-event';
import { type Account, available, copyWallet, type Wallet } from './wallet-state';
import { worthOf } from './worth';

/** A wallet is read and written whole, its open holds with it. */
export const HOLDS_MAX = 10_000;

type HoldDecision = Decision<WalletEvent, WalletRejection>;

/** Two holds can never take the same money: what one took is no longer free for the next. */
export function placeHold(command: PlaceHold, state: Wallet): HoldDecision {
  const { name, amount, fees } = wantedBy(command, state);
  if (amount.lt(ZERO) || (amount.eq(ZERO) && !fees)) return reject({ code: 'amount_zero' });
  if (state.holds.size >= HOLDS_MAX)
    return reject({ code: 'too_many_authorizations', limit: HOLDS_MAX });
  const known = state.accounts.get(accountIdOf(name));
  const spendable = known ? available(known) : ZERO;
  if (isBeyond(known, amount))
    return reject({
      code: 'insufficient_funds',
      requested: amount,
      available: spendable,
      asset: name.asset,
    });
  if (!known && state.accounts.size >= ACCOUNTS_MAX)
    return reject({ code: 'too_many_accounts', limit: ACCOUNTS_MAX });

  const { account, opened } = accountFor(name, state, command.at);
  const takes = takeFrom(account.lots, amount);
  const placed: HoldPlaced = {
    type: 'HoldPlaced',
    authorizationId: command.authorizationId,
    accountId: account.accountId,
    asset: account.asset,
    ...command.terms,
    amount,
    takes,
    overdraft: amount.minus(takenBy(takes)),
    ...(fees && { fees }),
    expiresAt: later(command.at, command.lifeMs),
    balance: spendable.minus(amount),
    at: command.at,
  };
  return accept<WalletEvent>(...opened, placed);
}

/** `at` moved by whole milliseconds; its microseconds stay. */
const later = (at: Instant, milliseconds: number): Instant =>
  `${new Date(Date.parse(at) + milliseconds).toISOString().slice(0, 23)}${at.slice(23)}`;

interface Wanted {
  readonly name: AccountName;
  readonly amount: Decimal;
  readonly fees?: readonly HeldFee[];
}

/** Priced usage is held in the asset that would pay its fees now. */
function wantedBy({ account, amount, offers }: PlaceHold, state: Wallet): Wanted {
  if (!offers) return { name: account, amount };
  const inAsset = (asset: string): AccountName => ({ name: account.name, asset });
  const index = chooseAsset(offers, state, (asset) => accountIdOf(inAsset(asset)));
  const chosen = offers[index];
  if (!chosen) throw new Error(`authorization without an offer`);
  return { name: inAsset(chosen.asset), amount: chosen.amount, fees: chosen.fees };
}

/** What is free takes nothing, so it is beyond nobody's means, also not of those in debt. */
const isBeyond = (account: Account | undefined, amount: Decimal): boolean =>
  amount.gt(ZERO) &&
  (account === undefined || available(account).plus(holdAllowance(account)).lt(amount));

/** Who asks first may be told no, so only a stated limit lets a hold go below zero. */
const holdAllowance = (account: Account) =>
  account.overdraft.mode === 'limit' ? (allowance(account.overdraft) ?? ZERO) : ZERO;

export function captureHold(command: CaptureHold, state: Wallet): HoldDecision {
  const found = openHold(command, state);
  if ('code' in found) return reject(found);
  const { hold, account } = found;
  const left = leftOf(hold);
  const amount = command.amount ?? left;
  if (amount.lte(ZERO) && command.amount) return reject({ code: 'amount_zero' });
  if (amount.gt(left))
    return reject({
      code: 'capture_exceeds_hold',
      requested: amount,
      available: left,
      asset: account.asset,
    });

  const captured = captureOf({ hold, account }, command, amount.eq(left));
  if (captured.ends || !command.final) return accept<WalletEvent>(captured);
  const rest = afterDraw(hold, captured.draw);
  const release = releaseOf(rest, account, { reason: 'captured', at: command.at });
  // The capture left no trace in `account` yet, and what it took of free lots it took for good.
  return accept<WalletEvent>(captured, release);
}

interface OpenHold {
  readonly hold: Hold;
  readonly account: Account;
}

/** What was beyond the lots is covered by lots that are free now, before it becomes debt. */
function captureOf({ hold, account }: OpenHold, command: CaptureHold, ends: boolean): HoldCaptured {
  const amount = command.amount ?? leftOf(hold);
  const draw = drawFrom(hold, amount);
  const takes = takeFrom(account.lots, draw.overdraft);
  return {
    type: 'HoldCaptured',
    transactionId: nextTransactionId(hold),
    accountId: account.accountId,
    asset: account.asset,
    amount,
    subject: hold.subject,
    ...worthOf(amount, command.fiatRate),
    draw,
    takes,
    debt: nextStretch(account.debts, draw.overdraft.minus(takenBy(takes))),
    capturedInAll: hold.captured.plus(amount),
    ends,
    balance: available(account),
    at: command.at,
  };
}

export function voidHold(command: VoidHold, state: Wallet): HoldDecision {
  const found = openHold(command, state);
  if ('code' in found) return reject(found);
  const { hold, account } = found;
  return accept<WalletEvent>(releaseOf(hold, account, { reason: 'voided', at: command.at }));
}

/** Holds that nobody used in time go back, in the order of their placing. */
export function keepUp(command: KeepUp, state: Wallet): HoldDecision {
  const { holdsExpiredBy, at } = command;
  if (holdsExpiredBy === undefined) return accept();
  const expired = [...state.holds.values()].filter((hold) => hold.expiresAt <= holdsExpiredBy);
  if (expired.length === 0) return accept();
  const draft = copyWallet(state);
  const events: WalletEvent[] = [];
  for (const hold of expired) {
    const event = releaseOf(hold, accountOfHold(hold, draft), { reason: 'expired', at });
    events.push(event);
    evolve(draft, event);
  }
  return accept(...events);
}

/** From its expiry on a hold takes no request any more, although its money may still be held. */
function openHold(
  { authorizationId, at }: CaptureHold | VoidHold,
  state: Wallet,
): OpenHold | { readonly code: 'authorization_not_open' | 'authorization_expired' } {
  const hold = state.holds.get(authorizationId);
  if (!hold) return { code: 'authorization_not_open' };
  if (hold.expiresAt <= at) return { code: 'authorization_expired' };
  return { hold, account: accountOfHold(hold, state) };
}

export function accountOfHold(hold: Hold, state: Wallet): Account {
  const account = state.accounts.get(hold.accountId);
  if (!account) throw new Error(`the account of authorization ${hold.authorizationId} is gone`);
  return account;
}
