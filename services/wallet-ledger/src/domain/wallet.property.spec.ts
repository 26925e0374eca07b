/**
 * The invariants of wallet.ts under random commands on several wallets, checked after each command.
 *
 * Method: every command is decided and folded; independent, naive models (a list of debts, sums of
 * amounts) say what must be true. A run's seed is KONTOR_SEED; fast-check prints it on failure.
 */
import { type Decimal, decimal, min, sum, wire, ZERO } from '@kontor/money';
import fc from 'fast-check';
import { compareBurnOrder } from './burn-order';
import { openDebt } from './debts';
import { legsOf } from './postings';
import { at, fee } from './testing';
import { wallet } from './wallet';
import type { WalletCommand } from './wallet-command';
import type { AdjustmentReason, DebtStretch, WalletEvent } from './wallet-event';
import { type Account, available, freeOf, type Wallet } from './wallet-state';

const COMMANDS_A_RUN = 60;
const RUNS = 50;

const assets = ['USD', 'EUR', 'MIN'];
const reasons: AdjustmentReason[] = [
  'gift',
  'external_topup',
  'external_refund',
  'other',
  'correction',
  'migration',
];

const anAmount = fc.oneof(
  fc.integer({ min: 1, max: 20 }).map((n) => decimal(String(n))),
  fc.integer({ min: 1, max: 10 ** 9 }).map((n) => decimal(String(n)).times(decimal('0.000000001'))),
);
const anAsset = fc.constantFrom(...assets);
const anInstant = fc
  .integer({ min: 0, max: 59 })
  .map((second) => at.replace(':18.', `:${String(second).padStart(2, '0')}.`));

const someFees = fc.array(
  fc.uniqueArray(fc.tuple(anAsset, fc.oneof(anAmount, fc.constant(ZERO))), {
    selector: ([asset]) => asset,
    minLength: 1,
    maxLength: 3,
  }),
  { minLength: 0, maxLength: 3 },
);

/** Ids are given by the place in the run, so that every transaction, grant and fee is its own. */
const aCommand: fc.Arbitrary<(id: string) => WalletCommand> = fc.oneof(
  { weight: 1, arbitrary: fc.tuple(fc.subarray(assets), anInstant).map(openAccounts) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(anAsset, anAmount, fc.boolean(), fc.constantFrom(...reasons), anInstant)
      .map(adjustFunds),
  },
  { weight: 5, arbitrary: fc.tuple(someFees, anInstant).map(debitFees) },
);

function openAccounts([codes, when]: [string[], string]) {
  return (): WalletCommand => ({
    type: 'OpenAccounts',
    accounts: codes.map((asset) => ({ name: 'default', asset })),
    at: when,
  });
}

function adjustFunds(drawn: [string, Decimal, boolean, AdjustmentReason, string]) {
  const [asset, amount, negative, reason, when] = drawn;
  return (id: string): WalletCommand => ({
    type: 'AdjustFunds',
    transactionId: `tx-${id}`,
    account: { name: 'default', asset },
    amount: negative ? amount.neg() : amount,
    reason,
    grantId: `grt-${id}`,
    at: when,
  });
}

function debitFees([fees, when]: [[string, Decimal][][], string]) {
  return (id: string): WalletCommand => ({
    type: 'DebitFees',
    eventId: `event-${id}`,
    subject: undefined,
    occurredAt: when,
    fees: fees.map((prices, index) =>
      fee(
        `fee-${id}-${index}`,
        Object.fromEntries(prices.map(([asset, amount]) => [asset, wire(amount)])),
      ),
    ),
    at: when,
  });
}

const aHistory = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), aCommand), {
  minLength: COMMANDS_A_RUN,
  maxLength: COMMANDS_A_RUN,
  size: 'max',
});

interface Story {
  state: Wallet;
  readonly events: WalletEvent[];
}

/** Decides and folds a history over three wallets; `check` sees every wallet after every command. */
function play(
  history: [number, (id: string) => WalletCommand][],
  check: (story: Story, events: readonly WalletEvent[], command: WalletCommand) => void,
): Story[] {
  const stories = [0, 1, 2].map((): Story => ({ state: wallet.initialState(), events: [] }));
  history.forEach(([which, make], index) => {
    const story = stories[which]!;
    const command = make(String(index).padStart(3, '0'));
    const decision = wallet.decide(command, story.state);
    const events = decision.outcome === 'accepted' ? decision.events : [];
    story.events.push(...events);
    story.state = events.reduce(wallet.evolve, story.state);
    check(story, events, command);
  });
  return stories;
}

const snapshot = (state: Wallet): unknown => ({ ...state, accounts: [...state.accounts] });
const accountsOf = (story: Story): Account[] => [...story.state.accounts.values()];
const holds = (
  check: (story: Story, events: readonly WalletEvent[], command: WalletCommand) => void,
): void =>
  fc.assert(
    fc.property(aHistory, (history) => void play(history, check)),
    { numRuns: RUNS },
  );

describe('every wallet, whatever happens to it', () => {
  it('has available = free lots - open debt, with lots in burn order and none empty', () =>
    holds((story) => {
      for (const account of accountsOf(story)) {
        expect(wire(account.free)).toBe(wire(freeOf(account.lots)));
        expect(wire(available(account))).toBe(
          wire(freeOf(account.lots).minus(openDebt(account.debts))),
        );
        expect(account.lots.every((lot) => lot.available.gt(ZERO))).toBe(true);
        expect([...account.lots].sort(compareBurnOrder)).toEqual(account.lots);
      }
    }));

  it('answers every event with legs that sum to zero', () =>
    holds((_, events) => {
      for (const event of events)
        expect(wire(sum(legsOf(event).map((leg) => leg.amount)))).toBe('0');
    }));

  it('moves by exactly what its events say, and shows the balance after each', () =>
    holds((story, events) => {
      for (const account of accountsOf(story)) {
        const own = story.events.filter((event) => event.type !== 'AccountOpened');
        const moved = own
          .filter((event) => event.accountId === account.accountId)
          .map(signedAmount);
        expect(wire(available(account))).toBe(wire(sum(moved)));
      }
      const last = events.at(-1);
      if (last && last.type !== 'AccountOpened')
        expect(wire(last.balance)).toBe(wire(available(story.state.accounts.get(last.accountId)!)));
    }));

  it('owes what a plain list of debts, repaid oldest first, says', () =>
    holds((story) => {
      for (const account of accountsOf(story)) {
        const debts = listOfDebts(story.events, account.accountId);
        expect(wire(openDebt(account.debts))).toBe(wire(sum(debts.map((debt) => debt.open))));
        expect(account.free.gt(ZERO) && openDebt(account.debts).gt(ZERO)).toBe(false);
      }
    }));

  it('debits every fee that is due exactly once, and no other', () =>
    holds((_, events, command) => {
      const debits = events.filter((event) => event.type === 'FeeDebited');
      const due =
        command.type === 'DebitFees'
          ? command.fees.filter((each) => each.alternatives.some(({ amount }) => amount.gt(ZERO)))
          : [];
      expect(debits.map((debit) => debit.feeId)).toEqual(due.map((each) => each.feeId));
      for (const debit of debits)
        expect(wire(debit.amount)).toBe(
          wire(sum(debit.takes.map((take) => take.amount)).plus(debit.debt.amount)),
        );
    }));

  it('is the same, byte for byte, when its events are folded again', () =>
    fc.assert(
      fc.property(aHistory, (history) => {
        for (const { state, events } of play(history, () => undefined)) {
          const again = events.reduce(wallet.evolve, wallet.initialState());
          expect(JSON.stringify(snapshot(again))).toBe(JSON.stringify(snapshot(state)));
        }
      }),
      { numRuns: RUNS },
    ));

  it('is not touched by a decision, accepted or refused', () =>
    holds((story, _, command) => {
      const before = JSON.stringify(snapshot(story.state));
      wallet.decide({ ...command, at: '2027-01-01T00:00:00.000000Z' }, story.state);
      expect(JSON.stringify(snapshot(story.state))).toBe(before);
    }));

  it('never goes back in time', () =>
    holds((story) => {
      const instants = story.events.map((event) => event.at);
      expect([...instants].sort()).toEqual(instants);
    }));
});

const signedAmount = (event: Exclude<WalletEvent, { type: 'AccountOpened' }>): Decimal =>
  event.type === 'FundsCredited' ? event.amount : event.amount.neg();

interface OpenDebt {
  readonly from: Decimal;
  readonly amount: Decimal;
  open: Decimal;
}

/** The model that the two running sums stand for. A repayment must hit the oldest open debt. */
function listOfDebts(events: readonly WalletEvent[], accountId: string): OpenDebt[] {
  const debts: OpenDebt[] = [];
  for (const event of events.filter((each) => each.accountId === accountId)) {
    if (event.type === 'FeeDebited' && event.debt.amount.gt(ZERO))
      debts.push({ ...event.debt, open: event.debt.amount });
    if (event.type === 'FundsCredited')
      for (const stretch of event.repaid) payOldest(debts, stretch);
  }
  return debts;
}

function payOldest(debts: readonly OpenDebt[], stretch: DebtStretch): void {
  let { from: next, amount: left } = stretch;
  for (const debt of debts.filter((each) => each.open.gt(ZERO))) {
    if (left.lte(ZERO)) break;
    expect(wire(next)).toBe(wire(debt.from.plus(debt.amount).minus(debt.open)));
    const part = min(left, debt.open);
    debt.open = debt.open.minus(part);
    left = left.minus(part);
    next = next.plus(part);
  }
  expect(wire(left)).toBe('0');
}
