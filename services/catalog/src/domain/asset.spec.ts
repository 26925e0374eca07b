import { specFor } from '@kontor/event-sourcing/testing';
import {
  asset,
  type AssetCommand,
  type AssetEvent,
  fiat,
  type Rate,
  type RateDraft,
} from './asset';
import { CURRENCIES } from './iso-4217';

const { given } = specFor(asset);

const at = '2026-03-01T12:00:00.000000Z';
const rate = (changes: Partial<RateDraft> = {}): RateDraft => ({
  source: 'USD',
  rate: '0.1',
  inverseRate: undefined,
  validFrom: undefined,
  validTo: undefined,
  ...changes,
});
const create = (
  changes: Partial<Extract<AssetCommand, { type: 'CreateAsset' }>> = {},
): AssetCommand => ({
  type: 'CreateAsset',
  code: 'MIN',
  name: 'Minutes',
  precision: undefined,
  symbol: undefined,
  label: undefined,
  rates: [],
  at,
  ...changes,
});
const set = (draft: RateDraft): AssetCommand => ({ type: 'SetRate', rate: draft, at });
const created: AssetEvent = {
  type: 'AssetCreated',
  code: 'MIN',
  name: 'Minutes',
  precision: 2,
  symbol: undefined,
  label: undefined,
  at,
};
const dated = (draft: RateDraft, validFrom = at): AssetEvent => ({
  type: 'AssetRateSet',
  code: 'MIN',
  rate: { ...draft, validFrom } as Rate,
  at,
});

const codesOf = (command: AssetCommand, ...events: AssetEvent[]): string[] => {
  const decision = asset.decide(command, events.reduce(asset.evolve, undefined));
  if (decision.outcome === 'accepted') return [];
  const { rejection } = decision;
  if (rejection.code !== 'invalid') return [rejection.code];
  return rejection.issues.map(({ path, code }) => `${path.join('/')} ${code}`);
};

describe('asset: making one', () => {
  it('dates its rates from now on unless they say otherwise', () => {
    const past = '2020-01-01T00:00:00.000000Z';
    const rates = [rate({ validFrom: past }), rate({ rate: '0.2' })];
    given().when(create({ rates })).then(created, dated(rates[0]!, past), dated(rates[1]!));
  });

  it('is refused for a code that is there, and for every currency', () => {
    expect(codesOf(create(), created)).toEqual(['code_taken']);
    for (const code of CURRENCIES.keys()) expect(codesOf(create({ code }))).toEqual(['code_taken']);
  });

  it.each(['$', 'ä', '👩‍🚀', '🇨🇭'])('takes %s for one sign', (symbol) =>
    expect(codesOf(create({ symbol }))).toEqual([]),
  );
  it.each(['', '$$', 'kr'])('does not take "%s" for one', (symbol) =>
    expect(codesOf(create({ symbol }))).toEqual(['symbol not_one_character']),
  );
  it.each([-1, 13, 1.5])('has no precision of %s', (precision) =>
    expect(codesOf(create({ precision }))).toEqual(['precision out_of_range']),
  );
  it('keeps one rate a start and source', () => {
    const rates = [rate(), rate({ source: 'EUR' }), rate({ rate: '2' })];
    expect(codesOf(create({ rates }))).toEqual(['rates/2 duplicate_rate']);
  });
});

describe('asset: a rate', () => {
  it('replaces one of the same start, and is nothing when it says the same', () => {
    given(created, dated(rate())).when(set(rate())).thenNothing();
    given(created, dated(rate()))
      .when(set(rate({ rate: '0.2' })))
      .then(dated(rate({ rate: '0.2' })));
  });

  it.each([
    [{ rate: undefined }, ' rate_or_inverse_rate'],
    [{ inverseRate: '1' }, ' rate_or_inverse_rate'],
    [{ rate: '0' }, 'rate out_of_range'],
    [{ rate: '-1' }, 'rate out_of_range'],
    [{ rate: undefined, inverseRate: '0' }, 'inverse_rate out_of_range'],
    [{ source: 'MIN' }, 'source unknown_currency'],
    [{ validTo: at }, 'valid_to ends_before_start'],
  ])('is refused: %j', (changes, expected) =>
    expect(codesOf(set(rate(changes)), created)).toContain(expected),
  );

  it('of a currency is in another one', () => {
    const decide = (source: string) => asset.decide(set(rate({ source })), fiat('EUR'));
    expect(decide('USD').outcome).toBe('accepted');
    expect(decide('EUR').outcome).toBe('rejected');
  });

  it('needs an asset', () => given().when(set(rate())).thenRejected({ code: 'asset_not_found' }));
});

describe('ISO 4217', () => {
  it.each`
    code     | precision
    ${'USD'} | ${2}
    ${'JPY'} | ${0}
    ${'KWD'} | ${3}
  `('gives $code $precision decimals', ({ code, precision }) =>
    expect(fiat(code)).toMatchObject({ code, precision, createdAt: undefined }),
  );
  it('has upper-case codes of three letters, each with a name', () => {
    expect(CURRENCIES.size).toBeGreaterThan(150);
    for (const { code, name, precision } of CURRENCIES.values()) {
      expect(code).toMatch(/^[A-Z]{3}$/);
      expect(name).not.toBe('');
      expect([0, 2, 3]).toContain(precision);
    }
  });
});
