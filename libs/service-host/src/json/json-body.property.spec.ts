/**
 * The cheap scan against a plain reading of the same text: it may look too often, never too rarely.
 */
import fc from 'fast-check';
import { canonicalJson } from './canonical-json';
import { parseJsonBody } from './json-body';
import { flawsOf, JSON_DEPTH_MAX } from './json-flaws';
import { scanJson } from './json-scan';

const seed = process.env['KONTOR_SEED'];
if (seed) fc.configureGlobal({ seed: Number(seed) });

/** Texts and keys that are likely to be refused, among those that are not. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'a\u0000',
    '\ud800',
    '😀',
    'null',
    '1e999',
  ),
);
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((members) => {
      const value: Record<string, unknown> = {};
      for (const [key, member] of members)
        Object.defineProperty(value, key, {
          value: member,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      return value;
    }),
  ),
})).value;

/** JSON with every character escaped that may be, and white space everywhere. */
const awkward = (value: unknown): string =>
  JSON.stringify(value, null, 3).replaceAll(
    /[_c]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

describe('a JSON body', () => {
  it('has the flaws of its value, however it is written', () =>
    fc.assert(
      fc.property(json, (value) => {
        const expected = flawsOf(JSON.parse(JSON.stringify(value)));
        for (const written of [JSON.stringify(value), awkward(value)]) {
          const body = parseJsonBody(Buffer.from(written));
          expect(body.flaws).toEqual(expected);
          expect(JSON.stringify(body.value)).toBe(JSON.stringify(value));
        }
      }),
    ));

  it('is as deep as its value, and holds a null where its value does', () =>
    fc.assert(
      fc.property(json, (value) => {
        const scan = scanJson(Buffer.from(JSON.stringify(value)));
        expect(scan.depth).toBe(depthOf(value));
        expect(scan.hasNull).toBe(hasNull(value));
      }),
    ));

  it('never holds an infinite number unseen', () =>
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 330n }),
        fc.integer({ min: -400, max: 400 }),
        fc.boolean(),
        (digits, exponent, withExponent) => {
          const number = withExponent ? `${digits}.5e${exponent}` : `${digits}`;
          const { flaws } = parseJsonBody(Buffer.from(`{"a":[${number}]}`));
          const code = flaws[0]?.code;
          expect(code).toBe(Number.isFinite(Number(number)) ? undefined : 'number_out_of_range');
        },
      ),
    ));

  it('keeps its neighbours when a part is nested too deeply', () => {
    const deep = `${'['.repeat(JSON_DEPTH_MAX)}${']'.repeat(JSON_DEPTH_MAX)}`;
    const { value, flaws } = parseJsonBody(Buffer.from(`[1,${deep},2]`));
    expect(flaws.map(({ code }) => code)).toEqual(['nested_too_deeply']);
    expect(depthOf(value)).toBe(JSON_DEPTH_MAX);
    expect((value as unknown[])[2]).toBe(2);
  });

  it('names at most 100 flaws', () => {
    const many = `[${Array.from({ length: 1_000 }, () => '"\\u0000"').join()}]`;
    expect(parseJsonBody(Buffer.from(many)).flaws).toHaveLength(100);
  });
});

describe('canonical JSON', () => {
  it('is the same for the same content in any order of keys', () =>
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      }),
    ));

  it('differs for different content', () =>
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const same = canonicalJson(a) === canonicalJson(b);
        expect(same).toBe(JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)));
      }),
    ));
});

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

const hasNull = (value: unknown): boolean =>
  value === null || (typeof value === 'object' && Object.values(value).some(hasNull));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => [key, sorted(member)])
    .concat([['object', true]]);
}
