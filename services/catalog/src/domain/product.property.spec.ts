/**
 * Method: up to 40 random commands on one product; after each one the state is looked at.
 */
import fc from 'fast-check';
import { product, type Product } from './product';
import type { ProductCommand, ProductEvent, VersionDraft } from './product-messages';

const at = '2026-03-01T12:00:00.000000Z';
let ids = 0;
const version = (publish: boolean): VersionDraft => ({
  prices: [
    {
      name: 'Calls',
      type: 'usage_based',
      billingType: 'real_time',
      usage: { eventType: 'call', usageType: 'unit' },
      pricing: [{ asset: 'USD', rows: [{ values: [{ unitPrice: '1', later: [] }] }] }],
      later: [],
    },
  ],
  newPriceIds: [`prc_${(ids += 1)}`],
  assets: new Set(['USD']),
  publish,
});

const choice = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant('default' as const));
const wish = fc.option(fc.boolean(), { nil: undefined });
const command: fc.Arbitrary<ProductCommand> = fc.oneof(
  fc
    .boolean()
    .map((publish): ProductCommand => ({ type: 'DraftVersion', version: version(publish), at })),
  fc
    .record({ version: choice, publish: wish, makeDefault: wish })
    .map((change): ProductCommand => ({ type: 'ChangeVersion', ...change, at })),
  choice.map((number): ProductCommand => ({ type: 'ArchiveVersion', version: number, at })),
  { weight: 1, arbitrary: fc.constant<ProductCommand>({ type: 'ArchiveProduct', at }) },
);

const RANK = { draft: 0, published: 1, archived: 2 };

const statuses = (state: Product): Map<number, number> =>
  new Map([...state.versions].map(([number, { status }]) => [number, RANK[status]]));

describe('product: after any history', () => {
  it('versions are numbered without gaps, only go forward, and the default is published', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(command, { maxLength: 40 }), (publish, commands) => {
        const create: ProductCommand = {
          type: 'CreateProduct',
          productId: 'prp_1',
          code: 'calls',
          name: 'Calls',
          version: version(publish),
          at,
        };
        let state: Product | undefined;
        for (const next of [create, ...commands]) {
          const before: Map<number, number> = state ? statuses(state) : new Map();
          const decision = product.decide(next, state);
          const events: readonly ProductEvent[] =
            decision.outcome === 'accepted' ? decision.events : [];
          state = events.reduce(product.evolve, state)!;
          expect([...state.versions.keys()]).toEqual(
            Array.from({ length: state.versions.size }, (_, index) => index + 1),
          );
          const after = statuses(state);
          for (const [number, rank] of before)
            expect(after.get(number)).toBeGreaterThanOrEqual(rank);
          if (state.defaultVersion !== undefined)
            expect(state.versions.get(state.defaultVersion)?.status).toBe('published');
          // The same command again changes nothing more, unless it makes a version.
          if (next.type === 'DraftVersion' || next.type === 'CreateProduct') continue;
          const again = product.decide(next, state);
          // `default` may mean another version by now.
          const sameVersion = !('version' in next) || next.version !== 'default';
          if (sameVersion && again.outcome === 'accepted') expect(again.events).toEqual([]);
        }
      }),
    );
  });
});
