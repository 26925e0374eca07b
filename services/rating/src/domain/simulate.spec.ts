import { wire } from '@kontor/money';
import { compileVersion, type PriceBlock } from './price-list';
import type { Usage } from './rate-usage';
import { simulateUsage } from './simulate';

const blocks: PriceBlock[] = [
  { name: 'Fast', dimensions: { speed: 'fast' }, value: { volumeRate: '1' } },
  { name: 'Regular', dimensions: { speed: 'regular' }, value: { volumeRate: '0.4' } },
];
const product = compileVersion({
  productId: 'prp_1',
  code: 'video',
  version: 1,
  prices: [
    {
      priceId: 'prc_1',
      name: 'Compute',
      eventType: 'video_generated',
      usageType: 'volume',
      volumeField: 'minutes',
      billableDimensions: ['speed'],
      pricing: [{ asset: 'USD', blocks }],
    },
  ],
});
const usage = (data: Record<string, unknown>, eventType = 'video_generated'): Usage => ({
  eventType,
  occurredAt: '2026-01-05T14:32:18.000000Z',
  description: undefined,
  data,
  hasCosts: false,
});

describe('simulation', () => {
  it('prices an event and says which row matched and what was compared', () => {
    const { fees, trace, warnings } = simulateUsage(
      usage({ minutes: 10, speed: 'regular' }),
      product,
      { rowsLeft: 100 },
    );
    expect(fees.map((fee) => wire(fee.alternatives[0]!.amount))).toEqual(['4']);
    expect(warnings).toEqual([]);
    expect(trace[0]?.assets).toEqual([
      {
        asset: 'USD',
        matched: { row: 1, name: 'Regular' },
        rowsOmitted: 0,
        rows: [
          {
            row: 0,
            name: 'Fast',
            matches: false,
            compared: [{ dimension: 'speed', wanted: 'fast', actual: 'regular', equal: false }],
          },
          {
            row: 1,
            name: 'Regular',
            matches: true,
            compared: [{ dimension: 'speed', wanted: 'regular', actual: 'regular', equal: true }],
          },
        ],
      },
    ]);
  });

  it('warns about an event type that no price asks for', () =>
    expect(simulateUsage(usage({}, 'sung'), product, { rowsLeft: 9 }).warnings).toEqual([
      'no price of this version asks for the event type "sung"',
    ]));

  it.each([
    ['a missing volume', { speed: 'fast' }, 'volume_field_missing'],
    ['an invalid volume', { speed: 'fast', minutes: -1 }, 'volume_field_invalid'],
    ['an unknown dimension', { speed: 'warp', minutes: 1 }, 'no_matching_dimension'],
  ])('warns about %s', (_, data, code) => {
    const { fees, trace, warnings } = simulateUsage(usage(data), product, { rowsLeft: 9 });
    expect(fees).toEqual([]);
    expect(trace[0]?.miss).toBe(code);
    expect(warnings[0]).toContain(code);
  });

  it('writes out no more rows than its budget, and still names the winner', () => {
    const budget = { rowsLeft: 1 };
    const { trace } = simulateUsage(usage({ minutes: 1, speed: 'regular' }), product, budget);
    expect(trace[0]?.assets[0]).toMatchObject({
      matched: { row: 1, name: 'Regular' },
      rowsOmitted: 1,
    });
    expect(trace[0]?.assets[0]?.rows).toHaveLength(1);
    expect(budget.rowsLeft).toBe(0);
  });
});
