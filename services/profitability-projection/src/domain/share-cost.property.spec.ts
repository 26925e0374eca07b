/**
 * Method: random fees of a few products and random costs; the shares are compared with the costs,
 * with `allocate` fee by fee, and with the shares of the same fees in another order.
 */
import { allocate, decimal, sum, wire, ZERO } from '@kontor/money';
import fc from 'fast-check';
import { FeeShares, weighed, type Money } from './share-cost';
import type { FeeValue } from './entries';

const text = fc
  .tuple(fc.nat(10 ** 9), fc.nat(999_999))
  .map(([whole, fraction]) => decimal(`${whole}.${String(fraction).padStart(6, '0')}`));
const constants = {
  platform: fc.constant('acc_a'),
  mode: fc.constant('live' as const),
  eventId: fc.constant('e1'),
  customerId: fc.constant('cust_a'),
  subject: fc.constant(null),
  occurredAt: fc.constant('2026-01-05T10:00:00.000000Z'),
  alternative: fc.constant(0),
  asset: fc.constant('USD'),
  amount: fc.constant(ZERO),
  uncollected: fc.constant(ZERO),
};
const fees: fc.Arbitrary<FeeValue[]> = fc.uniqueArray(
  fc.record({
    feeId: fc.integer({ min: 1, max: 10_000 }).map((id) => `fee_${String(id).padStart(5, '0')}`),
    productId: fc.constantFrom('a', 'b', 'c'),
    value: fc.oneof(text, fc.constant(ZERO), fc.constant(decimal('1')), fc.constant(null)),
    ...constants,
  }),
  { selector: ({ feeId }) => feeId, minLength: 1, maxLength: 40 },
);
const costs: fc.Arbitrary<Money[]> = fc.array(
  fc.record({ currency: fc.constantFrom('', 'EUR'), amount: text }),
  { maxLength: 5 },
);

const shown = (shares: ReturnType<FeeShares['share']>): string[] =>
  shares.map(({ productId, currency, costs: part }) => `${productId} ${currency} ${wire(part)}`);

describe('sharing costs over fees', () => {
  it('gives out exactly the costs, per currency', () =>
    fc.assert(
      fc.property(fees, costs, (list, spent) => {
        const shares = new FeeShares(weighed(list)).share(spent);
        for (const currency of ['', 'EUR']) {
          const given = sum(
            shares.filter((share) => share.currency === currency).map((share) => share.costs),
          );
          const whole = sum(
            spent.filter((cost) => cost.currency === currency).map(({ amount }) => amount),
          );
          expect(wire(given)).toBe(wire(whole));
        }
      }),
    ));

  it('is the largest remainder at 12 decimals per cost, ties by fee id', () =>
    fc.assert(
      fc.property(fees, text, (list, amount) => {
        const ordered = [...list].sort((a, b) => (a.feeId < b.feeId ? -1 : 1));
        const parts = allocate(
          amount,
          ordered.map(({ value }) => value ?? ZERO),
        );
        const expected = [...new Set(list.map(({ productId }) => productId))]
          .sort()
          .map((product) => {
            const own = parts.filter((_part, at) => ordered[at]!.productId === product);
            return `${product}  ${wire(sum(own))}`;
          });
        expect(shown(new FeeShares(weighed(list)).share([{ currency: '', amount }]))).toEqual(
          expected,
        );
      }),
    ));

  it('is the same in whatever order the fees came', () =>
    fc.assert(
      fc.property(fees, costs, fc.integer(), (list, spent, seed) => {
        const other = [...list].sort(
          (a, b) => ((a.feeId.length * seed) % 7) - ((b.feeId.length * seed) % 7),
        );
        expect(shown(new FeeShares(weighed(other.reverse())).share(spent))).toEqual(
          shown(new FeeShares(weighed(list)).share(spent)),
        );
      }),
    ));
});
