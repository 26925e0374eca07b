import { specFor } from '@kontor/event-sourcing/testing';
import { afterEvents } from './past-grants';
import {
  adjust,
  at,
  credited,
  drawn,
  expired,
  EXPIRY,
  feeDebited,
  opened,
  placed,
  usd,
} from './testing';
import { reversed } from './testing-reversals';
import { wallet } from './wallet';
import type { ReverseFees } from './wallet-command';
import type { FeeDebited, WalletEvent } from './wallet-event';

const { given } = specFor(wallet);

const reverse = (debits: readonly FeeDebited[], past: readonly WalletEvent[]): ReverseFees => ({
  type: 'ReverseFees',
  eventId: 'event-1',
  reason: 'sent by mistake',
  debits,
  grants: afterEvents(new Map(), past),
  at,
});

describe('a reversed fee', () => {
  it('goes back to the lots of the hold that it was captured from', () => {
    const fee = feeDebited('f', '2', { draw: drawn('a', { g1: '2' }), balance: '2' });
    const past = [opened(), credited('g1', '5'), placed('a', '3', { balance: '2' }), fee];
    given(...past)
      .when(reverse([fee], past))
      .then(reversed('f', '2', { returned: { g1: '2' }, balance: '4' }));
  });

  it('goes back to a lot that was used up', () => {
    const fee = feeDebited('f', '5', { takes: { g1: '5' }, balance: '0' });
    const credit = credited('g1', '5');
    const past = [opened(), credit, fee];
    given(...past)
      .when(reverse([fee], past))
      .then(
        reversed('f', '5', {
          returned: { g1: '5' },
          revived: [{ grant: credit.grant, createdAt: at }],
          balance: '5',
        }),
      );
  });

  it('is lost with a lot that expired', () => {
    const fee = feeDebited('f', '2', { takes: { g1: '2' }, balance: '3' });
    const lost = expired('g1', '3', { balance: '0', at: EXPIRY });
    const past = [opened(), credited('g1', '5', { expiresAt: EXPIRY }), fee, lost];
    given(...past)
      .when({ ...reverse([fee], past), at: EXPIRY })
      .then(reversed('f', '2', { broken: { g1: '2' }, balance: '0', at: EXPIRY }));
  });

  it('that stands between two debts is stepped over by the next credit', () => {
    const [first, second, third] = ['0', '2', '4'].map((from, index) =>
      feeDebited(`f${index}`, '2', { debt: [from, '2'], balance: `-${Number(from) + 2}` }),
    ) as [FeeDebited, FeeDebited, FeeDebited];
    const owed = [opened(), first, second, third];
    const back = reversed('f1', '2', { debt: ['2', '2'], balance: '-4' });
    given(...owed)
      .when(reverse([second], owed))
      .then(back);
    const repaid = [
      ['0', '2'],
      ['4', '2'],
    ] as const;
    given(...owed, back)
      .when({ ...adjust('g1', '10'), account: usd })
      .then(credited('g1', '10', { repaid, balance: '6' }));
  });
});
