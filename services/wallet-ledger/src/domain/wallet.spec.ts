import { specFor } from '@kontor/event-sourcing/testing';
import { decimal, wire, ZERO } from '@kontor/money';
import {
  adjust,
  at,
  credited,
  debited,
  debitFees,
  fee,
  feeDebited,
  opened,
  placed,
  usd,
} from './testing';
import { ACCOUNTS_MAX } from './accounts';
import { LOTS_MAX, wallet } from './wallet';
import type { WalletEvent } from './wallet-event';
import { available, type Wallet } from './wallet-state';

const { given } = specFor(wallet);
const stateAfter = (...events: WalletEvent[]): Wallet =>
  events.reduce(wallet.evolve, wallet.initialState());

describe('wallet: accounts', () => {
  const open = (...assets: string[]) =>
    ({
      type: 'OpenAccounts',
      accounts: assets.map((asset) => ({ name: 'default', asset })),
      at,
    }) as const;

  it('are opened at 0, one per asset', () =>
    given().when(open('USD', 'MIN')).then(opened(), opened('default', 'MIN')));

  it('that exist stay as they are', () =>
    given(opened()).when(open('USD', 'MIN')).then(opened('default', 'MIN')));

  it('are opened once when an asset is named twice', () =>
    given().when(open('USD', 'USD')).then(opened()));

  it('are the same in any case of their name', () =>
    given(opened('Team', 'USD'))
      .when({ type: 'OpenAccounts', accounts: [{ name: 'team', asset: 'USD' }], at })
      .thenNothing());

  it('of names that a client chooses are bounded', () => {
    const names = Array.from({ length: ACCOUNTS_MAX }, (_, index) => opened(`a${index}`));
    given(...names)
      .when(adjust('g1', '1'))
      .thenRejected({ code: 'too_many_accounts', limit: ACCOUNTS_MAX });
  });
});

describe('wallet: credit', () => {
  it('opens the account that it names', () =>
    given().when(adjust('g1', '10')).then(opened(), credited('g1', '10')));

  it('adds to what is available', () =>
    given(opened(), credited('g1', '10'))
      .when(adjust('g2', '5'))
      .then(credited('g2', '5', { balance: '15' })));

  it.each(['gift', 'other', 'correction'] as const)(
    'given as %s is promotional and earns nothing when used',
    (reason) =>
      given(opened())
        .when(adjust('g1', '10', reason))
        .then(credited('g1', '10', { reason, purpose: 'promotional' })),
  );

  it.each(['external_topup', 'external_refund', 'migration'] as const)(
    'given as %s is paid and earns its amount when used',
    (reason) =>
      given(opened())
        .when(adjust('g1', '10', reason))
        .then(credited('g1', '10', { reason, purpose: 'paid' })),
  );

  it('repays debt first and leaves the rest free', () =>
    given(opened(), feeDebited('f1', '3', { debt: ['0', '3'], balance: '-3' }))
      .when(adjust('g1', '10'))
      .then(credited('g1', '10', { repaid: [['0', '3']], balance: '7' })));

  it('smaller than the debt repays the oldest part of it', () =>
    given(
      opened(),
      feeDebited('f1', '3', { debt: ['0', '3'], balance: '-3' }),
      credited('g1', '1', { repaid: [['0', '1']], balance: '-2' }),
    )
      .when(adjust('g2', '1.5'))
      .then(credited('g2', '1.5', { repaid: [['1', '1.5']], balance: '-0.5' })));

  it('of nothing is refused', () =>
    given(opened()).when(adjust('g1', '0')).thenRejected({ code: 'amount_zero' }));

  it('keeps what the caller said about it', () => {
    const told = { description: 'Welcome', metadata: { campaign: 'spring' } };
    given(opened())
      .when({ ...adjust('g1', '1'), ...told })
      .then({ ...credited('g1', '1'), ...told });
  });

  it('is refused when the account has as many lots as it may, those to come included', () => {
    const effectiveAt = '2026-02-01T00:00:00.000000Z';
    const toCome = { ...credited('later', '1').grant, effectiveAt };
    const lots = Array.from({ length: LOTS_MAX }, (_, index) => credited(`g${index}`, '1'));
    given(opened(), ...lots)
      .when(adjust('one-more', '1'))
      .thenRejected({ code: 'too_many_grants', limit: LOTS_MAX });
    given(opened(), ...lots.slice(1), { ...credited('later', '1'), grant: toCome })
      .when(adjust('one-more', '1'))
      .thenRejected({ code: 'too_many_grants', limit: LOTS_MAX });
  });
});

describe('wallet: withdrawal', () => {
  it('takes out of lots in burn order', () =>
    given(opened(), credited('paid', '10'), credited('gift', '4', { reason: 'gift' }))
      .when(adjust('w', '-6', 'correction'))
      .then(
        debited('w', '6', {
          takes: { gift: '4', paid: '2' },
          balance: '8',
          reason: 'correction',
        }),
      ));

  it('that pays money back outside takes paid lots first', () =>
    given(opened(), credited('gift', '4', { reason: 'gift' }), credited('paid', '5'))
      .when(adjust('w', '-6', 'external_refund'))
      .then(
        debited('w', '6', {
          takes: { paid: '5', gift: '1' },
          balance: '3',
          reason: 'external_refund',
        }),
      ));

  it('of all that is available leaves 0', () =>
    given(opened(), credited('g1', '10'))
      .when(adjust('w', '-10'))
      .then(debited('w', '10', { takes: { g1: '10' }, balance: '0' })));

  it('beyond what is available is refused whole', () =>
    given(opened(), credited('g1', '10'))
      .when(adjust('w', '-10.000000000001'))
      .thenRejected({
        code: 'insufficient_funds',
        requested: decimal('10.000000000001'),
        available: decimal('10'),
        asset: 'USD',
      }));

  it('from an account that was never opened is refused', () =>
    given()
      .when(adjust('w', '-1'))
      .thenRejected({
        code: 'insufficient_funds',
        requested: decimal('1'),
        available: ZERO,
        asset: 'USD',
      }));

  it('from an account in debt is refused and says how deep it is', () =>
    given(opened(), feeDebited('f1', '3', { debt: ['0', '3'], balance: '-3' }))
      .when(adjust('w', '-1'))
      .thenRejected({
        code: 'insufficient_funds',
        requested: decimal('1'),
        available: decimal('-3'),
        asset: 'USD',
      }));
});

describe('wallet: fees', () => {
  it('are taken out of lots in burn order', () =>
    given(opened(), credited('paid', '10'), credited('gift', '4', { reason: 'gift' }))
      .when(debitFees(fee('f1', { USD: '6' })))
      .then(feeDebited('f1', '6', { takes: { gift: '4', paid: '2' }, balance: '8' })));

  it('run into debt when the lots end', () =>
    given(opened(), credited('g1', '1'))
      .when(debitFees(fee('f1', { USD: '3' })))
      .then(feeDebited('f1', '3', { takes: { g1: '1' }, debt: ['0', '2'], balance: '-2' })));

  it('add to open debt at its end', () =>
    given(opened(), feeDebited('f1', '3', { debt: ['0', '3'], balance: '-3' }))
      .when(debitFees(fee('f2', { USD: '2' })))
      .then(feeDebited('f2', '2', { debt: ['3', '2'], balance: '-5' })));

  it('open the account when usage comes before the subscription', () =>
    given()
      .when(debitFees(fee('f1', { USD: '1' })))
      .then(opened(), feeDebited('f1', '1', { debt: ['0', '1'], balance: '-1' })));

  it('of one event see what the one before took', () =>
    given(opened(), credited('g1', '3'))
      .when(debitFees(fee('f1', { USD: '2' }), fee('f2', { USD: '2' })))
      .then(
        feeDebited('f1', '2', { takes: { g1: '2' }, balance: '1' }),
        feeDebited('f2', '2', { takes: { g1: '1' }, debt: ['0', '1'], balance: '-1' }),
      ));

  it('of 0 need no debit', () =>
    given(opened())
      .when(debitFees(fee('f1', { USD: '0' }), fee('f2', { USD: '0', MIN: '0' })))
      .thenNothing());

  it('are paid by the first listed asset with enough', () =>
    given(opened(), opened('default', 'MIN'), credited('g1', '5', { asset: 'MIN' }))
      .when(debitFees(fee('f1', { USD: '1', MIN: '5' })))
      .then(
        feeDebited('f1', '5', { takes: { g1: '5' }, balance: '0', asset: 'MIN', alternative: 1 }),
      ));

  it('that are 0 in the asset that pays are posted as 0, because another asset was possible', () =>
    given(opened())
      .when(debitFees(fee('f1', { USD: '0', MIN: '5' })))
      .then(feeDebited('f1', '0', { balance: '0' })));
});

describe('wallet: exactness', () => {
  it('0.1 and 0.2 make 0.3', () => {
    const state = stateAfter(
      opened(),
      credited('g1', '0.1'),
      credited('g2', '0.2', { balance: '0.3' }),
    );
    expect(wire(available(state.accounts.get('default:USD')!))).toBe('0.3');
  });

  it('a million fees of 0.0000025 sum to 2.5', () => {
    const state = stateAfter(opened(), credited('g1', '1'));
    const command = debitFees(fee('f1', { USD: '0.0000025' }));
    for (let index = 0; index < 1_000_000; index += 1) {
      const decision = wallet.decide(command, state);
      if (decision.outcome === 'accepted') decision.events.forEach((e) => wallet.evolve(state, e));
    }
    expect(wire(available(state.accounts.get('default:USD')!))).toBe('-1.5');
  });
});

describe('wallet: time', () => {
  it('never dates a fact before the wallet’s last one', () => {
    const later = '2026-01-05T15:00:00.000000Z';
    given(opened(), { ...credited('g1', '1'), at: later })
      .when(debitFees(fee('f1', { USD: '1' })))
      .then({ ...feeDebited('f1', '1', { takes: { g1: '1' }, balance: '0' }), at: later });
  });

  it('makes a credit effective when it is given', () => {
    const decision = wallet.decide({ ...adjust('g1', '1'), account: usd }, stateAfter(opened()));
    expect(decision).toMatchObject({ events: [{ grant: { effectiveAt: at, expiresAt: null } }] });
  });

  it('of a hold is as long as was asked for, also when the clock stepped back', () => {
    const newest = '2026-02-01T00:00:00.000000Z';
    const place = { type: 'PlaceHold', authorizationId: 'a', account: usd, terms: {} } as const;
    given(opened(), { ...credited('g1', '5'), at: newest })
      .when({ ...place, amount: decimal('3'), lifeMs: 900_000, at })
      .then({
        ...placed('a', '3', { balance: '2' }),
        expiresAt: '2026-02-01T00:15:00.000000Z',
        at: newest,
      });
  });
});
