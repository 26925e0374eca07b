/** Plain, slow models that specs compare the wallet with. Imported by test files only. */
import { type Decimal, min, sum, wire, ZERO } from '@kontor/money';
import { takenBy } from './burn-order';
import type { PastGrant, ReverseFees } from './wallet-command';
import type {
  DebtStretch,
  Draw,
  FeeDebited,
  FeeReversed,
  FundsCredited,
  Grant,
  GrantActivated,
  Take,
  WalletEvent,
} from './wallet-event';

export const drawnBy = ({ held, overdraft }: Draw): Decimal => takenBy(held).plus(overdraft);

/** What an event does to what is available, from its own amounts. */
export function changeOf(event: WalletEvent): Decimal {
  if (event.type === 'FeeDebited' || event.type === 'FeeReversed') return changeOfFee(event);
  if (event.type === 'GrantActivated') return event.amount;
  switch (event.type) {
    case 'FundsCredited':
      return freedBy(event);
    case 'FundsDebited':
    case 'FundsCharged':
    case 'GrantExpired':
    case 'HoldPlaced':
      return event.amount.neg();
    case 'HoldReleased':
      return event.amount.minus(takenBy(event.broken));
    default:
      return ZERO;
  }
}

const freedBy = ({ grant, at, amount }: FundsCredited): Decimal =>
  grant.effectiveAt > at ? ZERO : amount;

const changeOfFee = (event: FeeDebited | FeeReversed): Decimal =>
  event.type === 'FeeDebited'
    ? (event.draw ? drawnBy(event.draw) : ZERO).plus(event.uncollected).minus(event.amount)
    : event.amount.minus(takenBy(event.broken)).minus(event.uncollected);

interface OpenDebt extends DebtStretch {
  /** Of a fee; a capture has none. */
  readonly feeId: string | undefined;
  open: Decimal;
  readonly repaidBy: Take[];
}

/** The model that the debt line stands for. A repayment must hit the oldest open debt. */
export function listOfDebts(events: readonly WalletEvent[], accountId: string): OpenDebt[] {
  const debts: OpenDebt[] = [];
  for (const event of events)
    if ('accountId' in event && event.accountId === accountId) addToDebts(debts, event);
  return debts;
}

function addToDebts(debts: OpenDebt[], event: WalletEvent): void {
  if (event.type === 'FeeReversed')
    for (const debt of debts) if (debt.feeId === event.feeId) debt.open = ZERO;
  if (event.type === 'FeeDebited') debts.push(openDebtOf(event.debt, event.feeId));
  if (event.type === 'HoldCaptured') debts.push(openDebtOf(event.debt, undefined));
  if (event.type !== 'FundsCredited' && event.type !== 'GrantActivated') return;
  const grantId = event.type === 'FundsCredited' ? event.grant.grantId : event.grantId;
  for (const stretch of event.repaid) payOldest(debts, stretch, grantId);
}

const openDebtOf = (debt: DebtStretch, feeId: string | undefined): OpenDebt => ({
  ...debt,
  feeId,
  open: debt.amount,
  repaidBy: [],
});

function payOldest(debts: readonly OpenDebt[], stretch: DebtStretch, grantId: string): void {
  let { from: next, amount: left } = stretch;
  for (const debt of debts.filter((each) => each.open.gt(ZERO))) {
    if (left.lte(ZERO)) return;
    if (!next.eq(debt.from.plus(debt.amount).minus(debt.open)))
      throw new Error(`grant ${grantId} repays debt that is not the oldest`);
    const part = min(left, debt.open);
    debt.open = debt.open.minus(part);
    debt.repaidBy.push({ grantId, amount: part });
    left = left.minus(part);
    next = next.plus(part);
  }
  if (left.gt(ZERO)) throw new Error(`grant ${grantId} repays more than is owed`);
}

/** What a fee took from whom, and what of it is owed still, by the list of debts. */
export function whatFeeTook(
  events: readonly WalletEvent[],
  { feeId, accountId }: FeeReversed,
): { sources: Take[]; open: Decimal } {
  const [debit] = events.filter(
    (each): each is FeeDebited => each.type === 'FeeDebited' && each.feeId === feeId,
  );
  if (!debit) throw new Error(`fee ${feeId} was never debited`);
  const debt = listOfDebts(events, accountId).find((each) => each.feeId === feeId);
  return {
    sources: [...(debit.draw?.held ?? []), ...debit.takes, ...(debt?.repaidBy ?? [])],
    open: debt?.open ?? ZERO,
  };
}

/** Added up per grant, in the order of their ids. */
export function textsOf(takes: readonly Take[]): string[] {
  const grantIds = [...new Set(takes.map(({ grantId }) => grantId))].sort();
  return grantIds.map((grantId) => {
    const own = takes.filter((take) => take.grantId === grantId);
    return `${grantId} ${wire(sum(own.map(({ amount }) => amount)))}`;
  });
}

export function grantOf(events: readonly WalletEvent[], grantId: string): Grant {
  for (const event of events)
    if (event.type === 'FundsCredited' && event.grant.grantId === grantId) return event.grant;
  throw new Error(`grant ${grantId} was never given`);
}

/** Reverses the nth of the usage events that were debited and not reversed, the newest first. */
export function reversalOf(events: readonly WalletEvent[], nth: number, at: string): ReverseFees {
  const debits = events.filter((each): each is FeeDebited => each.type === 'FeeDebited');
  const reversed = new Set(
    events.flatMap((each) => (each.type === 'FeeReversed' ? [each.eventId] : [])),
  );
  const open = [...new Set(debits.map(({ eventId }) => eventId))].filter((id) => !reversed.has(id));
  const eventId = open.reverse()[nth] ?? 'event-never-debited';
  return {
    type: 'ReverseFees',
    eventId,
    reason: 'sent by mistake',
    debits: debits.filter((debit) => debit.eventId === eventId),
    grants: pastGrantsOf(events),
    at,
  };
}

export function pastGrantsOf(events: readonly WalletEvent[]): Map<string, PastGrant> {
  const grants = new Map<string, PastGrant>();
  for (const event of events)
    if (event.type === 'FundsCredited')
      grants.set(event.grant.grantId, {
        grant: event.grant,
        createdAt: event.at,
        accountId: event.accountId,
        repaid: spanOf(event),
      });
    else if (event.type === 'GrantActivated') {
      const known = grants.get(event.grantId);
      if (known) grants.set(event.grantId, { ...known, repaid: spanOf(event) });
    }
  return grants;
}

function spanOf({ repaid }: FundsCredited | GrantActivated): DebtStretch | undefined {
  const [first] = repaid;
  const last = repaid.at(-1);
  return (
    first && last && { from: first.from, amount: last.from.plus(last.amount).minus(first.from) }
  );
}
