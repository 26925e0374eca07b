import { specFor } from '@kontor/event-sourcing/testing';
import { decimal, wire } from '@kontor/money';
import { HOLDS_MAX } from './decide-holds';
import {
  activated,
  adjust,
  at,
  captured,
  charged,
  credited,
  debitFees,
  drawn,
  EXPIRY,
  expired,
  fee,
  feeDebited,
  opened,
  overdraftSet,
  placed,
  released,
  usd,
} from './testing';
import { wallet } from './wallet';
import type { CaptureHold, DebitFees, PlaceHold, VoidHold } from './wallet-command';
import type { AuthorizationUsed, WalletEvent } from './wallet-event';
import { available } from './wallet-state';

const { given } = specFor(wallet);
const LATER = '2026-02-01T00:00:00.000000Z';

const place = (id: string, amount: string): PlaceHold => ({
  type: 'PlaceHold',
  authorizationId: id,
  account: usd,
  amount: decimal(amount),
  lifeMs: Date.parse(EXPIRY) - Date.parse(at),
  terms: {},
  at,
});
const capture = (id: string, amount?: string, final = amount === undefined): CaptureHold => ({
  type: 'CaptureHold',
  authorizationId: id,
  amount: amount === undefined ? undefined : decimal(amount),
  final,
  fiatRate: null,
  at,
});
const voiding = (id: string): VoidHold => ({ type: 'VoidHold', authorizationId: id, at });
const using = (id: string, command: DebitFees, final = true): DebitFees => ({
  ...command,
  authorization: { authorizationId: id, final, recordedAt: at },
});
const used = (id: string, capturedBy: string, more: Partial<AuthorizationUsed> = {}) => ({
  type: 'AuthorizationUsed' as const,
  authorizationId: id,
  eventId: 'event-1',
  captured: decimal(capturedBy),
  capturedInAll: decimal(capturedBy),
  ends: false,
  at,
  ...more,
});
const LIMIT = overdraftSet({ mode: 'limit', limit: decimal('5') });
const NONE = overdraftSet({ mode: 'none' });
const funded: readonly WalletEvent[] = [opened(), credited('g1', '5')];
const beyond = placed('a', '8', { takes: { g1: '5' }, overdraft: '3', balance: '-3' });

describe('an authorization', () => {
  it('takes its amount out of lots at once, in burn order', () =>
    given(...funded, credited('gift', '2', { reason: 'gift', balance: '7' }))
      .when(place('a', '3'))
      .then(placed('a', '3', { takes: { gift: '2', g1: '1' }, balance: '4' })));

  it('of 3 beside one of 3 on 5 is refused, and says what there is', () =>
    given(...funded, placed('a', '3', { balance: '2' }))
      .when(place('b', '3'))
      .thenRejected({
        code: 'insufficient_funds',
        requested: decimal('3'),
        available: decimal('2'),
        asset: 'USD',
      }));

  it('does not go below zero although usage may', () =>
    given(opened())
      .when(place('a', '1'))
      .thenRejected({
        code: 'insufficient_funds',
        requested: decimal('1'),
        available: decimal('0'),
        asset: 'USD',
      }));

  it('may go as far as a limit lets usage go', () =>
    given(...funded, LIMIT)
      .when(place('a', '8'))
      .then(beyond));

  it('beyond the limit is refused', () =>
    given(...funded, LIMIT)
      .when(place('a', '10.01'))
      .thenRejected({
        code: 'insufficient_funds',
        requested: decimal('10.01'),
        available: decimal('5'),
        asset: 'USD',
      }));

  it('of an account that was never opened is refused', () =>
    given()
      .when(place('a', '1'))
      .thenRejected({
        code: 'insufficient_funds',
        requested: decimal('1'),
        available: decimal('0'),
        asset: 'USD',
      }));

  it('is one of a bounded number', () => {
    const many = Array.from({ length: HOLDS_MAX }, (_, index) =>
      placed(`a${index}`, '0.0001', { balance: '5' }),
    );
    given(...funded, ...many)
      .when(place('b', '1'))
      .thenRejected({ code: 'too_many_authorizations', limit: HOLDS_MAX });
  });
});

describe('a capture', () => {
  const held = [...funded, placed('a', '4', { balance: '1' })];

  it('of all ends the hold', () =>
    given(...held)
      .when(capture('a'))
      .then(captured('a', '4', { ends: true, balance: '1' })));

  it('of a part leaves the rest held', () =>
    given(...held)
      .when(capture('a', '1.5'))
      .then(captured('a', '1.5', { balance: '1' })));

  it('of a part for good gives back the rest', () =>
    given(...held)
      .when(capture('a', '1.5', true))
      .then(
        captured('a', '1.5', { balance: '1' }),
        released('a', '2.5', {
          nth: 2,
          reason: 'captured',
          returned: { g1: '2.5' },
          captured: '1.5',
          balance: '3.5',
        }),
      ));

  it('consumes takes in the order of the taking', () =>
    given(
      ...funded,
      placed('a', '4', { takes: { g1: '4' }, balance: '1' }),
      captured('a', '1', { balance: '1' }),
    )
      .when(capture('a', '3'))
      .then(captured('a', '3', { nth: 2, inAll: '4', ends: true, balance: '1' })));

  it('of more than is left is refused', () =>
    given(...held, captured('a', '3', { balance: '1' }))
      .when(capture('a', '1.01'))
      .thenRejected({
        code: 'capture_exceeds_hold',
        requested: decimal('1.01'),
        available: decimal('1'),
        asset: 'USD',
      }));

  it('of nothing is refused', () =>
    given(...held)
      .when(capture('a', '0'))
      .thenRejected({ code: 'amount_zero' }));

  it('of a hold that ended is refused', () =>
    given(...held, captured('a', '4', { ends: true, balance: '1' }))
      .when(capture('a'))
      .thenRejected({ code: 'authorization_not_open' }));

  it('at the expiry is too late, a moment before it is not', () => {
    given(...held)
      .when({ ...capture('a'), at: EXPIRY })
      .thenRejected({ code: 'authorization_expired' });
    const before = '2026-01-05T14:47:17.999999Z';
    given(...held)
      .when({ ...capture('a'), at: before })
      .then({ ...captured('a', '4', { ends: true, balance: '1' }), at: before });
  });

  it('beyond the lots is covered by lots that are free by now, before it is debt', () =>
    given(...funded, LIMIT, beyond, credited('g2', '2', { balance: '-1' }))
      .when(capture('a'))
      .then(
        captured('a', '8', {
          held: { g1: '5' },
          overdraft: '3',
          takes: { g2: '2' },
          debt: ['0', '1'],
          ends: true,
          balance: '-1',
        }),
      ));
});

describe('a hold that is not captured', () => {
  it('goes back to the lots that it came from when it is voided, also after a capture', () =>
    given(...funded, placed('a', '4', { balance: '1' }), captured('a', '1', { balance: '1' }))
      .when(voiding('a'))
      .then(released('a', '3', { nth: 2, returned: { g1: '3' }, captured: '1', balance: '4' })));

  it('is lost where its lot expired meanwhile', () => {
    const lot = credited('g1', '5', { expiresAt: LATER });
    const when = { ...voiding('a'), at: EXPIRY };
    given(
      opened(),
      { ...lot, grant: { ...lot.grant, expiresAt: EXPIRY } },
      {
        ...placed('a', '5', { balance: '0' }),
        expiresAt: LATER,
      },
    )
      .when(when)
      .then(released('a', '5', { broken: { g1: '5' }, balance: '0', at: EXPIRY }));
  });

  it('ends its part beyond the lots', () =>
    given(...funded, LIMIT, beyond)
      .when(voiding('a'))
      .then(released('a', '8', { returned: { g1: '5' }, overdraft: '3', balance: '5' })));

  it('is not repaid by a credit: nothing is owed yet', () =>
    given(...funded, LIMIT, beyond)
      .when(adjust('g2', '2'))
      .then(credited('g2', '2', { balance: '-1' })));

  it('goes back when its expiry and the grace are over, and stays when they are not', () => {
    const held = [...funded, placed('a', '4', { balance: '1' })];
    const keepUp = { type: 'KeepUp', at: LATER } as const;
    given(...held)
      .when({ ...keepUp, holdsExpiredBy: at })
      .thenNothing();
    given(...held)
      .when({ ...keepUp, holdsExpiredBy: undefined })
      .thenNothing();
    given(...held)
      .when({ ...keepUp, holdsExpiredBy: EXPIRY })
      .then(
        released('a', '4', { reason: 'expired', returned: { g1: '4' }, balance: '5', at: LATER }),
      );
  });
});

describe('usage that names an authorization', () => {
  const held = [...funded, placed('a', '4', { balance: '1' })];

  it('captures its fee and gives back the rest', () =>
    given(...held)
      .when(using('a', debitFees(fee('f', { USD: '3' }))))
      .then(
        feeDebited('f', '3', { draw: drawn('a', { g1: '3' }), balance: '1' }),
        released('a', '1', {
          nth: 2,
          reason: 'captured',
          returned: { g1: '1' },
          captured: '3',
          balance: '2',
        }),
        used('a', '3'),
      ));

  it('owes what the hold promised beyond lots, and says what this event captured', () =>
    given(
      ...[opened(), LIMIT, placed('a', '4', { takes: {}, overdraft: '4', balance: '-4' })],
      feeDebited('e', '1', { draw: drawn('a', {}, '1'), debt: ['0', '1'], balance: '-4' }),
    )
      .when(using('a', debitFees(fee('f', { USD: '3' }))))
      .then(
        feeDebited('f', '3', { draw: drawn('a', {}, '3'), debt: ['1', '3'], balance: '-4' }),
        used('a', '3', { capturedInAll: decimal('4'), ends: true }),
      ));

  it('may leave the rest for more usage', () =>
    given(...held)
      .when(using('a', debitFees(fee('f', { USD: '3' })), false))
      .then(feeDebited('f', '3', { draw: drawn('a', { g1: '3' }), balance: '1' }), used('a', '3')));

  it('pays in the asset of the hold, whatever is listed first', () =>
    given(...held)
      .when(using('a', debitFees(fee('f', { MIN: '1', USD: '4' }))))
      .then(
        feeDebited('f', '4', { draw: drawn('a', { g1: '4' }), alternative: 1, balance: '1' }),
        used('a', '4', { ends: true }),
      ));

  it('owes what exceeds the hold, as far as the policy lets it', () => {
    const command = using('a', debitFees(fee('f', { USD: '7' })));
    const draw = drawn('a', { g1: '4' });
    given(...held)
      .when(command)
      .then(
        feeDebited('f', '7', { draw, takes: { g1: '1' }, debt: ['0', '2'], balance: '-2' }),
        used('a', '4', { ends: true }),
      );
    given(...held, NONE)
      .when(command)
      .then(
        feeDebited('f', '7', { draw, takes: { g1: '1' }, uncollected: '2', balance: '0' }),
        used('a', '4', { ends: true }),
      );
  });

  it('without a fee gives the hold back', () =>
    given(...held)
      .when(using('a', debitFees()))
      .then(
        released('a', '4', { reason: 'captured', returned: { g1: '4' }, balance: '5' }),
        used('a', '0'),
      ));

  it('is debited normally when there is no such open hold', () =>
    given(...funded)
      .when(using('b', debitFees(fee('f', { USD: '3' }))))
      .then(
        feeDebited('f', '3', { takes: { g1: '3' }, balance: '2' }),
        used('b', '0', { ignored: 'authorization_not_open' }),
      ));

  it('that was accepted after the expiry is debited normally', () =>
    given(...held)
      .when({
        ...debitFees(fee('f', { USD: '1' })),
        authorization: { authorizationId: 'a', final: true, recordedAt: EXPIRY },
      })
      .then(
        feeDebited('f', '1', { takes: { g1: '1' }, balance: '0' }),
        used('a', '0', { ignored: 'authorization_expired' }),
      ));

  it('that was accepted in time captures, however late it is rated', () =>
    given(...held)
      .when({ ...using('a', debitFees(fee('f', { USD: '4' }))), at: LATER })
      .then(
        { ...feeDebited('f', '4', { draw: drawn('a', { g1: '4' }), balance: '1' }), at: LATER },
        used('a', '4', { ends: true, at: LATER }),
      ));
});

describe('an overdraft policy', () => {
  const set = (overdraft: typeof NONE.overdraft) =>
    ({ type: 'SetOverdraft', accountId: 'default:USD', overdraft, at }) as const;

  it('is set once', () => {
    given(opened())
      .when(set({ mode: 'none' }))
      .then(NONE);
    given(opened(), LIMIT)
      .when(set({ mode: 'limit', limit: decimal('5.0') }))
      .thenNothing();
  });

  it('needs an account', () =>
    given()
      .when(set({ mode: 'none' }))
      .thenRejected({ code: 'account_unknown' }));

  it('of none leaves uncollected what is not there', () =>
    given(...funded, NONE)
      .when(debitFees(fee('f', { USD: '7' })))
      .then(feeDebited('f', '7', { takes: { g1: '5' }, uncollected: '2', balance: '0' })));

  it('of a limit leaves uncollected what is beyond it', () =>
    given(...funded, LIMIT)
      .when(debitFees(fee('f', { USD: '12' })))
      .then(
        feeDebited('f', '12', {
          takes: { g1: '5' },
          debt: ['0', '5'],
          uncollected: '2',
          balance: '-5',
        }),
      ));

  it('collects nothing from who owes already', () =>
    given(opened(), feeDebited('f', '3', { debt: ['0', '3'], balance: '-3' }), NONE)
      .when(debitFees(fee('g', { USD: '1' })))
      .then(feeDebited('g', '1', { debt: ['3', '0'], uncollected: '1', balance: '-3' })));
});

describe('a charge', () => {
  const charge = (amount: string) =>
    ({
      type: 'ChargeFunds',
      transactionId: 'c',
      account: usd,
      amount: decimal(amount),
      terms: {},
      fiatRate: null,
      at,
    }) as const;

  it('and a capture say what they are worth, where a rate is known', () => {
    const tenCents = { rate: decimal('0.1'), inverseRate: null };
    const worth = { fiatRate: '0.1', fiatValue: '0.2' };
    given(...funded)
      .when({ ...charge('2'), fiatRate: tenCents })
      .then({ ...charged('c', '2', { takes: { g1: '2' }, balance: '3' }), ...worth });
    given(...funded, placed('a', '2', { balance: '3' }))
      .when({ ...capture('a'), fiatRate: tenCents })
      .then({ ...captured('a', '2', { ends: true, balance: '3' }), ...worth });
  });

  it('is taken whole', () =>
    given(...funded)
      .when(charge('5'))
      .then(charged('c', '5', { takes: { g1: '5' }, balance: '0' })));

  it('is refused whole, also where usage could go below zero', () =>
    given(...funded, LIMIT)
      .when(charge('5.01'))
      .thenRejected({
        code: 'insufficient_funds',
        requested: decimal('5.01'),
        available: decimal('5'),
        asset: 'USD',
      }));
});

describe('a grant over time', () => {
  const scheduled = credited('g1', '5', { effectiveAt: EXPIRY, balance: '0' });
  const ending = credited('g1', '5', { expiresAt: EXPIRY });

  it('that is scheduled can not be used yet', () => {
    given(opened())
      .when({ ...adjust('g1', '5'), effectiveAt: EXPIRY })
      .then(scheduled);
    const state = [opened(), scheduled].reduce(wallet.evolve, wallet.initialState());
    expect(wire(available(state.accounts.get('default:USD')!))).toBe('0');
  });

  it('comes into effect before what is decided then, and repays debt first', () =>
    given(opened(), feeDebited('f', '2', { debt: ['0', '2'], balance: '-2' }), {
      ...scheduled,
      balance: decimal('-2'),
    })
      .when({ ...place('a', '3'), at: EXPIRY, lifeMs: Date.parse(LATER) - Date.parse(EXPIRY) })
      .then(activated('g1', '5', { repaid: [['0', '2']], balance: '3', at: EXPIRY }), {
        ...placed('a', '3', { balance: '0' }),
        expiresAt: LATER,
        at: EXPIRY,
      }));

  it('that expired is lost before what is decided then', () =>
    given(opened(), ending, credited('g2', '1', { balance: '6' }))
      .when({ ...debitFees(fee('f', { USD: '1' })), at: EXPIRY })
      .then(expired('g1', '5', { balance: '1', at: EXPIRY }), {
        ...feeDebited('f', '1', { takes: { g2: '1' }, balance: '0' }),
        at: EXPIRY,
      }));

  it('is posted with the next change, not with a refusal', () =>
    given(opened(), ending)
      .when({ ...place('a', '3'), at: EXPIRY })
      .thenRejected({
        code: 'insufficient_funds',
        requested: decimal('3'),
        available: decimal('0'),
        asset: 'USD',
      }));

  it('that would expire before it is effective is refused', () =>
    given(opened())
      .when({ ...adjust('g1', '5'), effectiveAt: LATER, expiresAt: EXPIRY })
      .thenRejected({ code: 'grant_expired' }));

  it('that expires at the instant of its giving is refused', () =>
    given(opened())
      .when({ ...adjust('g1', '5'), expiresAt: at })
      .thenRejected({ code: 'grant_expired' }));

  it('keeps what is held through its expiry', () =>
    given(opened(), ending, { ...placed('a', '4', { balance: '1' }), expiresAt: LATER })
      .when({ ...capture('a'), at: EXPIRY })
      .then(expired('g1', '1', { balance: '0', at: EXPIRY }), {
        ...captured('a', '4', { ends: true, balance: '0' }),
        at: EXPIRY,
      }));
});
