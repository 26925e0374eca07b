import fc from 'fast-check';
import { allocate, Allocation, decimal, sum, wire } from '.';

/** Method: `allocate`, which gives one part per weight, is the oracle. */
const parameters = { numRuns: 300 };

const amount = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.integer({ min: 0, max: 12 }))
  .map(([digits, decimals]) => {
    const text = digits.toString().padStart(decimals + 1, '0');
    const at = text.length - decimals;
    return decimal(decimals === 0 ? text : `${text.slice(0, at)}.${text.slice(at)}`);
  });
const weights = fc.oneof(
  fc
    .array(fc.constantFrom('0', '0.1', '0.3', '1', '7'), { maxLength: 30 })
    .map((texts) => texts.map(decimal)),
  fc.array(amount, { maxLength: 30 }),
);

describe('allocation', () => {
  it('gives each group the sum of what each of its weights gets one by one', () => {
    fc.assert(
      fc.property(
        amount,
        weights,
        fc.boolean(),
        fc.integer({ min: 1, max: 4 }),
        (size, list, owed, groups) => {
          const total = owed ? size.neg() : size;
          fc.pre(list.length > 0 || total.eq(decimal('0')));
          const groupOf = list.map((_weight, index) => (index * 7) % groups);
          const parts = allocate(total, list);
          const expected = Array.from({ length: groups }, (_unused, group) =>
            wire(sum(parts.filter((_part, index) => groupOf[index] === group))),
          );
          expect(new Allocation(list.map(wire), groupOf, groups).share(total).map(wire)).toEqual(
            expected,
          );
        },
      ),
      parameters,
    );
  });

  it('refuses to share an amount over nothing', () => {
    expect(() => new Allocation([], [], 0).share(decimal('1'))).toThrow('over nothing');
  });
});
