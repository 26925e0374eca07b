import { decimal, wire } from '@kontor/money';
import type { SubjectCost } from './changes';
import { Reshared, type SubjectShare } from './reshare';
import { FeeShares, type WeighedFee } from './share-cost';

const happening = {
  platform: 'acc_a',
  mode: 'live' as const,
  customerId: 'cust_a',
  subject: 'task',
  occurredAt: '2026-01-05T10:00:00.000000Z',
};
const fee = (productId: string, weight: string): WeighedFee => ({
  productId,
  weight,
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
  const reshared = new Reshared();
  reshared.add(new FeeShares(fees), costs, before ?? []);
  const { shares, rollUps } = reshared;
  return {
    shares: shares.map((one) => `${one.eventId} ${one.productId} ${wire(one.costs)}`),
    moved: rollUps.rows('product_day').map(({ key, costs: sum }) => `${key[2]} ${wire(sum)}`),
  };
}

describe('sharing the costs of a subject again', () => {
  it('moves a cost from no product to those of its fees', () =>
    expect(run([fee('a', '1'), fee('b', '3')], [cost('e1', '0.4')])).toEqual({
      shares: ['e1 a 0.1', 'e1 b 0.3'],
      moved: [' -0.4', 'a 0.1', 'b 0.3'],
    }));

  it('moves only the difference when a fee came', () =>
    expect(
      run([fee('a', '1'), fee('b', '3')], [cost('e1', '0.4')], [shared('e1', 'a', '0.4')]),
    ).toEqual({ shares: ['e1 a 0.1', 'e1 b 0.3'], moved: [' 0', 'a -0.3', 'b 0.3'] }));

  it('writes nothing when nothing changed', () =>
    expect(run([fee('a', '1')], [cost('e1', '0.4')], [shared('e1', 'a', '0.4')])).toEqual({
      shares: [],
      moved: [],
    }));

  it('rounds each cost of an event on its own', () =>
    expect(
      run(
        [fee('a', '0'), fee('b', '0')],
        [cost('e1', '0.000000000001'), cost('e1', '0.000000000001', 2)],
      ).shares,
    ).toEqual(['e1 a 0.000000000002', 'e1 b 0']));

  it('gives a fee without a value in the reporting currency nothing beside one that has it', () =>
    expect(run([fee('a', '0'), fee('b', '1')], [cost('e1', '1')]).shares).toEqual([
      'e1 a 0',
      'e1 b 1',
    ]));
});
