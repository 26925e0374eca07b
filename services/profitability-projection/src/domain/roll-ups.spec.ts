import { decimal, wire, ZERO } from '@kontor/money';
import type { CostLine, FeeValue, Happening } from './entries';
import { ROLL_UP_TABLES, RollUps } from './roll-ups';

const at: Happening = {
  platform: 'acc_a',
  mode: 'live',
  eventId: 'e1',
  customerId: 'cust_a',
  subject: 'task',
  occurredAt: '2026-01-05T23:59:59.999999Z',
};
const fee = (amount: string, value: string | null, product = 'prp_a'): FeeValue => ({
  ...{ ...at, feeId: 'f', productId: product, alternative: 0, asset: 'GEM' },
  ...{ amount: decimal(amount), value: value === null ? null : decimal(value), uncollected: ZERO },
});
const cost = (amount: string, converted: string | null): CostLine => ({
  ...{ line: 1, costId: 'c', vendorId: 'vnd_a', category: 'tokens', currency: 'EUR' },
  ...{ amount: decimal(amount), converted: converted === null ? null : decimal(converted) },
});
const money = (rollUps: RollUps, table: (typeof ROLL_UP_TABLES)[number]) =>
  rollUps
    .rows(table)
    .map(({ key, revenue, costs }) => `${key.slice(2).join('|')} ${wire(revenue)} ${wire(costs)}`);

describe('roll-ups', () => {
  it('count a fee by its value for customer, subject, product and platform on its own day', () => {
    const rollUps = new RollUps();
    rollUps.addFee(fee('2', '0.2'));
    rollUps.addFee(fee('1', '0.1'));
    expect(money(rollUps, 'customer_day')).toEqual(['cust_a|2026-01-05| 0.3 0']);
    expect(money(rollUps, 'subject_day')).toEqual(['task|cust_a|2026-01-05| 0.3 0']);
    expect(money(rollUps, 'product_day')).toEqual(['prp_a|2026-01-05| 0.3 0']);
    expect(money(rollUps, 'platform_day')).toEqual(['2026-01-05| 0.3 0']);
  });

  it('keep what has no rate in a row of its own currency', () => {
    const rollUps = new RollUps();
    rollUps.addFee(fee('2', null));
    rollUps.addCost(at, cost('3', null));
    rollUps.addCost(at, cost('3', '3.3'));
    expect(money(rollUps, 'platform_day')).toEqual([
      '2026-01-05| 0 3.3',
      '2026-01-05|EUR 0 3',
      '2026-01-05|GEM 2 0',
    ]);
    expect(money(rollUps, 'vendor_day')).toEqual([
      'vnd_a|tokens|2026-01-05| 0 3.3',
      'vnd_a|tokens|2026-01-05|EUR 0 3',
    ]);
  });

  it('have no row for a fee or a cost of nothing', () => {
    const rollUps = new RollUps();
    rollUps.addFee(fee('0', null));
    rollUps.addCost(at, cost('0', '0'));
    for (const table of ROLL_UP_TABLES) expect(rollUps.rows(table)).toEqual([]);
  });

  it('count events by customer, type and platform, and by product what has its fees', () => {
    const rollUps = new RollUps();
    const event = { ...at, eventType: 'called' };
    rollUps.addEvent(event);
    rollUps.addEvent(event);
    rollUps.addOutcome(event, true, ['a', 'b']);
    rollUps.addOutcome(event, false, []);
    for (const table of ['customer_day', 'platform_day', 'type_day'] as const)
      expect(rollUps.rows(table)).toMatchObject([{ events: 2, withFees: 1, unrated: 1 }]);
    expect(rollUps.rows('product_event_day').map(({ key, events }) => [key[2], events])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });

  it('come in the order of their keys, so that writers never wait in a circle', () => {
    const rollUps = new RollUps();
    for (const product of ['c', 'a', 'b']) rollUps.addFee(fee('1', '1', product));
    expect(rollUps.rows('product_day').map(({ key }) => key[2])).toEqual(['a', 'b', 'c']);
  });
});
