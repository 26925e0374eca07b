/**
 * Method: random totals and weights of up to 12 decimals; whatever they are, the parts are the
 * whole, and each part is within one smallest digit of its exact share.
 */
import fc from 'fast-check';
import { allocate, decimal, sum, wire } from './index';

const amounts = (max: bigint): fc.Arbitrary<string> =>
  fc
    .bigInt({ min: 0n, max })
    .map((units) => wire(decimal(units.toString()).times(decimal('0.000000000001'))));

describe('allocate', () => {
  it('always gives out exactly the whole', () =>
    fc.assert(
      fc.property(
        amounts(10n ** 24n),
        fc.array(amounts(10n ** 15n), { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        (total, weights, negative) => {
          const whole = negative ? decimal(total).neg() : decimal(total);
          const parts = allocate(whole, weights.map(decimal));
          expect(parts).toHaveLength(weights.length);
          expect(wire(sum(parts))).toBe(wire(whole));
        },
      ),
    ));

  it('keeps every part within one smallest digit of its exact share', () =>
    fc.assert(
      fc.property(
        amounts(10n ** 15n),
        fc.array(amounts(10n ** 15n), { minLength: 1, maxLength: 12 }),
        (total, weights) => {
          const weighed = weights.map(decimal);
          const all = sum(weighed);
          fc.pre(all.gt(decimal('0')));
          allocate(decimal(total), weighed).forEach((part, index) => {
            const distance = part.times(all).minus(decimal(total).times(weighed[index]!)).abs();
            expect(distance.lt(all.times(decimal('0.000000000001')))).toBe(true);
          });
        },
      ),
    ));

  it('never gives a larger weight less', () =>
    fc.assert(
      fc.property(
        amounts(10n ** 15n),
        fc.array(amounts(10n ** 15n), { minLength: 2, maxLength: 8 }),
        (total, weights) => {
          const parts = allocate(decimal(total), weights.map(decimal));
          const byWeight = weights
            .map((weight, index) => ({ weight: decimal(weight), part: parts[index]! }))
            .sort((a, b) => a.weight.cmp(b.weight) || a.part.cmp(b.part));
          byWeight.slice(1).forEach(({ part }, index) => {
            // Equal remainders may move one smallest digit to an earlier, lighter weight.
            const lighter = byWeight[index]!.part.minus(decimal('0.000000000001'));
            expect(part.gte(lighter)).toBe(true);
          });
        },
      ),
    ));
});
