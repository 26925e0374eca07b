import { decimal, scheduleOf, wire } from '@kontor/money';
import { compileVersion, type Price, type PriceBlock, type ProductVersion } from './price-list';
import { type Exchange, type RatedUsage, rateUsage, type Usage } from './rate-usage';

const price = (over: Partial<Price> = {}, blocks: readonly PriceBlock[] = []): Price => ({
  priceId: 'prc_1',
  name: 'Price',
  eventType: 'used',
  usageType: 'unit',
  billableDimensions: [],
  pricing: [{ asset: 'USD', blocks }],
  ...over,
});
const volumePrice = (value: PriceBlock['value'], over: Partial<Price> = {}): Price =>
  price({ usageType: 'volume', volumeField: 'tokens', ...over }, [{ value }]);
const version = (...prices: Price[]): ProductVersion => ({
  productId: 'prp_1',
  code: 'product',
  version: 1,
  prices,
});
const usage = (over: Partial<Usage> = {}): Usage => ({
  eventType: 'used',
  occurredAt: '2026-01-05T14:32:18.000000Z',
  description: undefined,
  data: {},
  hasCosts: false,
  ...over,
});
const minuteRate = (rate: string, validFrom = '2026-01-01T00:00:00.000000Z') => ({
  rate: decimal(rate),
  inverseRate: null,
  validFrom,
  validTo: null,
});
const exchange: Exchange = {
  reportingCurrency: 'USD',
  rates: new Map([['MIN', scheduleOf([minuteRate('0.1')])]]),
};
const rate = (event: Usage, ...products: ProductVersion[]): RatedUsage =>
  rateUsage(event, products.map(compileVersion), exchange);
const amounts = (rated: RatedUsage): string[] =>
  rated.fees.flatMap((fee) => fee.alternatives.map(({ amount }) => wire(amount)));

describe('rating: usage types', () => {
  it('charges the unit price per event', () =>
    expect(amounts(rate(usage(), version(price({}, [{ value: { unitPrice: '0.03' } }]))))).toEqual([
      '0.03',
    ]));

  it('charges volume times rate', () =>
    expect(
      amounts(rate(usage({ data: { tokens: 10 } }), version(volumePrice({ volumeRate: '0.4' })))),
    ).toEqual(['4']));

  it('charges packages pro rata', () =>
    expect(
      amounts(
        rate(
          usage({ data: { tokens: 1500 } }),
          version(volumePrice({ volumeRate: '0.25', packageSize: '1000000' })),
        ),
      ),
    ).toEqual(['0.000375']));

  it('divides last, so that 1 of 3 at 3 is exactly 1', () =>
    expect(
      amounts(
        rate(
          usage({ data: { tokens: 1 } }),
          version(volumePrice({ volumeRate: '3', packageSize: '3' })),
        ),
      ),
    ).toEqual(['1']));

  it('charges unit and volume as one sum, rounded once', () => {
    const value = { unitPrice: '0.000000000001', volumeRate: '1', packageSize: '2' };
    const both = price({ usageType: 'unit_and_volume', volumeField: 'tokens' }, [{ value }]);
    // 1 + 0.5 is 1.5, half-even 2; each part rounded for itself would give 1 + 0.
    expect(amounts(rate(usage({ data: { tokens: '0.000000000001' } }), version(both)))).toEqual([
      '0.000000000002',
    ]);
  });

  it('counts a missing unit price or volume rate as 0', () => {
    const both = (value: PriceBlock['value']): Price =>
      price({ usageType: 'unit_and_volume', volumeField: 'tokens' }, [{ value }]);
    const event = usage({ data: { tokens: 10 } });
    expect(amounts(rate(event, version(both({ volumeRate: '1' }))))).toEqual(['10']);
    expect(amounts(rate(event, version(both({ unitPrice: '0.5' }))))).toEqual(['0.5']);
  });

  it('never lets a million tiny fees drift', () => {
    const tiny = version(price({}, [{ value: { unitPrice: '0.0000025' } }]));
    const [amount] = amounts(rate(usage(), tiny));
    expect(wire(decimal(amount!).times(decimal('1000000')))).toBe('2.5');
  });
});

describe('rating: what a fee says', () => {
  const advanced = version(
    price(
      {
        name: 'Video Generation Compute',
        usageType: 'unit_and_volume',
        volumeField: 'minutes',
        billableDimensions: ['speed'],
      },
      [
        { name: 'Fast', dimensions: { speed: 'fast' }, value: { volumeRate: '1' } },
        { name: 'Default', dimensions: { speed: '*' }, value: { volumeRate: '0.4' } },
      ],
    ),
  );

  it('has the figures of its row, and leaves out what does not apply', () => {
    const event = usage({ data: { minutes: 10, speed: 'fast', codec: 'av1' } });
    expect(rate(event, advanced).fees).toEqual([
      {
        productId: 'prp_1',
        productCode: 'product',
        productVersion: 1,
        priceId: 'prc_1',
        priceName: 'Video Generation Compute',
        usageType: 'unit_and_volume',
        volumeField: 'minutes',
        dimensions: { speed: 'fast' },
        alternatives: [
          {
            asset: 'USD',
            amount: decimal('10'),
            inputVolume: decimal('10'),
            volumeRate: decimal('1'),
            packageSize: undefined,
            units: undefined,
            unitPrice: undefined,
            description: 'Fast',
            fiatRate: decimal('1'),
            fiatValue: decimal('10'),
          },
        ],
      },
    ]);
  });

  it('takes the star row for an unknown speed', () => {
    const [fee] = rate(usage({ data: { minutes: 100, speed: 'warp' } }), advanced).fees;
    expect(fee?.alternatives[0]?.amount).toEqual(decimal('40'));
    expect(fee?.dimensions).toEqual({ speed: 'warp' });
  });

  it.each([
    ['the event’s description', 'Said', { name: 'Value' }, 'Block', 'Said'],
    ['the value’s name', undefined, { name: 'Value' }, 'Block', 'Value'],
    ['the block’s name', undefined, {}, 'Block', 'Block'],
    ['the price’s name', undefined, {}, undefined, 'Price'],
  ])('is described by %s', (_, description, value, name, expected) => {
    const product = version(price({}, [{ value, ...(name && { name }) }]));
    const [fee] = rate(usage({ description }), product).fees;
    expect(fee?.alternatives[0]?.description).toBe(expected);
  });
});

describe('rating: several prices and assets', () => {
  it('gives one fee per matching price, in price-book order', () => {
    const product = version(
      price({ priceId: 'prc_in' }, [{ value: { unitPrice: '1' } }]),
      price({ priceId: 'prc_other', eventType: 'other' }, [{ value: { unitPrice: '9' } }]),
      price({ priceId: 'prc_out' }, [{ value: { unitPrice: '2' } }]),
    );
    expect(amounts(rate(usage(), product))).toEqual(['1', '2']);
  });

  it('charges a price once when two versions share it', () => {
    const shared = price({}, [{ value: { unitPrice: '1' } }]);
    expect(amounts(rate(usage(), version(shared), { ...version(shared), version: 2 }))).toEqual([
      '1',
    ]);
  });

  it('prices every listed asset, valued in the reporting currency', () => {
    const product = version(
      price({
        pricing: [
          { asset: 'MIN', blocks: [{ value: { unitPrice: '2' } }] },
          { asset: 'USD', blocks: [{ value: { unitPrice: '0.3' } }] },
          { asset: 'EUR', blocks: [{ value: { unitPrice: '0.2' } }] },
        ],
      }),
    );
    const shown = rate(usage(), product).fees[0]?.alternatives.map((alternative) => ({
      asset: alternative.asset,
      rate: alternative.fiatRate && wire(alternative.fiatRate),
      value: alternative.fiatValue && wire(alternative.fiatValue),
    }));
    expect(shown).toEqual([
      { asset: 'MIN', rate: '0.1', value: '0.2' },
      { asset: 'USD', rate: '1', value: '0.3' },
      { asset: 'EUR', rate: null, value: null },
    ]);
  });

  it('leaves out an asset whose rows do not match', () => {
    const rows = (unitPrice: string, speed: string) => [
      { dimensions: { speed }, value: { unitPrice } },
    ];
    const product = version(
      price({
        billableDimensions: ['speed'],
        pricing: [
          { asset: 'MIN', blocks: rows('1', 'fast') },
          { asset: 'USD', blocks: rows('2', '*') },
        ],
      }),
    );
    expect(amounts(rate(usage({ data: { speed: 'slow' } }), product))).toEqual(['2']);
  });

  it('values a fee at the rate of the day of the usage', () => {
    const rates = new Map([
      ['MIN', scheduleOf([minuteRate('0.1'), minuteRate('0.2', '2026-02-01T00:00:00.000000Z')])],
    ]);
    const product = compileVersion(
      version(price({ pricing: [{ asset: 'MIN', blocks: [{ value: { unitPrice: '1' } }] }] })),
    );
    const valueAt = (occurredAt: string): string =>
      wire(
        rateUsage(usage({ occurredAt }), [product], { reportingCurrency: 'USD', rates }).fees[0]!
          .alternatives[0]!.fiatValue!,
      );
    expect(valueAt('2026-01-31T23:59:59.999999Z')).toBe('0.1');
    expect(valueAt('2026-02-01T00:00:00.000000Z')).toBe('0.2');
    expect(valueAt('2020-01-01T00:00:00.000000Z')).toBe('0.1');
  });
});

describe('rating: why there is no fee', () => {
  const perToken = volumePrice({ volumeRate: '1' });
  const fastOnly = price({ billableDimensions: ['speed'] }, [
    { dimensions: { speed: 'fast' }, value: { unitPrice: '1' } },
  ]);

  it.each([
    ['no subscription acts', usage(), [], 'no_subscription'],
    [
      'no price asks for the event type',
      usage({ eventType: 'x' }),
      [perToken],
      'no_matching_price',
    ],
    ['the volume is missing', usage(), [perToken], 'volume_field_missing'],
    [
      'the volume is no number',
      usage({ data: { tokens: 'x' } }),
      [perToken],
      'volume_field_invalid',
    ],
    ['no row takes the dimension', usage(), [fastOnly], 'no_matching_dimension'],
    [
      'of several reasons the first counts',
      usage(),
      [fastOnly, { ...perToken, priceId: 'prc_2' }],
      'volume_field_missing',
    ],
    ['it carries only costs', usage({ data: undefined, hasCosts: true }), [perToken], 'cost_only'],
    [
      'it carries only costs and no subscription acts',
      usage({ data: undefined, hasCosts: true }),
      [],
      'cost_only',
    ],
    [
      'the amount would be beyond every bound',
      usage({ data: { tokens: '900000000000000' } }),
      [volumePrice({ volumeRate: '2' })],
      'volume_field_invalid',
    ],
  ] as const)('says so when %s', (_, event, prices, reason) => {
    const products = prices.length > 0 ? [version(...prices)] : [];
    expect(rate(event, ...products)).toEqual({ fees: [], unratedReason: reason });
  });

  it('has no reason as soon as one price gives a fee', () => {
    const product = version(perToken, price({ priceId: 'prc_2' }, [{ value: { unitPrice: '1' } }]));
    expect(rate(usage(), product).unratedReason).toBeUndefined();
  });

  it('still charges a unit price for an event with costs and without data', () => {
    const product = version(price({}, [{ value: { unitPrice: '1' } }]));
    expect(amounts(rate(usage({ data: undefined, hasCosts: true }), product))).toEqual(['1']);
  });

  it('gives a fee of 0 for a volume of 0', () =>
    expect(amounts(rate(usage({ data: { tokens: 0 } }), version(perToken)))).toEqual(['0']));
});
