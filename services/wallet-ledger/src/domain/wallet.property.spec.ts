/**
 * The invariants of wallet.ts under random commands on several wallets, checked after each command.
 *
 * Method: every command is decided and folded; independent, naive models (a list of debts, sums of
 * amounts) say what must be true. A run's seed is KONTOR_SEED; fast-check prints it on failure.
 */
import { type Decimal, decimal, sum, wire, ZERO } from '@kontor/money';
import fc from 'fast-check';
import { compareBurnOrder, takenBy } from './burn-order';
import type { LedgerAccount } from './chart-of-accounts';
import { openDebt } from './debts';
import { nextChangeAt, upToDate } from './due';
import { leftOf } from './holds';
import { legsOf } from './postings';
import { fee } from './testing';
import { dated, secondsFromNow } from '../../test/instants';
import {
  changeOf,
  drawnBy,
  grantOf,
  listOfDebts,
  reversalOf,
  textsOf,
  whatFeeTook,
} from './testing-models';
import { wallet } from './wallet';
import type { DebitFees, WalletCommand } from './wallet-command';
import type { AdjustmentReason, Overdraft, WalletEvent } from './wallet-event';
import { type Account, available, freeOf, type Wallet } from './wallet-state';

const COMMANDS_A_RUN = 60;
const NO_HOLD = 4;
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
const aCredit = anAmount.map((amount) => amount.times(decimal('5')));
const oneInFour = fc.nat({ max: 3 }).map((n) => n === 0);
const anInstant = secondsFromNow(-2, 4);
const aDeadline = secondsFromNow(-2, 30);
const aLife = fc.integer({ min: 1, max: 30 }).map((seconds) => seconds * 1_000);

const someFees = fc.array(
  fc.uniqueArray(fc.tuple(anAsset, fc.oneof(anAmount, fc.constant(ZERO))), {
    selector: ([asset]) => asset,
    minLength: 1,
    maxLength: 3,
  }),
  { minLength: 0, maxLength: 3 },
);

/**
 * Ids are given by the place in the run, so that every transaction, grant and fee is its own; holds
 * are chosen among the open ones, or are none.
 */
type Make = (id: string, state: Wallet, events: readonly WalletEvent[]) => WalletCommand;

const someTimes = fc.record({
  effectiveAt: fc.option(aDeadline, { nil: undefined, freq: 3 }),
  expiresAt: fc.option(aDeadline, { nil: undefined, freq: 3 }),
});

interface ChosenHold {
  /** Which of the open ones, counted round; NO_HOLD is one that was never placed. */
  readonly nth: number;
  readonly all: boolean;
  readonly final: boolean;
}

function aHold(): fc.Arbitrary<ChosenHold> {
  return fc.record({ nth: fc.nat({ max: NO_HOLD }), all: fc.boolean(), final: fc.boolean() });
}

function aPolicy(): fc.Arbitrary<Overdraft> {
  return fc.oneof(
    fc.constant<Overdraft>({ mode: 'unlimited' }),
    fc.constant<Overdraft>({ mode: 'none' }),
    anAmount.map((limit): Overdraft => ({ mode: 'limit', limit })),
  );
}

const idOf = ({ nth }: ChosenHold, { holds: open }: Wallet): string =>
  (nth < NO_HOLD && [...open.keys()][nth % open.size]) || 'auth-never-placed';

const placeHold = (drawn: [string, Decimal, number, string]): Make => {
  const [asset, amount, lifeMs, when] = drawn;
  return (id) => ({
    type: 'PlaceHold',
    authorizationId: `auth-${id}`,
    account: { name: 'default', asset },
    amount,
    lifeMs,
    terms: {},
    at: when,
  });
};

const captureHold =
  ([hold, amount, when]: [ChosenHold, Decimal, string]): Make =>
  (_, state) => ({
    type: 'CaptureHold',
    authorizationId: idOf(hold, state),
    amount: hold.all ? undefined : amount,
    final: hold.final,
    fiatRate: null,
    at: when,
  });

const voidHold =
  ([hold, when]: [ChosenHold, string]): Make =>
  (_, state) => ({ type: 'VoidHold', authorizationId: idOf(hold, state), at: when });

const chargeFunds =
  ([asset, amount, when]: [string, Decimal, string]): Make =>
  (id) => ({
    type: 'ChargeFunds',
    transactionId: `charge-${id}`,
    account: { name: 'default', asset },
    amount,
    terms: {},
    fiatRate: null,
    at: when,
  });

const keepUp =
  ([holdsExpiredBy, when]: [string, string]): Make =>
  () => ({ type: 'KeepUp', holdsExpiredBy, at: when });

const setOverdraft =
  ([asset, overdraft, when]: [string, Overdraft, string]): Make =>
  () => ({ type: 'SetOverdraft', accountId: `default:${asset}`, overdraft, at: when });

function useAuthorization(drawn: [[string, Decimal][][], ChosenHold, string]): Make {
  const [fees, hold, when] = drawn;
  return (id, state) => ({
    ...debitFees([fees, when])(id),
    authorization: {
      authorizationId: idOf(hold, state),
      final: hold.final,
      recordedAt: when,
    },
  });
}

function openAccounts([codes, when]: [string[], string]) {
  return (): WalletCommand => ({
    type: 'OpenAccounts',
    accounts: codes.map((asset) => ({ name: 'default', asset })),
    at: when,
  });
}

function adjustFunds(
  [asset, amount, negative]: [string, Decimal, boolean],
  reason: AdjustmentReason,
  ...[times, when]: [{ effectiveAt?: string | undefined; expiresAt?: string | undefined }, string]
): Make {
  return (id) => ({
    type: 'AdjustFunds',
    transactionId: `tx-${id}`,
    account: { name: 'default', asset },
    amount: negative ? amount.neg() : amount,
    reason,
    grantId: `grt-${id}`,
    ...(times.effectiveAt !== undefined && { effectiveAt: times.effectiveAt }),
    ...(times.expiresAt !== undefined && { expiresAt: times.expiresAt }),
    at: when,
  });
}

function debitFees([fees, when]: [[string, Decimal][][], string]) {
  return (id: string): DebitFees => ({
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

/** Of an event that was debited; one that was reversed before is not asked for again. */
const reverseFees =
  ([nth, when]: [number, string]): Make =>
  (_, _state, events) =>
    reversalOf(events, nth, when);

const aCommand: fc.Arbitrary<Make> = fc.oneof(
  { weight: 1, arbitrary: fc.tuple(fc.subarray(assets), anInstant).map(openAccounts) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.tuple(anAsset, aCredit, oneInFour), fc.constantFrom(...reasons), someTimes)
      .chain((drawn) => anInstant.map((when) => adjustFunds(...drawn, when))),
  },
  { weight: 5, arbitrary: fc.tuple(someFees, anInstant).map(debitFees) },
  { weight: 3, arbitrary: fc.tuple(someFees, aHold(), anInstant).map(useAuthorization) },
  { weight: 4, arbitrary: fc.tuple(fc.nat({ max: 5 }), anInstant).map(reverseFees) },
  { weight: 5, arbitrary: fc.tuple(anAsset, anAmount, aLife, anInstant).map(placeHold) },
  { weight: 4, arbitrary: fc.tuple(aHold(), anAmount, anInstant).map(captureHold) },
  { weight: 2, arbitrary: fc.tuple(aHold(), anInstant).map(voidHold) },
  { weight: 2, arbitrary: fc.tuple(anAsset, anAmount, anInstant).map(chargeFunds) },
  { weight: 1, arbitrary: fc.tuple(secondsFromNow(-8, 0), anInstant).map(keepUp) },
  { weight: 2, arbitrary: fc.tuple(anAsset, aPolicy(), anInstant).map(setOverdraft) },
);

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
  history: [number, Make][],
  check: (story: Story, events: readonly WalletEvent[], command: WalletCommand) => void,
): Story[] {
  const stories = [0, 1, 2].map((): Story => ({ state: wallet.initialState(), events: [] }));
  history.forEach(([which, make], index) => {
    const story = stories[which]!;
    const made = make(String(index).padStart(3, '0'), story.state, story.events);
    const command = dated(made, story.state.asOf);
    const decision = wallet.decide(command, story.state);
    const events = decision.outcome === 'accepted' ? decision.events : [];
    story.events.push(...events);
    story.state = events.reduce(wallet.evolve, story.state);
    check(story, events, command);
  });
  return stories;
}

const snapshot = (state: Wallet): unknown => ({
  ...state,
  accounts: [...state.accounts],
  holds: [...state.holds],
});
const accountsOf = (story: Story): Account[] => [...story.state.accounts.values()];
const holds = (
  check: (story: Story, events: readonly WalletEvent[], command: WalletCommand) => void,
): void =>
  fc.assert(
    fc.property(aHistory, (history) => void play(history, check)),
    { numRuns: RUNS },
  );

describe('every wallet, whatever happens to it', () => {
  it('has available = free lots - debt, owed or held, with lots in burn order and none empty', () =>
    holds((story) => {
      for (const account of accountsOf(story)) {
        expect(wire(account.free)).toBe(wire(freeOf(account.lots)));
        expect(wire(available(account))).toBe(
          wire(freeOf(account.lots).minus(openDebt(account.debts)).minus(account.heldOverdraft)),
        );
        expect(account.lots.every((lot) => lot.available.plus(lot.held).gt(ZERO))).toBe(true);
        expect([...account.lots].sort(compareBurnOrder)).toEqual(account.lots);
      }
    }));

  it('answers every event with legs that sum to zero', () =>
    holds((_, events) => {
      for (const event of events)
        expect(wire(sum(legsOf(event).map((leg) => leg.amount)))).toBe('0');
    }));

  it('holds what its open holds have left, in the lots that they took it from', () =>
    holds(({ state }) => {
      for (const account of state.accounts.values()) {
        const own = [...state.holds.values()].filter(
          (hold) => hold.accountId === account.accountId,
        );
        expect(wire(account.held)).toBe(wire(sum(own.map(leftOf))));
        expect(wire(account.heldOverdraft)).toBe(wire(sum(own.map((hold) => hold.overdraft))));
        for (const lot of account.lots) {
          const takes = own.flatMap((hold) => hold.takes).filter((t) => t.grantId === lot.grantId);
          expect(wire(lot.held)).toBe(wire(takenBy(takes)));
        }
        for (const hold of own)
          expect(wire(takenBy(hold.takes).plus(hold.overdraft))).toBe(wire(leftOf(hold)));
      }
    }));

  it('gives every hold back or captures it, for what it took, and ends it once', () =>
    holds((story) => {
      const own = new Map<string, { left: Decimal; ended: boolean }>();
      const take = (id: string, amount: Decimal, ends: boolean): void => {
        const hold = own.get(id)!;
        expect(hold.ended).toBe(false);
        hold.left = hold.left.minus(amount);
        expect(hold.left.gte(ZERO)).toBe(true);
        if (ends) expect(wire(hold.left)).toBe('0');
        hold.ended = ends;
      };
      const drawn = new Map<string, Decimal>();
      for (const event of story.events)
        if (event.type === 'HoldPlaced')
          own.set(event.authorizationId, { left: event.amount, ended: false });
        else if (event.type === 'HoldReleased') take(event.authorizationId, event.amount, true);
        else if (event.type === 'HoldCaptured')
          take(event.draw.authorizationId, event.amount, event.ends);
        else if (event.type === 'FeeDebited' && event.draw) {
          take(event.draw.authorizationId, drawnBy(event.draw), false);
          const before = drawn.get(event.eventId) ?? ZERO;
          drawn.set(event.eventId, before.plus(drawnBy(event.draw)));
        } else if (event.type === 'AuthorizationUsed') {
          expect(wire(event.captured)).toBe(wire(drawn.get(event.eventId) ?? ZERO));
          if (event.ends) take(event.authorizationId, ZERO, true);
        }
      const open = [...own]
        .filter(([, hold]) => !hold.ended)
        .map(([id, { left }]) => [id, wire(left)]);
      expect(open).toEqual(
        [...story.state.holds.values()].map((hold) => [hold.authorizationId, wire(leftOf(hold))]),
      );
    }));

  it('never holds or collects beyond the policy of its account, and collects all within it', () =>
    holds((story, events) => {
      for (const event of events) {
        if (event.type !== 'HoldPlaced' && event.type !== 'FeeDebited') continue;
        const { overdraft } = story.state.accounts.get(event.accountId)!;
        const floor = overdraft.mode === 'limit' ? overdraft.limit.neg() : ZERO;
        if (event.type === 'HoldPlaced') expect(event.balance.gte(floor)).toBe(true);
        else if (overdraft.mode === 'unlimited') expect(wire(event.uncollected)).toBe('0');
        else if (event.uncollected.gt(ZERO)) expect(event.balance.lte(floor)).toBe(true);
        else if (changeOf(event).lt(ZERO)) expect(event.balance.gte(floor)).toBe(true);
      }
    }));

  it('is what the legs of its events add up to, ledger account by ledger account', () =>
    holds((story) => {
      for (const account of accountsOf(story)) {
        const booked = (name: LedgerAccount): string =>
          wire(
            sum(
              story.events
                .filter((event) => 'asset' in event && event.asset === account.asset)
                .flatMap((event) => legsOf(event))
                .filter((leg) => leg.account === name)
                .map((leg) => leg.amount),
            ),
          );
        expect(booked('available')).toBe(wire(account.free));
        expect(booked('held')).toBe(wire(account.held));
        expect(booked('scheduled')).toBe(wire(freeOf(account.scheduled)));
        expect(booked('debt')).toBe(
          wire(ZERO.minus(openDebt(account.debts)).minus(account.heldOverdraft)),
        );
      }
    }));

  it('has no grant past its time that is still free, after any change', () =>
    holds(({ state }, events) => {
      if (events.length === 0) return;
      expect(upToDate(state, state.asOf).due).toEqual([]);
    }));

  it('changes by itself at the instant that it names, and not before', () =>
    holds(({ state }) => {
      const next = nextChangeAt(state);
      if (next === undefined) expect(upToDate(state, END_OF_TIME).due).toEqual([]);
      else {
        expect(upToDate(state, justBefore(next)).due).toEqual([]);
        expect(upToDate(state, next).due).not.toEqual([]);
      }
    }));

  it('moves by exactly what its events say, and shows the balance after each', () =>
    holds((story, events) => {
      for (const account of accountsOf(story)) {
        const moved = story.events
          .filter((event) => 'accountId' in event && event.accountId === account.accountId)
          .map(changeOf);
        expect(wire(available(account))).toBe(wire(sum(moved)));
      }
      const last = events.at(-1);
      if (last && 'balance' in last)
        expect(wire(last.balance)).toBe(wire(available(story.state.accounts.get(last.accountId)!)));
    }));

  it('owes what a plain list of debts, repaid oldest first, says', () =>
    holds((story) => {
      for (const account of accountsOf(story)) {
        const debts = listOfDebts(story.events, account.accountId);
        expect(wire(openDebt(account.debts))).toBe(wire(sum(debts.map((debt) => debt.open))));
      }
    }));

  it('gives a reversed fee back to whom it was taken from, or who repaid it, and owes it no more', () =>
    holds((story, events) => {
      for (const event of events) {
        if (event.type !== 'FeeReversed') continue;
        const before = story.events.slice(0, story.events.indexOf(event));
        const { sources, open } = whatFeeTook(before, event);
        expect(textsOf([...event.returned, ...event.broken])).toEqual(textsOf(sources));
        expect(wire(event.debt.amount)).toBe(wire(open));
        for (const { grantId } of event.broken)
          expect(grantOf(before, grantId).expiresAt! <= event.at).toBe(true);
        for (const { grantId } of event.returned)
          expect((grantOf(before, grantId).expiresAt ?? '~') > event.at).toBe(true);
        expect(event.revived.map(({ grant }) => grant)).toEqual(
          event.revived.map(({ grant }) => grantOf(before, grant.grantId)),
        );
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
          wire(
            takenBy([...debit.takes, ...(debit.draw?.held ?? [])])
              .plus(debit.debt.amount)
              .plus(debit.uncollected),
          ),
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
      const later = '2027-01-01T00:00:00.000000Z';
      // An event is reversed once: the next one then.
      const next = command.type === 'ReverseFees' ? reversalOf(story.events, 0, later) : command;
      wallet.decide({ ...next, at: later }, story.state);
      expect(JSON.stringify(snapshot(story.state))).toBe(before);
    }));

  it('never goes back in time', () =>
    holds((story) => {
      const instants = story.events.map((event) => event.at);
      expect([...instants].sort()).toEqual(instants);
    }));
});

const END_OF_TIME = '9999-01-01T00:00:00.000000Z';
/** Texts sort as instants do: without its last letter it is before itself and behind all others. */
const justBefore = (instant: string): string => instant.slice(0, -1);
