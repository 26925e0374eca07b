import type { PriceDraft, PriceRowDraft, PriceValueDraft, UsageDraft } from './price';
import { DIMENSIONS_MAX, PRICES_MAX, readPrices } from './price-rules';

const value = (changes: Partial<PriceValueDraft> = {}): PriceValueDraft => ({
  unitPrice: '1',
  later: [],
  ...changes,
});
const plain = (changes: Partial<PriceValueDraft> = {}): PriceRowDraft => ({
  values: [value(changes)],
});
const block = (dimensions: Record<string, string | number | boolean>): PriceRowDraft => ({
  dimensions: Object.entries(dimensions),
  values: [value()],
});
const usage = (changes: Partial<UsageDraft> = {}): UsageDraft => ({
  eventType: 'call',
  usageType: 'unit',
  ...changes,
});
const priced = (
  rows: readonly PriceRowDraft[],
  usageChanges: Partial<UsageDraft> = {},
  changes: Partial<PriceDraft> = {},
): PriceDraft => ({
  name: 'Calls',
  type: 'usage_based',
  billingType: 'real_time',
  usage: usage(usageChanges),
  pricing: [{ asset: 'USD', rows }],
  later: [],
  ...changes,
});

const read = (drafts: readonly PriceDraft[], known: readonly string[] = []) =>
  readPrices(drafts, {
    assets: new Set(['USD', 'MIN']),
    knownPriceIds: new Set(known),
    newPriceIds: drafts.map((_, index) => `prc_${index}`),
  });

/** `place code`, e.g. `prices/0/pricing/0/values/0/unit_price out_of_range`. */
const issuesOf = (...drafts: readonly PriceDraft[]): string[] => {
  const answer = read(drafts);
  return answer.ok ? [] : answer.issues.map(({ path, code }) => `${path.join('/')} ${code}`);
};
const inList = (place: string): string => `prices/0/pricing/0/values/${place}`;

describe('prices: a list that may stand', () => {
  it('gets an id for each price, and keeps an id that the product had before', () => {
    const repeated = priced([plain()], {}, { id: 'prc_old' });
    const answer = read([priced([plain()]), repeated], ['prc_old']);
    expect(answer.ok && answer.prices.map(({ id }) => id)).toEqual(['prc_0', 'prc_old']);
  });

  it.each`
    usageType            | amounts                                       | what
    ${'unit'}            | ${{ unitPrice: '0' }}                         | ${'a free unit'}
    ${'volume'}          | ${{ volumeRate: '0.4', packageSize: '1000' }} | ${'volume by the thousand'}
    ${'unit_and_volume'} | ${{ volumeRate: '1' }}                        | ${'both, the unit missing'}
    ${'unit_and_volume'} | ${{ unitPrice: '1' }}                         | ${'both, the rate missing'}
  `('may have $what', ({ usageType, amounts }) =>
    expect(
      issuesOf(
        priced([plain({ unitPrice: undefined, ...amounts })], { usageType, volumeField: 'a.b' }),
      ),
    ).toEqual([]),
  );

  it('may have blocks beside a plain value that takes the rest', () =>
    expect(
      issuesOf(priced([plain(), block({ speed: 'fast' })], { billableDimensions: ['speed'] })),
    ).toEqual([]));

  it('may have the same dimensions once in each asset', () => {
    const rows = [block({ speed: 'fast' })];
    const pricing = [
      { asset: 'USD', rows },
      { asset: 'MIN', rows },
    ];
    expect(issuesOf(priced([], { billableDimensions: ['speed'] }, { pricing }))).toEqual([]);
  });
});

describe('prices: a list that may not', () => {
  it.each`
    usageType            | amounts                                          | issue
    ${'unit'}            | ${{ unitPrice: undefined }}                      | ${'unit_price required'}
    ${'unit'}            | ${{ unitPrice: '-0.000000000001' }}              | ${'unit_price out_of_range'}
    ${'unit'}            | ${{ packageSize: '2' }}                          | ${'package_size does_not_apply'}
    ${'volume'}          | ${{ unitPrice: undefined }}                      | ${'volume_rate required'}
    ${'volume'}          | ${{ volumeRate: '1' }}                           | ${'unit_price does_not_apply'}
    ${'unit_and_volume'} | ${{ volumeRate: '-1' }}                          | ${'volume_rate out_of_range'}
    ${'unit_and_volume'} | ${{ volumeRate: '1', packageSize: '0' }}         | ${'package_size out_of_range'}
    ${'unit_and_volume'} | ${{ unitPrice: undefined, packageSize: '1000' }} | ${'volume_rate required'}
  `('by $usageType: $issue', ({ usageType, amounts, issue }) =>
    expect(issuesOf(priced([plain(amounts)], { usageType, volumeField: 'n' }))).toContain(
      inList(`0/${issue}`),
    ),
  );

  it('has no price, or more than an event may cost to price', () => {
    expect(issuesOf()).toEqual(['prices out_of_range']);
    const many = Array.from({ length: PRICES_MAX + 1 }, () => priced([plain()]));
    expect(issuesOf(...many)).toEqual(['prices out_of_range']);
  });

  it('has an empty list of assets, of rows, of values', () => {
    expect(issuesOf(priced([], {}, { pricing: [] }))).toEqual(['prices/0/pricing required']);
    expect(issuesOf(priced([]))).toEqual(['prices/0/pricing/0/values required']);
    const empty = { dimensions: [], values: [] };
    expect(issuesOf(priced([empty]))).toEqual([inList('0/values required')]);
  });

  it('counts volume without saying where it is read', () =>
    expect(
      issuesOf(priced([plain({ volumeRate: '1' })], { usageType: 'unit_and_volume' })),
    ).toEqual(['prices/0/usage_calculation/volume_field required']));

  it.each(['', '.a', 'a.', 'a..b'])('reads from the path "%s"', (volumeField) =>
    expect(issuesOf(priced([plain()], { volumeField }))).toEqual([
      'prices/0/usage_calculation/volume_field invalid_field_path',
    ]),
  );

  it('declares more dimensions than an event is compared in', () => {
    const billableDimensions = Array.from(
      { length: DIMENSIONS_MAX + 1 },
      (_, index) => `d${index}`,
    );
    expect(issuesOf(priced([plain()], { billableDimensions }))).toEqual([
      'prices/0/usage_calculation/billable_dimensions out_of_range',
    ]);
  });

  it('names assets that are not there, or twice', () => {
    const rows = [plain()];
    const pricing = ['USD', 'NOPE', 'USD'].map((asset) => ({ asset, rows }));
    expect(issuesOf(priced([], {}, { pricing }))).toEqual([
      'prices/0/pricing/1/asset unknown_asset',
      'prices/0/pricing/2/asset duplicate_asset',
    ]);
  });

  it('repeats a price id of elsewhere, or of itself', () => {
    const answer = read(
      ['prc_old', 'prc_old', 'prc_else'].map((id) => priced([plain()], {}, { id })),
      ['prc_old'],
    );
    expect(!answer.ok && answer.issues.map(({ path, code }) => [path[1], code])).toEqual([
      [1, 'duplicate_price'],
      [2, 'unknown_price'],
    ]);
  });

  it('wants what comes later: then nothing else is judged', () => {
    const later: [PriceDraft, string][] = [
      [priced([plain()], {}, { type: 'fixed', usage: undefined }), 'type'],
      [priced([plain()], {}, { billingType: 'one_time' }), 'billing_model/type'],
      [priced([plain()], {}, { pricingModel: 'bulk' }), 'pricing_model'],
      [priced([plain()], {}, { later: ['tiering'] }), 'tiering'],
      [priced([plain({ later: ['up_to'] })]), 'pricing/0/values/0/up_to'],
      [priced([plain(), plain()]), 'pricing/0/values/1'],
      [priced([{ dimensions: [], values: [value(), value()] }]), 'pricing/0/values/0/values/1'],
    ];
    for (const [draft, place] of later)
      expect(issuesOf(draft)).toEqual([`prices/0/${place} not_supported`]);
  });
});

describe('prices: rows that could tie', () => {
  const declared = { billableDimensions: ['model', 'speed'] };
  const issues = (...rows: PriceRowDraft[]): string[] => issuesOf(priced(rows, declared));

  it.each([
    ['the same', block({ model: 'x' }), block({ model: 'x' })],
    ['one with `*` spelled out', block({ model: 'x', speed: '*' }), block({ model: 'x' })],
    [
      'another order of names',
      block({ model: 'x', speed: 'y' }),
      block({ speed: 'y', model: 'x' }),
    ],
    ['a boolean and its text', block({ model: true }), block({ model: 'true' })],
    ['a plain value and all `*`', plain(), block({ model: '*' })],
    ['two that ask for nothing', block({}), block({ speed: '*' })],
  ])('are refused: %s', (_name, first, second) =>
    expect(issues(first, second)).toEqual([inList('1 dimensions_tie')]),
  );

  it.each([
    ['more concrete', block({ model: 'x' }), block({ model: 'x', speed: 'y' })],
    ['other dimensions', block({ model: 'x' }), block({ speed: 'y' })],
    ['other values', block({ model: 'x' }), block({ model: 'X' })],
    ['a number and another text', block({ model: 1 }), block({ model: '1.0' })],
  ])('are not those with %s', (_name, first, second) => expect(issues(first, second)).toEqual([]));

  it('names what is not declared instead', () =>
    expect(issuesOf(priced([block({ colour: 'red' })]))).toEqual([
      inList('0/dimensions/colour dimension_not_declared'),
    ]));
});
