/**
 * Rating for any price list and any event. The oracle compares row by row, as the rules are told;
 * the code under test looks rows up by shape. Every amount is computed a second time here, with
 * integers scaled far below the twelfth decimal.
 */
import { type Decimal, decimal, sum, wire } from '@kontor/money';
import fc from 'fast-check';
import { dimensionTexts, indexBlocks, matchBlock } from './dimensions';
import { heldAt, historyOf, type SubscriptionChange } from './price-book';
import { compileVersion, type Price, type PriceBlock } from './price-list';
import { type Exchange, rateUsage, type Usage } from './rate-usage';
import { simulateUsage } from './simulate';

const seed = Number(process.env['KONTOR_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const check = <Ts extends [unknown, ...unknown[]]>(
  property: fc.IPropertyWithHooks<Ts>,
  numRuns = 300,
): void => fc.assert(property, { seed, numRuns });

const BILLABLE = ['model', 'speed', 'region'];
const text = fc.constantFrom('a', 'b', 'c');
const pattern = fc.option(fc.constantFrom('a', 'b', 'c', '*'), { nil: undefined });
const withoutHoles = (entries: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

const scaled = (maximum: bigint, decimals: number) =>
  fc.bigInt({ min: 0n, max: maximum }).map((units) => {
    const digits = units.toString().padStart(decimals + 1, '0');
    return wire(decimal(`${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`));
  });
const money = scaled(10n ** 15n, 12);
const packageSize = scaled(10n ** 9n, 3).filter((size) => size !== '0');

const block = fc
  .record({
    model: pattern,
    speed: pattern,
    region: pattern,
    unitPrice: fc.option(money, { nil: undefined }),
    volumeRate: fc.option(money, { nil: undefined }),
    packageSize: fc.option(packageSize, { nil: undefined }),
  })
  .map(({ unitPrice, volumeRate, packageSize: size, ...dimensions }): PriceBlock => ({
    dimensions: withoutHoles(dimensions),
    value: {
      ...(unitPrice !== undefined && { unitPrice }),
      ...(volumeRate !== undefined && { volumeRate }),
      ...(size !== undefined && { packageSize: size }),
    },
  }));
const shapeOf = ({ dimensions }: PriceBlock): string =>
  BILLABLE.map((name) => dimensions?.[name] ?? '*').join('|');
/** Two rows of one shape are refused when a price is made, so they never meet here. */
const blocks = fc.uniqueArray(block, { minLength: 1, maxLength: 12, selector: shapeOf });
const data = fc
  .record({
    model: fc.option(text, { nil: undefined }),
    speed: fc.option(text, { nil: undefined }),
    region: fc.option(text, { nil: undefined }),
    tokens: scaled(10n ** 12n, 3),
  })
  .map(withoutHoles);

const price = (rows: readonly PriceBlock[], usageType: Price['usageType']): Price => ({
  priceId: 'prc_1',
  name: 'Price',
  eventType: 'used',
  usageType,
  volumeField: 'tokens',
  billableDimensions: BILLABLE,
  pricing: [{ asset: 'USD', blocks: rows }],
});
const compiled = (rows: readonly PriceBlock[], usageType: Price['usageType'] = 'unit_and_volume') =>
  compileVersion({
    productId: 'prp_1',
    code: 'p',
    version: 1,
    prices: [price(rows, usageType)],
  });
const usageOf = (fields: Record<string, unknown>): Usage => ({
  eventType: 'used',
  occurredAt: '2026-01-05T14:32:18.000000Z',
  description: undefined,
  data: fields,
  hasCosts: false,
});
const exchange: Exchange = { reportingCurrency: 'USD', rates: new Map() };
const rated = (rows: readonly PriceBlock[], fields: Record<string, unknown>): string =>
  JSON.stringify(rateUsage(usageOf(fields), [compiled(rows)], exchange));
const amountOf = (rows: readonly PriceBlock[], fields: Record<string, unknown>): Decimal =>
  rateUsage(usageOf(fields), [compiled(rows)], exchange).fees[0]?.alternatives[0]?.amount ??
  decimal('0');

/** The rules as they are told: all that match, most concrete, then leftmost concrete. */
function oracle(
  rows: readonly PriceBlock[],
  fields: Record<string, string>,
): PriceBlock | undefined {
  const concrete = (row: PriceBlock): boolean[] =>
    BILLABLE.map((name) => (row.dimensions?.[name] ?? '*') !== '*');
  const strength = (row: PriceBlock): string =>
    `${concrete(row).filter(Boolean).length}${concrete(row).map(Number).join('')}`;
  return rows
    .filter((row) =>
      BILLABLE.every((name, at) => !concrete(row)[at] || row.dimensions?.[name] === fields[name]),
    )
    .sort((a, b) => (strength(a) < strength(b) ? 1 : -1))[0];
}

describe('rating, for any price list', () => {
  it('finds the row that the rules name', () =>
    check(
      fc.property(blocks, data, (rows, fields) => {
        const index = indexBlocks(
          rows.map((source) => ({ source })),
          BILLABLE,
        );
        const found = matchBlock(index, dimensionTexts(fields, BILLABLE));
        expect(found?.source).toBe(oracle(rows, fields));
      }),
      1_000,
    ));

  it('gives the same whatever the order of the rows', () =>
    check(
      fc.property(
        blocks.chain((rows) =>
          fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
        ),
        data,
        ([rows, shuffled], fields) => expect(rated(shuffled, fields)).toBe(rated(rows, fields)),
      ),
    ));

  it('rates twice to the same bytes', () =>
    check(fc.property(blocks, data, (rows, f) => expect(rated(rows, f)).toBe(rated(rows, f)))));

  it('rounds a fee once: it is the exact quotient, half-even at 12 decimals', () =>
    check(
      fc.property(money, money, scaled(10n ** 12n, 3), packageSize, (unit, rate, tokens, size) => {
        const value = { unitPrice: unit, volumeRate: rate, packageSize: size };
        const whole = (amount: string, decimals: number): bigint =>
          BigInt(
            decimal(amount)
              .times(decimal(`1${'0'.repeat(decimals)}`))
              .toFixed(),
          );
        // amount * 10^12 = (unit * size + tokens * rate) / size, all scaled to integers.
        const numerator = whole(unit, 12) * whole(size, 3) + whole(tokens, 3) * whole(rate, 12);
        const expected = halfEven(numerator, whole(size, 3));
        fc.pre(expected < 10n ** 27n);
        const amount = amountOf([{ value }], { tokens });
        expect(whole(wire(amount), 12)).toBe(expected);
      }),
      1_000,
    ));

  it('charges the parts of an exact volume what it charges the whole', () =>
    check(
      fc.property(scaled(10n ** 9n, 6), fc.array(scaled(10n ** 9n, 6)), (rate, parts) => {
        const rows = [{ value: { volumeRate: rate } }];
        const total = wire(sum(parts.map(decimal)));
        const charged = sum(parts.map((tokens) => amountOf(rows, { tokens })));
        expect(wire(charged)).toBe(wire(amountOf(rows, { tokens: total })));
      }),
    ));

  it('explains in a simulation what rating does', () =>
    check(
      fc.property(blocks, data, (rows, fields) => {
        const { fees, trace } = simulateUsage(usageOf(fields), compiled(rows), { rowsLeft: 100 });
        expect(fees.map((fee) => fee.alternatives[0]?.amount.toFixed())).toEqual(
          rateUsage(usageOf(fields), [compiled(rows)], exchange).fees.map((fee) =>
            fee.alternatives[0]?.amount.toFixed(),
          ),
        );
        const [asset] = trace[0]?.assets ?? [];
        const winner = oracle(rows, fields);
        expect(asset?.matched?.row).toBe(winner && rows.indexOf(winner));
        expect(asset?.rows.filter((row) => row.matches).length ?? 0).toBeGreaterThanOrEqual(
          winner ? 1 : 0,
        );
      }),
    ));
});

describe('price book, for any history', () => {
  const day = fc.integer({ min: 1, max: 9 }).map((number) => `2026-01-0${number}`);
  const id = fc.constantFrom('s1', 's2');
  const change = fc.oneof(
    fc.record({ change: fc.constant('activated' as const), subscriptionId: id, at: day }),
    fc.record({ change: fc.constant('deactivated' as const), subscriptionId: id, at: day }),
    fc.record({
      change: fc.constant('version-changed' as const),
      subscriptionId: id,
      productId: fc.constantFrom('p', 'q'),
      version: fc.integer({ min: 1, max: 4 }),
      at: day,
    }),
  );
  const start = (subscriptionId: string, actsFrom: string | null) => ({
    change: 'created' as const,
    subscriptionId,
    actsFrom,
    products: [
      { productId: 'p', version: 1 },
      { productId: 'q', version: 1 },
    ],
  });
  const history = fc
    .tuple(fc.option(day), fc.option(day), fc.array(change, { maxLength: 12 }))
    .map(([first, second, changes]) =>
      [start('s1', first), start('s2', second), ...changes].map(
        (fact, position): SubscriptionChange => ({ ...fact, position, index: 0 }),
      ),
    );

  it('gives the same whatever the order in which its rows are read', () =>
    check(
      fc.property(
        history.chain((rows) =>
          fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
        ),
        day,
        ([rows, shuffled], at) =>
          expect(heldAt(historyOf(shuffled), at)).toEqual(heldAt(historyOf(rows), at)),
      ),
    ));

  it('lets a change say nothing about the time before it', () =>
    check(
      fc.property(history, change, day, (rows, later, at) => {
        fc.pre(at < later.at);
        const changed = [...rows, { ...later, position: rows.length, index: 0 }];
        expect(heldAt(historyOf(changed), at)).toEqual(heldAt(historyOf(rows), at));
      }),
    ));
});

function halfEven(numerator: bigint, denominator: bigint): bigint {
  const floor = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  if (twice < denominator) return floor;
  if (twice > denominator) return floor + 1n;
  return floor % 2n === 0n ? floor : floor + 1n;
}
