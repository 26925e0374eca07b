/** Costs of any amount in any currency: what is attributed adds up, whatever the order. */
import { decimal, scheduleOf, sum, wire } from '@kontor/money';
import fc from 'fast-check';
import { attributeCosts, type Cost } from './attribute-costs';

const seed = Number(process.env['KONTOR_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const amount = fc.bigInt({ min: 0n, max: 10n ** 24n }).map((units) => {
  const digits = units.toString().padStart(13, '0');
  return decimal(`${digits.slice(0, -12)}.${digits.slice(-12)}`);
});
const cost: fc.Arbitrary<Cost> = fc.record({
  costId: fc.uuid(),
  vendorId: fc.constantFrom('vnd_1', 'vnd_2'),
  category: fc.constant(undefined),
  amount,
  currency: fc.constantFrom('USD', 'GPU', 'EUR'),
});
const exchange = {
  reportingCurrency: 'USD',
  rates: new Map([
    [
      'GPU',
      scheduleOf([{ rate: decimal('0.5'), inverseRate: null, validFrom: '2026', validTo: null }]),
    ],
  ]),
};
const attribute = (costs: readonly Cost[]) => attributeCosts(costs, '2026-05', exchange);

describe('cost attribution, for any costs', () => {
  it('adds up to the same in the reporting currency, however the costs are split up', () =>
    fc.assert(
      fc.property(fc.array(cost), fc.array(cost), (first, second) => {
        const total = (costs: readonly Cost[]) =>
          sum(attribute(costs).flatMap(({ converted }) => (converted ? [converted] : [])));
        expect(wire(total([...first, ...second]))).toBe(wire(total(first).plus(total(second))));
      }),
      { seed },
    ));

  it('converts each cost as if it stood alone', () =>
    fc.assert(
      fc.property(fc.array(cost), (costs) =>
        expect(attribute(costs)).toEqual(costs.flatMap((one) => attribute([one]))),
      ),
      { seed },
    ));
});
