import { decimal, type RateSchedule, scheduleOf } from '@kontor/money';
import { attributeCosts, type Cost } from './attribute-costs';

const cost = (amount: string, currency: string): Cost => ({
  costId: '68116730-e125-408b-8f75-90f1fb9aa7dd',
  vendorId: 'vnd_1',
  category: undefined,
  amount: decimal(amount),
  currency,
});
const gpuHours: RateSchedule = scheduleOf([
  { rate: decimal('2'), inverseRate: null, validFrom: '2026-01-01', validTo: null },
  { rate: null, inverseRate: decimal('4'), validFrom: '2026-02-01', validTo: null },
  { rate: decimal('3'), inverseRate: null, validFrom: '2026-03-01', validTo: '2026-04-01' },
]);
const exchange = { reportingCurrency: 'USD', rates: new Map([['GPU', gpuHours]]) };
const converted = (one: Cost, at = '2026-01-05'): (string | null)[] =>
  attributeCosts([one], at, exchange).flatMap(({ rate, converted: value }) => [
    rate && rate.toFixed(),
    value && value.toFixed(),
  ]);

describe('cost attribution', () => {
  it('takes the reporting currency at its face value', () =>
    expect(converted(cost('0.16', 'USD'))).toEqual(['1', '0.16']));

  it('converts a custom asset at the rate of the day of the usage', () => {
    expect(converted(cost('1.5', 'GPU'), '2026-01-31')).toEqual(['2', '3']);
    expect(converted(cost('1.5', 'GPU'), '2026-02-01')).toEqual(['0.25', '0.375']);
    expect(converted(cost('1.5', 'GPU'), '2025-01-01')).toEqual(['2', '3']);
  });

  it('leaves other fiat, unknown assets and gaps between rates unconverted', () => {
    expect(converted(cost('1', 'EUR'))).toEqual([null, null]);
    expect(converted(cost('1', 'MIN'))).toEqual([null, null]);
    expect(converted(cost('1', 'GPU'), '2026-04-01')).toEqual([null, null]);
  });

  it('keeps every cost, its order and what it was accepted as', () => {
    const costs = [cost('1', 'EUR'), cost('2', 'USD')];
    expect(attributeCosts(costs, '2026-01-05', exchange)).toMatchObject(costs);
    expect(attributeCosts([], '2026-01-05', exchange)).toEqual([]);
  });
});
