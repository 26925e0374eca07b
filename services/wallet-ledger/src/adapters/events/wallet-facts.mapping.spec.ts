import { violationOf } from '@kontor/contracts';
import { walletKey } from '../../app/wallet-key';
import { decimal } from '@kontor/money';
import {
  activated,
  at,
  captured,
  charged,
  credited,
  debited,
  drawn,
  expired,
  feeDebited,
  opened,
  overdraftSet,
  placed,
  released,
} from '../../domain/testing';
import type { WalletEvent } from '../../domain/wallet-event';
import { fromWire, toWire } from './wallet-facts.mapping';

const wallet = walletKey({ platform: 'acc_1', mode: 'test' }, 'cust_1', 3);
const eventId = '9c2c8e3a-7f6b-4f5e-9c1f-2e6b6a4a9f21';

const events: readonly WalletEvent[] = [
  opened(),
  credited('g', '0.0000025', { repaid: [['0.1', '0.000001']] }),
  { ...credited('g', '10'), description: 'Invoice 17', metadata: { nested: { a: [1] } } },
  debited('w', '4', { takes: { g: '3', h: '1' }, balance: '6' }),
  { ...feeDebited('f', '4', { takes: { g: '3' }, debt: ['0', '1'], balance: '-1' }), eventId },
  {
    ...feeDebited('f', '0', { balance: '0', alternative: 1 }),
    eventId,
    subject: 'chat-1',
    description: 'Tokens',
    fiatValue: '0.2',
    fiatRate: '0.1',
  },
  { ...feeDebited('f', '4', { draw: drawn('a', { g: '3' }, '1'), balance: '0' }), eventId },
  { ...feeDebited('f', '4', { uncollected: '4', balance: '0' }), eventId },
  { ...charged('c', '4', { takes: { g: '4' }, balance: '6' }), priced: { unit_price: '0.5' } },
  overdraftSet({ mode: 'none' }),
  overdraftSet({ mode: 'limit', limit: decimal('5') }),
  activated('g', '10', { repaid: [['0', '4']], balance: '6' }),
  expired('g', '10', { balance: '0' }),
  { ...placed('a', '4', { overdraft: '1', balance: '6' }), subject: 's', metadata: { a: 1 } },
  { ...captured('a', '4', { overdraft: '1', takes: { h: '1' }, balance: '6' }), subject: 's' },
  released('a', '4', { returned: { g: '3' }, broken: { h: '1' }, balance: '6' }),
  {
    type: 'AuthorizationUsed',
    authorizationId: 'a',
    eventId,
    captured: decimal('1'),
    capturedInAll: decimal('2'),
    ends: true,
    ignored: 'authorization_expired',
    at,
  },
];

describe('facts of the wallet', () => {
  it.each(events.map((event) => [event.type, event] as const))(
    'of %s are as their schema says and come back as they were',
    (_type, event) => {
      const fact = JSON.parse(JSON.stringify(toWire(wallet, event)));
      expect(violationOf(fact)).toBeUndefined();
      expect(fact).toMatchObject({ platform: 'acc_1', mode: 'test', key: 'cust_1' });
      expect(fromWire(fact)).toEqual(event);
    },
  );
});
