import { product, type Product } from './product';
import type { ProductEvent } from './product-messages';
import { chooseVersion } from './version-choice';

const at = '2026-03-01T12:00:00.000000Z';
const productId = 'prp_1';
const drafted = (version: number): ProductEvent => ({
  type: 'ProductVersionDrafted',
  productId,
  code: 'calls',
  version,
  prices: [],
  at,
});
const noted = (
  type: 'ProductVersionPublished' | 'ProductDefaultChanged' | 'ProductVersionArchived',
  version: number,
): ProductEvent => ({ type, productId, version, at });
const sold = (...events: ProductEvent[]): Product =>
  [
    { type: 'ProductCreated', productId, code: 'calls', name: 'Calls', at } as const,
    drafted(1),
    ...events,
  ].reduce<Product | undefined>(product.evolve, undefined)!;

const onSale = [noted('ProductVersionPublished', 1), noted('ProductDefaultChanged', 1)];

describe('the version that a subscription means', () => {
  it('is the default unless it is said', () => {
    for (const reference of [{ id: productId }, { code: 'calls' }, { code: 'calls', version: 1 }])
      expect(chooseVersion(reference, sold(...onSale))).toMatchObject({
        ok: true,
        product: { productId, code: 'calls', version: 1 },
      });
  });

  it.each([
    ['unknown_product code', { code: 'nobody' }, undefined],
    ['unknown_product id', { id: 'prp_2', version: 1 }, undefined],
    ['product_mismatch code', { id: productId, code: 'other' }, sold(...onSale)],
    [
      'product_not_offered id',
      { id: productId },
      sold(...onSale, { type: 'ProductArchived', productId, at }),
    ],
    ['product_not_published ', { code: 'calls' }, sold()],
    ['product_not_published version', { code: 'calls', version: 'default' as const }, sold()],
    ['version_not_published version', { code: 'calls', version: 1 }, sold()],
    ['unknown_version version', { code: 'calls', version: 9 }, sold(...onSale)],
    [
      'version_not_offered version',
      { code: 'calls', version: 1 },
      sold(...onSale, noted('ProductVersionArchived', 1)),
    ],
  ])('is refused: %s', (expected, reference, found) => {
    const chosen = chooseVersion(reference, found);
    expect(!chosen.ok && `${chosen.rejection.code} ${chosen.rejection.place.join('/')}`).toBe(
      expected,
    );
  });
});
