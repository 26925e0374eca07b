import { decimal, wire } from '@kontor/money';
import type { SubjectCost } from './fold';
import { reshare, type SubjectShare } from './reshare';
import type { WeighedFee } from './share-cost';

const happening = {
  platform: 'acc_a',
  mode: 'live' as const,
  customerId: 'cust_a',
  subject: 'task',
  occurredAt: '2026-01-05T10:00:00.000000Z',
};
const fee = (feeId: string, productId: string, weight: string): WeighedFee => ({
  ...{ feeId, productId },
  weight: decimal(weight),
});
const cost = (eventId: string, amount: string, line = 1): SubjectCost => ({
  ...{ ...happening, eventId, line, currency: '' },
  amount: decimal(amount),
});
const shared = (eventId: string, productId: string, costs: string): SubjectShare => ({
  ...{ ...happening, eventId, productId, currency: '' },
  costs: decimal(costs),
});

function run(...[fees, costs, before]: [WeighedFee[], SubjectCost[], SubjectShare[]?]) {
  const { shares, rollUps } = reshare(fees, costs, before ?? []);
  return {
    shares: shares.map((one) => `${one.eventId} ${one.productId} ${wire(one.costs)}`),
    moved: rollUps.rows('product_day').map(({ key, costs: sum }) => `${key[2]} ${wire(sum)}`),
  };
}

describe('sharing the costs of a subject again', () => {
  it('moves a cost from no product to those of its fees', () =>
    expect(run([fee('f1', 'a', '1'), fee('f2', 'b', '3')], [cost('e1', '0.4')])).toEqual({
      shares: ['e1 a 0.1', 'e1 b 0.3'],
      moved: [' -0.4', 'a 0.1', 'b 0.3'],
    }));

  it('moves only the difference when a fee came', () =>
    expect(
      run(
        [fee('f1', 'a', '1'), fee('f2', 'b', '3')],
        [cost('e1', '0.4')],
        [shared('e1', 'a', '0.4')],
      ),
    ).toEqual({ shares: ['e1 a 0.1', 'e1 b 0.3'], moved: [' 0', 'a -0.3', 'b 0.3'] }));

  it('writes nothing when nothing changed', () =>
    expect(run([fee('f1', 'a', '1')], [cost('e1', '0.4')], [shared('e1', 'a', '0.4')])).toEqual({
      shares: [],
      moved: [],
    }));

  it('leaves costs under no product while the subject has no fee', () =>
    expect(run([], [cost('e1', '0.4')])).toEqual({ shares: [], moved: [] }));

  it('rounds each cost of an event on its own', () =>
    expect(
      run(
        [fee('f1', 'a', '0'), fee('f2', 'b', '0')],
        [cost('e1', '0.000000000001'), cost('e1', '0.000000000001', 2)],
      ).shares,
    ).toEqual(['e1 a 0.000000000002', 'e1 b 0']));

  it('gives a fee without a value in the reporting currency nothing beside one that has it', () =>
    expect(run([fee('f1', 'a', '0'), fee('f2', 'b', '1')], [cost('e1', '1')]).shares).toEqual([
      'e1 a 0',
      'e1 b 1',
    ]));
});
