/** Taking the fees of a usage event back. */
import { accept, type Decision } from '@kontor/event-sourcing';
import { type Decimal, sum, ZERO } from '@kontor/money';
import { takenBy } from './burn-order';
import { type Debts, openPartOf, overlapOf } from './debts';
import { evolve } from './evolve';
import type { PastGrant, ReverseFees } from './wallet-command';
import type { FeeDebited, FeeReversed, GivenGrant, Take, WalletEvent } from './wallet-event';
import { type Account, available, copyWallet, type Wallet } from './wallet-state';

/** Id of the transaction that reverses a fee: it can happen once. */
export const reversalIdOf = (feeId: string): string => `${feeId}.reversed`;

/**
 * Each fee by itself, in the order of the debits. Returned money repays no debt: only a credit does,
 * and this was credited before.
 */
export function reverseFees(command: ReverseFees, state: Wallet): Decision<WalletEvent, never> {
  const debits = command.debits.filter(({ amount }) => amount.gt(ZERO));
  const draft = debits.length > 1 ? copyWallet(state) : state;
  const events: FeeReversed[] = [];
  for (const debit of debits) {
    const event = reversalOf(debit, command, draft);
    events.push(event);
    if (debits.length > 1) evolve(draft, event);
  }
  return accept<WalletEvent>(...events);
}

/**
 * Errors: throws when the grants do not account for what the fee took: then the rows contradict the
 *         log, and no guess would be right.
 */
function reversalOf(debit: FeeDebited, command: ReverseFees, state: Wallet): FeeReversed {
  const account = state.accounts.get(debit.accountId);
  if (!account) throw new Error(`the account of fee ${debit.feeId} is gone`);
  const debt = openPartOf(account.debts, debit.debt);
  const ofAccount = [...command.grants.values()].filter(
    ({ accountId }) => accountId === debit.accountId,
  );
  const sources = addedUp([
    ...(debit.draw?.held ?? []),
    ...debit.takes,
    ...repaidBy(ofAccount, debit, account.debts),
  ]);
  const { returned, broken, revived } = whereTo(sources, account, command);
  return {
    type: 'FeeReversed',
    transactionId: reversalIdOf(debit.feeId),
    eventId: debit.eventId,
    feeId: debit.feeId,
    productId: debit.productId,
    accountId: debit.accountId,
    asset: debit.asset,
    amount: debit.amount,
    fiatValue: debit.fiatValue,
    fiatRate: debit.fiatRate,
    subject: debit.subject,
    reason: command.reason,
    returned,
    broken,
    revived,
    debt,
    uncollected: debit.uncollected,
    balance: available(account).plus(takenBy(returned)).plus(debt.amount),
    occurredAt: debit.occurredAt,
    at: command.at,
  };
}

/** Whose money paid what of the fee's debt is open no more. */
function repaidBy(grants: readonly PastGrant[], debit: FeeDebited, debts: Debts): Take[] {
  const repaid = debit.debt.amount.minus(openPartOf(debts, debit.debt).amount);
  if (repaid.lte(ZERO)) return [];
  const takes = grants.flatMap(({ grant, repaid: span }): Take[] => {
    const amount = span ? overlapOf(span, debit.debt) : ZERO;
    return amount.gt(ZERO) ? [{ grantId: grant.grantId, amount }] : [];
  });
  if (!takenBy(takes).eq(repaid)) throw new Error(`nobody knows who repaid fee ${debit.feeId}`);
  return takes;
}

interface WhereTo {
  readonly returned: Take[];
  readonly broken: Take[];
  readonly revived: GivenGrant[];
}

/** Back to the lots; to those that expired meanwhile it does not go. */
function whereTo(takes: readonly Take[], account: Account, command: ReverseFees): WhereTo {
  const to: WhereTo = { returned: [], broken: [], revived: [] };
  for (const take of takes) {
    const lot = account.lots.find(({ grantId }) => grantId === take.grantId);
    const past = command.grants.get(take.grantId);
    const grant = lot ?? past?.grant;
    if (!grant) throw new Error(`grant ${take.grantId} was never given`);
    if (grant.expiresAt !== null && grant.expiresAt <= command.at) {
      to.broken.push(take);
      continue;
    }
    to.returned.push(take);
    if (!lot && past) to.revived.push({ grant: past.grant, createdAt: past.createdAt });
  }
  return to;
}

/** One take per grant, in the order in which they first come. */
function addedUp(takes: readonly Take[]): Take[] {
  const byGrant = new Map<string, Decimal>();
  for (const { grantId, amount } of takes)
    byGrant.set(grantId, sum([byGrant.get(grantId) ?? ZERO, amount]));
  return [...byGrant].map(([grantId, amount]) => ({ grantId, amount }));
}
