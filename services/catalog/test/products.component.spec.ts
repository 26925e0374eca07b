/** Products over HTTP, on real PostgreSQL. */
import type { Json } from '@kontor/testkit';
import { openWorld, position, price, product, sold, unique, type World } from './catalog-world';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.service.stop());

const minutes = (name: string, speed: string, rate: number): Json => ({
  name: `Video Generation Minutes (${name})`,
  dimensions: { speed },
  values: [{ volume_rate: rate }],
});

const glitchVideoAdvanced = {
  name: 'Glitch Video Advanced',
  code: 'glitch_video_adv',
  prices: [
    {
      name: 'Video Generation Compute',
      type: 'usage_based',
      billing_model: { type: 'real_time' },
      usage_calculation: {
        event_type: 'video_generated',
        usage_type: 'unit_and_volume',
        volume_field: 'minutes',
        source_reference_field: 'video_id',
        billable_dimensions: ['speed'],
      },
      pricing: [
        {
          asset: 'USD',
          values: [
            minutes('Fast', 'fast', 1),
            minutes('Regular', 'regular', 0.4),
            minutes('Default', '*', 0.4),
          ],
        },
      ],
    },
  ],
  publish: true,
};

describe('a product priced by dimension', () => {
  it('is created as the reference prints it, and comes back as it was sent', async () => {
    const answer = await world.api.post('/products', glitchVideoAdvanced);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      id: expect.stringMatching(/^prp_[0-9a-hjkmnp-tv-z]{26}$/),
      code: 'glitch_video_adv',
      version: 1,
      status: 'published',
      is_default: true,
    });
    expect(position(answer)).toBe(await world.head());

    const read = await world.api.plain().read(`/products/${answer.body.id}`);
    const [sent] = glitchVideoAdvanced.prices;
    expect(read.default_version).toEqual({
      version: 1,
      prices: [{ id: expect.stringMatching(/^prc_/), ...sent }],
      entitlements: [],
    });
    expect(read.versions).toEqual([
      { version: 1, created_at: '2026-03-01T12:00:00.000000Z', status: 'published' },
    ]);
  });

  it('keeps digits that a double would lose, when they are sent as text', async () => {
    const values = [{ unit_price: '0.000000000001' }, { unit_price: '123456789012345.5' }];
    const prices = values.map((value) => price({ pricing: [{ asset: 'USD', values: [value] }] }));
    const { id } = await sold(world.api, { prices });
    const raw = await fetch(`${world.service.url}/products/${id}/1`, {
      headers: { authorization: `Bearer ${world.api.key}` },
    });
    const text = await raw.text();
    expect(text).toContain('"unit_price":0.000000000001}');
    expect(text).toContain('"unit_price":123456789012345.5}');
  });

  it('tells the log its prices in normal form', async () => {
    const dimensions = { hd: true, rate: 5 };
    const { id } = await sold(world.api, {
      prices: [
        price({
          usage_calculation: {
            event_type: 'clip',
            usage_type: 'unit',
            billable_dimensions: ['hd', 'rate'],
          },
          pricing: [{ asset: 'usd', values: [{ dimensions, values: [{ unit_price: '0.50' }] }] }],
        }),
      ],
    });
    const drafted = (await world.facts()).find(
      (fact) => fact.type === 'catalog.product-version-drafted' && fact.productId === id,
    );
    expect(drafted).toMatchObject({
      key: 'acc_test',
      version: 1,
      prices: [
        {
          eventType: 'clip',
          usageType: 'unit',
          billableDimensions: ['hd', 'rate'],
          pricing: [
            {
              asset: 'USD',
              blocks: [{ dimensions: { hd: 'true', rate: '5' }, value: { unitPrice: '0.5' } }],
            },
          ],
        },
      ],
    });
  });
});

describe('versions of a product', () => {
  it('are drafts until they are published; the first published one is the default', async () => {
    const { id, status, is_default: isDefault } = await sold(world.api, { publish: false });
    expect([status, isDefault]).toEqual(['draft', false]);
    expect((await world.api.read(`/products/${id}`)).default_version).toBeNull();
    expect((await world.api.get(`/products/${id}/default`)).status).toBe(404);

    const published = await world.api.patch(`/products/${id}/1`, { publish: true });
    expect(published.status).toBe(200);
    expect(published.body).toMatchObject({ version: 1, status: 'published', is_default: true });
    expect((await world.api.read(`/products/${id}/default`)).version).toBe(1);

    const again = await world.api.patch(`/products/${id}/1`, { publish: true, make_default: true });
    expect(again.status).toBe(200);
    expect(position(again)).toBe(await world.head());
  });

  it('follow each other without becoming the default by themselves', async () => {
    const { id } = await sold(world.api);
    const first = await world.api.read(`/products/${id}/1`);
    const repeated = price({ id: first.prices[0].id, name: 'Requests, dearer' });
    const next = await world.api.post(`/products/${id}`, { prices: [repeated], publish: true });
    expect(next.status).toBe(201);
    expect(next.body).toMatchObject({ id, version: 2, status: 'published', is_default: false });
    expect((await world.api.read(`/products/${id}/2`)).prices[0].id).toBe(first.prices[0].id);

    const moved = await world.api.patch(`/products/${id}/2`, { make_default: true });
    expect(moved.body).toMatchObject({ version: 2, is_default: true });
    const details = await world.api.read(`/products/${id}`);
    expect(details.default_version.version).toBe(2);
    expect(details.versions.map(({ version }: Json) => version)).toEqual([2, 1]);
  });

  it('are never taken back: a draft is no default, a published one no draft', async () => {
    const { id } = await sold(world.api);
    await world.api.create(`/products/${id}`, { prices: [price()] });
    const refused = async (version: number, body: Json): Promise<Json> => {
      const answer = await world.api.patch(`/products/${id}/${version}`, body);
      return [answer.status, answer.body.code];
    };
    expect(await refused(2, { make_default: true })).toEqual([409, 'version_is_draft']);
    expect(await refused(1, { publish: false })).toEqual([409, 'version_published']);
    expect(await refused(1, { make_default: false })).toEqual([409, 'version_is_default']);
    expect((await world.api.patch(`/products/${id}/2`, { publish: false })).status).toBe(200);
  });

  it('are archived one by one, or with their product; subscribers keep theirs', async () => {
    const { id, code } = await sold(world.api);
    const customer = await world.api.create('/customers', {
      name: 'Keeps it',
      subscriptions: [{ products: [{ code }] }],
    });
    await world.api.create(`/products/${id}`, { prices: [price()], publish: true });
    expect((await world.api.delete(`/products/${id}/1`)).status).toBe(204);
    expect((await world.api.delete(`/products/${id}/1`)).status).toBe(204);
    const details = await world.api.read(`/products/${id}`);
    expect(details.default_version).toBeNull();
    expect(details.versions.map(({ status }: Json) => status)).toEqual(['published', 'archived']);

    expect((await world.api.delete(`/products/${id}`)).status).toBe(204);
    expect((await world.api.delete(`/products/${id}`)).status).toBe(204);
    expect((await world.api.read(`/products?code=${code}`)).total_count).toBe(0);
    const kept = await world.api.read(`/customers/${customer.id}`);
    expect(kept.subscriptions[0]).toMatchObject({
      status: 'active',
      products: [{ id, code, version: 1 }],
    });
    const next = await world.api.post(`/products/${id}`, { prices: [price()] });
    expect([next.status, next.body.code]).toEqual([409, 'product_archived']);
    const taken = await world.api.post('/products', product({ code }));
    expect([taken.status, taken.body.code]).toEqual([409, 'code_taken']);
  });
});

describe('lists', () => {
  it('show products newest first, page by page, also while new ones are made', async () => {
    const shop = world.as('acc_lists');
    const codes: string[] = [];
    for (let index = 0; index < 5; index += 1) codes.unshift((await sold(shop)).code);
    const first = await shop.read('/products?limit=2');
    expect(first).toMatchObject({ total_count: 5, limit: 2, offset: 0 });
    await sold(shop);
    const second = await shop.read(`/products?limit=2&cursor=${first.next_cursor}`);
    const third = await shop.read(`/products?limit=2&cursor=${second.next_cursor}`);
    expect(third.next_cursor).toBeNull();
    const seen = [first, second, third].flatMap(({ items }) =>
      items.map((item: Json) => item.code),
    );
    expect(seen).toEqual(codes);
    expect((await shop.read('/products?limit=2&offset=5')).items).toHaveLength(1);
  });

  it('refuse the cursor of another list', async () => {
    const shop = world.as('acc_cursors');
    for (let index = 0; index < 2; index += 1) await sold(shop);
    const { next_cursor: cursor } = await shop.read('/products?limit=1');
    const answer = await shop.get(`/customers?cursor=${cursor}`);
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid_cursor']);
  });

  it('show the subscribers of a product with the version that each holds', async () => {
    const { id, code } = await sold(world.api);
    const externalId = unique('subscriber');
    const created = await world.api.create('/customers', {
      name: 'Ada',
      email: 'ada@example.org',
      external_id: externalId,
      subscriptions: [{ products: [{ code }], starts_at: '2026-04-01T00:00:00Z' }],
    });
    const { items, total_count: total } = await world.api.read(`/products/${id}/subscribers`);
    expect(total).toBe(1);
    expect(items[0]).toEqual({
      customer_id: created.id,
      customer_name: 'Ada',
      external_id: externalId,
      email: 'ada@example.org',
      subscription_id: created.subscriptions[0].id,
      subscription_status: 'scheduled',
      started_at: '2026-04-01T00:00:00.000000Z',
      renews_at: null,
      product_rate_plan_id: id,
      version: 1,
    });
    expect((await world.api.get('/products/prp_nobody/subscribers')).status).toBe(404);
  });
});
