import fc from 'fast-check';
import { z } from 'zod';
import { zAssetCode, zExactAmount, zInstant, zMetadata, zName, zUuid } from './atoms';
import { MISS, quickly } from './quick-parse';
import { strictly } from './strict-schema';

const schema = z.object({
  id: zUuid.optional(),
  name: zName,
  account: zName.default('default'),
  asset: zAssetCode.optional(),
  amount: zExactAmount.refine((amount) => amount.gt('0')).optional(),
  seconds: z.int().min(1).max(600).default(60),
  ratio: z.number().optional(),
  final: z.boolean().optional(),
  at: zInstant.optional(),
  trimmed: z.string().trim().max(5).optional(),
  inner: z.object({ text: z.string().min(2), more: zName.optional() }).optional(),
  kind: z.enum(['a', 'b']).optional(),
  list: z.array(z.number()).optional(),
  metadata: zMetadata.optional(),
});
const strict = strictly(schema);
const quick = quickly(schema);

const right = {
  id: fc.uuid().map((id) => id.toUpperCase()),
  name: fc.string({ minLength: 1, maxLength: 300 }),
  account: fc.constantFrom('default', 'bonus'),
  asset: fc.constantFrom('usd', 'EUR', 'tok.x'),
  amount: fc.oneof(fc.constantFrom('1.50', '0.000001', 3, 0.1), fc.integer(), fc.double()),
  seconds: fc.oneof(fc.integer({ min: -1, max: 700 }), fc.double()),
  ratio: fc.double(),
  final: fc.boolean(),
  at: fc.constantFrom('2026-01-05T14:32:18+02:00', '2026-13-05T14:32:18Z'),
  trimmed: fc.constantFrom(' abc ', 'abcdef', ''),
  inner: fc.record({ text: fc.string({ maxLength: 4 }), more: fc.string() }, { requiredKeys: [] }),
};
const other = {
  kind: fc.constantFrom('a', 'c'),
  list: fc.array(fc.integer(), { maxLength: 2 }),
  metadata: fc.dictionary(fc.string(), fc.jsonValue()),
  surprise: fc.jsonValue(),
};

describe('the short way through a schema', () => {
  it('makes what zod makes, and nothing where zod finds something wrong', () => {
    const odd = fc.record(
      Object.fromEntries(
        Object.entries({ ...right, ...other }).map(([key, value]) => [
          key,
          fc.oneof({ weight: 8, arbitrary: value as fc.Arbitrary<unknown> }, fc.jsonValue()),
        ]),
      ),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: odd }, fc.jsonValue()), (input) => {
        const made = quick(input);
        if (made === MISS) return;
        const parsed = strict.safeParse(input);
        expect(parsed.success).toBe(true);
        expect(made).toStrictEqual(parsed.data);
        expect(Object.keys(made as object)).toEqual(Object.keys(parsed.data as object));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is taken by every body that is right and holds nothing unusual', () => {
    fc.assert(
      fc.property(fc.record(right, { requiredKeys: ['name'] }), (input) => {
        expect(quick(input) !== MISS).toBe(strict.safeParse(input).success);
      }),
      { numRuns: 1_000 },
    );
  });
});
