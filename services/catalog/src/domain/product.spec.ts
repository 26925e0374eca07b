import { specFor } from '@kontor/event-sourcing/testing';
import type { Price, PriceDraft } from './price';
import { product } from './product';
import type { ProductCommand, ProductEvent, VersionDraft } from './product-messages';

const { given } = specFor(product);

const at = '2026-03-01T12:00:00.000000Z';
const productId = 'prp_1';
const draft: PriceDraft = {
  name: 'Calls',
  type: 'usage_based',
  billingType: 'real_time',
  usage: { eventType: 'call', usageType: 'unit' },
  pricing: [{ asset: 'USD', rows: [{ values: [{ unitPrice: '1', later: [] }] }] }],
  later: [],
};
const price = (id: string): Price => ({
  id,
  name: 'Calls',
  usage: { eventType: 'call', usageType: 'unit' },
  pricing: [{ asset: 'USD', rows: [{ value: { unitPrice: '1' } }] }],
});
const version = (changes: Partial<VersionDraft> = {}): VersionDraft => ({
  prices: [draft],
  newPriceIds: ['prc_new'],
  assets: new Set(['USD']),
  publish: false,
  ...changes,
});

// Commands.
const create = (publish = false): ProductCommand => ({
  type: 'CreateProduct',
  productId,
  code: 'calls',
  name: 'Calls',
  version: version({ publish }),
  at,
});
const next = (changes: Partial<VersionDraft> = {}): ProductCommand => ({
  type: 'DraftVersion',
  version: version(changes),
  at,
});
const change = (
  number: number | 'default',
  wish: { publish?: boolean; makeDefault?: boolean },
): ProductCommand => ({ type: 'ChangeVersion', version: number, ...wish, at });
const archive = (number?: number): ProductCommand =>
  number === undefined
    ? { type: 'ArchiveProduct', at }
    : { type: 'ArchiveVersion', version: number, at };

// Events.
const created: ProductEvent = {
  type: 'ProductCreated',
  productId,
  code: 'calls',
  name: 'Calls',
  at,
};
const drafted = (number: number, id = 'prc_new'): ProductEvent => ({
  type: 'ProductVersionDrafted',
  productId,
  code: 'calls',
  version: number,
  prices: [price(id)],
  at,
});
const published = (number: number): ProductEvent => ({
  type: 'ProductVersionPublished',
  productId,
  version: number,
  at,
});
const standing = (number: number): ProductEvent => ({
  type: 'ProductDefaultChanged',
  productId,
  version: number,
  at,
});
const gone = (number: number): ProductEvent => ({
  type: 'ProductVersionArchived',
  productId,
  version: number,
  at,
});
const ended: ProductEvent = { type: 'ProductArchived', productId, at };
const sold = [created, drafted(1, 'prc_1'), published(1), standing(1)];

describe('product: its first version', () => {
  it('is a draft', () => given().when(create()).then(created, drafted(1)));
  it('is the default when it is published at once', () =>
    given().when(create(true)).then(created, drafted(1), published(1), standing(1)));
  it('is the default when it is published later', () =>
    given(created, drafted(1))
      .when(change(1, { publish: true }))
      .then(published(1), standing(1)));
  it('is the default once, also when both are asked for', () =>
    given(created, drafted(1))
      .when(change(1, { publish: true, makeDefault: true }))
      .then(published(1), standing(1)));
});

describe('product: its next version', () => {
  it('has the next number and is not the default by itself', () =>
    given(...sold)
      .when(next({ publish: true }))
      .then(drafted(2), published(2)));
  it('is the default when there is none', () =>
    given(...sold, gone(1))
      .when(next({ publish: true }))
      .then(drafted(2), published(2), standing(2)));
  it('may repeat the id of a price', () =>
    given(...sold)
      .when(next({ prices: [{ ...draft, id: 'prc_1' }] }))
      .then(drafted(2, 'prc_1')));
  it('is refused with all that is wrong in its prices', () =>
    given(...sold)
      .when(next({ prices: [] }))
      .thenRejected({
        code: 'invalid',
        issues: [
          { path: ['prices'], code: 'out_of_range', detail: 'A product has 1 to 100 prices.' },
        ],
      }));
});

describe('product: a change', () => {
  it('of the default names the version', () =>
    given(...sold, drafted(2), published(2))
      .when(change(2, { makeDefault: true }))
      .then(standing(2)));
  it('publishes and makes the default in one', () =>
    given(...sold, drafted(2))
      .when(change(2, { publish: true, makeDefault: true }))
      .then(published(2), standing(2)));
  it('may name the default', () =>
    given(...sold)
      .when(change('default', { publish: true }))
      .thenNothing());
  it.each([{ publish: true }, { makeDefault: true }, { publish: true, makeDefault: true }, {}])(
    'to what is so already does nothing: %j',
    (wish) =>
      given(...sold)
        .when(change(1, wish))
        .thenNothing(),
  );
  it('to what is not so anyway does nothing', () =>
    given(...sold, drafted(2))
      .when(change(2, { publish: false, makeDefault: false }))
      .thenNothing());
  it('never takes a published version back', () =>
    given(...sold)
      .when(change(1, { publish: false }))
      .thenRejected({ code: 'version_published' }));
  it('never leaves the default empty', () =>
    given(...sold)
      .when(change(1, { makeDefault: false }))
      .thenRejected({ code: 'version_is_default' }));
  it('never makes a draft the default', () =>
    given(...sold, drafted(2))
      .when(change(2, { makeDefault: true }))
      .thenRejected({ code: 'version_is_draft' }));
  it('never brings an archived version back', () =>
    given(...sold, gone(1))
      .when(change(1, { publish: true }))
      .thenRejected({ code: 'version_archived' }));
  it('needs a version that is there', () => {
    given(...sold)
      .when(change(2, { publish: true }))
      .thenRejected({ code: 'version_not_found' });
    given(created, drafted(1))
      .when(change('default', { publish: true }))
      .thenRejected({ code: 'version_not_found' });
  });
});

describe('product: archiving', () => {
  it('takes a version out of sale, once', () => {
    given(...sold)
      .when(archive(1))
      .then(gone(1));
    given(...sold, gone(1))
      .when(archive(1))
      .thenNothing();
  });
  it('takes all of it out of sale, once', () => {
    given(...sold, drafted(2))
      .when(archive())
      .then(ended);
    given(...sold, ended)
      .when(archive())
      .thenNothing();
    given(...sold, ended)
      .when(archive(1))
      .thenNothing();
  });
  it('is the end of new versions', () =>
    given(...sold, ended)
      .when(next())
      .thenRejected({ code: 'product_archived' }));
  it('needs a product', () => given().when(archive()).thenRejected({ code: 'product_not_found' }));
});
