/** Debiting the fees of usage, from lots or from the hold that the usage names. */
import { accept, type Decision } from '@kontor/event-sourcing';
import { min, type Decimal, ZERO } from '@kontor/money';
import { accountFor } from './accounts';
import { takeFrom, takenBy } from './burn-order';
import { chooseAsset } from './choose-asset';
import { nextStretch } from './debts';
import { accountOfHold } from './decide-holds';
import { evolve } from './evolve';
import { drawFrom, type Hold, leftOf, releaseOf } from './holds';
import { collectable } from './overdraft';
import {
  type DebitFees,
  DEFAULT_ACCOUNT_NAME,
  type Fee,
  feeAccountIdOf,
  type NamedAuthorization,
} from './wallet-command';
import type { AccountOpened, AuthorizationUsed, FeeDebited, WalletEvent } from './wallet-event';
import { type Account, available, copyWallet, type Wallet } from './wallet-state';

/**
 * Fees of one usage event, one after the other: what the first one takes is gone for the second.
 * A fee that is 0 in every asset needs no debit.
 */
export function debitFees(command: DebitFees, state: Wallet): Decision<WalletEvent, never> {
  const due = command.fees.filter(isDue);
  if (command.authorization) return accept(...capturing(command, command.authorization, state));
  const draft = due.length > 1 ? copyWallet(state) : state;
  const events: WalletEvent[] = [];
  for (const fee of due) {
    const debit = debitFee(command, fee, { state: draft });
    events.push(...debit);
    if (due.length > 1) debit.reduce(evolve, draft);
  }
  return accept(...events);
}

const isDue = (fee: Fee): boolean => fee.alternatives.some(({ amount }) => amount.gt(ZERO));

/** Usage has happened: a hold that is not there, or came too late, only means a normal debit. */
function capturing(
  command: DebitFees,
  { authorizationId, final, recordedAt }: NamedAuthorization,
  state: Wallet,
): WalletEvent[] {
  const draft = copyWallet(state);
  const events: WalletEvent[] = [];
  const record = (event: WalletEvent): void => {
    events.push(event);
    evolve(draft, event);
  };
  const found = draft.holds.get(authorizationId);
  const ignored = reasonToIgnore(found, recordedAt);
  for (const fee of command.fees.filter(isDue)) {
    const hold = ignored ? undefined : draft.holds.get(authorizationId);
    debitFee(command, fee, { state: draft, hold }).forEach(record);
  }
  const { at, eventId } = command;
  const used = { type: 'AuthorizationUsed', authorizationId, eventId, at } as const;
  const hold = draft.holds.get(authorizationId);
  if (ignored || !found || !hold)
    return [
      ...events,
      { ...used, ...NOTHING_CAPTURED, ignored: ignored ?? 'authorization_not_open' },
    ];
  const captured = hold.captured.minus(found.captured);
  const ends = leftOf(hold).eq(ZERO);
  if (final && !ends)
    record(releaseOf(hold, accountOfHold(hold, draft), { reason: 'captured', at }));
  return [...events, { ...used, captured, capturedInAll: hold.captured, ends }];
}

const NOTHING_CAPTURED = { captured: ZERO, capturedInAll: ZERO, ends: false };

function reasonToIgnore(
  hold: Hold | undefined,
  recordedAt: string,
): AuthorizationUsed['ignored'] | undefined {
  if (!hold) return 'authorization_not_open';
  return hold.expiresAt <= recordedAt ? 'authorization_expired' : undefined;
}

interface From {
  readonly state: Wallet;
  readonly hold?: Hold | undefined;
}

function debitFee(command: DebitFees, fee: Fee, from: From): WalletEvent[] {
  const { index, account, opened, hold } = payerOf(fee, from, command.at);
  const chosen = fee.alternatives[index];
  if (!chosen) throw new Error(`fee ${fee.feeId} lists no asset`);
  const { amount } = chosen;
  const draw = hold && drawFrom(hold, min(leftOf(hold), amount));
  const excess = draw ? amount.minus(takenBy(draw.held)).minus(draw.overdraft) : amount;
  const collected = collectable(account, excess);
  // What the hold promised beyond lots is owed in any case.
  const payable = draw ? collected.plus(draw.overdraft) : collected;
  const takes = takeFrom(account.lots, payable);

  const debited: FeeDebited = {
    type: 'FeeDebited',
    eventId: command.eventId,
    feeId: fee.feeId,
    productId: fee.productId,
    accountId: account.accountId,
    asset: account.asset,
    alternative: index,
    amount,
    fiatValue: chosen.fiatValue,
    fiatRate: chosen.fiatRate,
    subject: command.subject,
    description: chosen.description,
    takes,
    debt: nextStretch(account.debts, payable.minus(takenBy(takes))),
    ...(draw && { draw }),
    uncollected: uncollectedOf(excess, collected),
    balance: available(account).minus(collected),
    occurredAt: command.occurredAt,
    at: command.at,
  };
  return [...opened, debited];
}

const uncollectedOf = (excess: Decimal, collected: Decimal): Decimal =>
  collected === excess ? ZERO : excess.minus(collected);

interface Payer {
  /** Of the alternative that pays. */
  readonly index: number;
  readonly account: Account;
  readonly opened: readonly AccountOpened[];
  readonly hold?: Hold;
}

/** The hold's account when the fee is priced in its asset, else what the wallet chooses. */
function payerOf(fee: Fee, { state, hold }: From, at: string): Payer {
  if (hold) {
    const account = accountOfHold(hold, state);
    const index = fee.alternatives.findIndex(({ asset }) => asset === account.asset);
    if (index >= 0) return { index, account, opened: [], hold };
  }
  const index = chooseAsset(fee.alternatives, state);
  const asset = fee.alternatives[index]?.asset ?? '';
  const known = state.accounts.get(feeAccountIdOf(asset));
  return known
    ? { index, account: known, opened: [] }
    : { index, ...accountFor({ name: DEFAULT_ACCOUNT_NAME, asset }, state, at) };
}
