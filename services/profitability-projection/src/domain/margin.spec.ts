import { decimal, wire, ZERO } from '@kontor/money';
import { CONVERTED } from './entries';
import { profitabilityOf, type CurrencySums } from './margin';

const usd = (revenue: string, costs: string): CurrencySums => ({
  currency: CONVERTED,
  revenue: decimal(revenue),
  costs: decimal(costs),
});
const of = (...sums: CurrencySums[]) => {
  const { netRevenue, margin, grossRevenue, totalCosts } = profitabilityOf(sums, 'USD');
  return {
    gross: wire(grossRevenue),
    costs: wire(totalCosts),
    net: wire(netRevenue),
    margin: margin && wire(margin),
  };
};

describe('profitability', () => {
  it.each`
    revenue     | costs       | net          | margin
    ${'0.2'}    | ${'0.16'}   | ${'0.04'}    | ${'0.2'}
    ${'0.3849'} | ${'0.5131'} | ${'-0.1282'} | ${'-0.3331'}
    ${'3'}      | ${'2'}      | ${'1'}       | ${'0.3333'}
    ${'1'}      | ${'0'}      | ${'1'}       | ${'1'}
    ${'0'}      | ${'1'}      | ${'-1'}      | ${null}
    ${'0'}      | ${'0'}      | ${'0'}       | ${null}
  `('of $revenue with costs of $costs leaves $net, margin $margin', (row) =>
    expect(of(usd(row.revenue, row.costs))).toMatchObject({ net: row.net, margin: row.margin }),
  );

  it('adds up parts exactly: 0.1 and 0.2 are 0.3', () =>
    expect(of(usd('0.1', '0'), usd('0.2', '0.3'))).toEqual({
      gross: '0.3',
      costs: '0.3',
      net: '0',
      margin: '0',
    }));

  it('rounds the margin half to even', () => {
    expect(of(usd('20000', '19999')).margin).toBe('0');
    expect(of(usd('20000', '19997')).margin).toBe('0.0002');
  });

  it('keeps currencies without a rate out of every total, by code, without empty ones', () => {
    const own = (currency: string, revenue: string, costs: string): CurrencySums => ({
      currency,
      revenue: decimal(revenue),
      costs: decimal(costs),
    });
    const answer = profitabilityOf(
      [
        own('GEM', '1', '0'),
        usd('1', '0'),
        own('EUR', '0', '2'),
        own('GEM', '2', '0'),
        own('X', '0', '0'),
      ],
      'USD',
    );
    expect(wire(answer.grossRevenue)).toBe('1');
    expect(answer.totalCosts).toEqual(ZERO);
    expect(
      answer.unconverted.map(({ currency, revenue, costs }) => [
        currency,
        wire(revenue),
        wire(costs),
      ]),
    ).toEqual([
      ['EUR', '0', '2'],
      ['GEM', '3', '0'],
    ]);
  });
});
