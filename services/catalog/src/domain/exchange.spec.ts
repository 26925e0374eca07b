import { asset, type Asset, fiat, type Rate } from './asset';
import { type Quoted, quoteExchange } from './exchange';

const day = (number: number): string => `2026-03-0${number}T00:00:00.000000Z`;
const made = (...rates: Partial<Rate>[]): Asset =>
  rates.reduce<Asset>(
    (state, rate) =>
      asset.evolve(state, {
        type: 'AssetRateSet',
        code: 'MIN',
        rate: {
          source: 'USD',
          rate: undefined,
          inverseRate: undefined,
          validFrom: day(1),
          validTo: undefined,
          ...rate,
        },
        at: day(1),
      })!,
    asset.evolve(undefined, {
      type: 'AssetCreated',
      code: 'MIN',
      name: 'Minutes',
      precision: 0,
      symbol: undefined,
      label: undefined,
      at: day(1),
    })!,
  );
const usd = fiat('USD')!;

const show = (quoted: Quoted): string =>
  quoted.ok
    ? `${quoted.quote.destinationAmount} at ${quoted.quote.rate} (${quoted.quote.inverseRate})`
    : quoted.rejection.code;
const buy = (destination: Asset, amount: string, at = day(5)): string =>
  show(quoteExchange({ source: usd, destination, amount, at }));
const sell = (source: Asset, amount: string, at = day(5)): string =>
  show(quoteExchange({ source, destination: usd, amount, at }));

describe('a quote', () => {
  it.each`
    given                    | amount   | bought                                    | sold
    ${{ rate: '0.1' }}       | ${'2'}   | ${'20 at 0.1 (10)'}                       | ${'0.2 at 10 (0.1)'}
    ${{ inverseRate: '3' }}  | ${'3'}   | ${'9 at 0.333333333333 (3)'}              | ${'1 at 3 (0.333333333333)'}
    ${{ rate: '3' }}         | ${'1'}   | ${'0.333333333333 at 3 (0.333333333333)'} | ${'3 at 0.333333333333 (3)'}
    ${{ rate: '0.0000025' }} | ${'2.5'} | ${'1000000 at 0.0000025 (400000)'}        | ${'0.00000625 at 400000 (0.0000025)'}
  `('of $amount at $given is exact both ways', ({ given, amount, bought, sold }) => {
    expect(buy(made(given), amount)).toBe(bought);
    expect(sell(made(given), amount)).toBe(sold);
  });

  it('takes the rate that holds then; the earliest also covers what was before it', () => {
    const changing = made({ rate: '1', validFrom: day(2) }, { rate: '2', validFrom: day(4) });
    expect(sell(changing, '1', day(1))).toBe('1 at 1 (1)');
    expect(sell(changing, '1', day(3))).toBe('1 at 1 (1)');
    expect(sell(changing, '1', day(4))).toBe('2 at 0.5 (2)');
    expect(buy(changing, '2', day(1))).toBe('2 at 1 (1)');
    expect(buy(changing, '2', day(3))).toBe('2 at 1 (1)');
    expect(buy(changing, '2', day(4))).toBe('1 at 2 (0.5)');
  });

  it('of an asset in itself is the amount', () => expect(sell(usd, '7')).toBe('7 at 1 (1)'));

  it('is refused without a rate, for nothing, and beyond what an amount holds', () => {
    expect(buy(made(), '1')).toBe('rate_unknown');
    expect(buy(made({ rate: '1', validTo: day(2) }), '1')).toBe('rate_unknown');
    expect(buy(made({ source: 'EUR', rate: '1' }), '1')).toBe('rate_unknown');
    expect(buy(made({ rate: '1' }), '0')).toBe('amount_not_positive');
    expect(buy(made({ rate: '1' }), '-1')).toBe('amount_not_positive');
    expect(buy(made({ rate: '0.000001' }), '1000000000')).toBe('amount_out_of_range');
  });
});
