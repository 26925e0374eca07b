/** What bad input gets: each its status, its code and its place; and nothing is half done. */
import type { Json } from '@kontor/testkit';
import { openWorld, price, product, sold, type World } from './catalog-world';

let world: World;
/** A published product with a customer who holds it, and a product that is only a draft. */
let shop: { product: Json; draft: Json; customer: Json };

beforeAll(async () => {
  world = await openWorld();
  const made = await sold(world.api, { code: 'held' });
  const customer = await world.api.create('/customers', {
    name: 'X',
    external_id: 'taken',
    subscriptions: [{ products: [{ code: 'held' }] }],
  });
  const draft = await sold(world.api, { code: 'draft', publish: false });
  shop = { product: made, draft, customer };
});
afterAll(() => world.service.stop());

interface Case {
  readonly name: string;
  readonly path: string;
  readonly body?: Json;
  readonly raw?: string;
  readonly method?: 'post' | 'patch';
  readonly status: number;
  readonly code: string;
  /** Of the first error, with its code when that differs from the whole answer's. */
  readonly at?: readonly [pointer: string, code: string];
}

async function check(cases: readonly Case[]): Promise<void> {
  const head = await world.head();
  for (const { name, path, body, raw, method = 'post', status, code, at } of cases) {
    const options = raw === undefined ? {} : { raw };
    const answer = await world.api[method](path, body, options);
    const first = answer.body.errors?.[0];
    expect({ name, status: answer.status, code: answer.body.code }).toEqual({ name, status, code });
    if (at) expect({ name, at: [first?.pointer, first?.code] }).toEqual({ name, at });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  }
  expect(await world.head()).toBe(head);
}

const inPrice = (changes: Json): Json => product({ prices: [price(changes)] });
const usage = (changes: Json): Json => ({ event_type: 'e', usage_type: 'unit', ...changes });
const values = (...list: Json[]): Json => [{ asset: 'USD', values: list }];
const wrong = (name: string, body: Json, at: readonly [string, string]): Case => ({
  name,
  path: '/products',
  body,
  status: 422,
  code: at[1] === 'not_supported' ? 'not_supported' : 'invalid_request',
  at,
});

describe('a product is refused', () => {
  const byDimension = (declared: Json, ...rows: Json[]): Json =>
    inPrice({
      usage_calculation: usage({ billable_dimensions: declared }),
      pricing: values(...rows),
    });
  const block = (dimensions: Json, value: Json = { unit_price: 1 }): Json => ({
    dimensions,
    values: [value],
  });

  it('for what its prices say', () =>
    check([
      wrong('no prices', product({ prices: [] }), ['/prices', 'too_small']),
      wrong('101 prices', product({ prices: Array.from({ length: 101 }, () => price()) }), [
        '/prices',
        'too_big',
      ]),
      wrong('a negative price', inPrice({ pricing: values({ unit_price: -0.01 }) }), [
        '/prices/0/pricing/0/values/0/unit_price',
        'out_of_range',
      ]),
      wrong('an imprecise price', inPrice({ pricing: values({ unit_price: 0.1 + 0.2 }) }), [
        '/prices/0/pricing/0/values/0/unit_price',
        'amount_imprecise',
      ]),
      wrong('a price finer than an amount', inPrice({ pricing: values({ unit_price: 1e-13 }) }), [
        '/prices/0/pricing/0/values/0/unit_price',
        'amount_too_fine',
      ]),
      wrong('an endless price', inPrice({ pricing: values({ unit_price: '1000000000000000' }) }), [
        '/prices/0/pricing/0/values/0/unit_price',
        'amount_out_of_range',
      ]),
      wrong('a unit without its price', inPrice({ pricing: values({}) }), [
        '/prices/0/pricing/0/values/0/unit_price',
        'required',
      ]),
      wrong(
        'an amount that is never charged',
        inPrice({ pricing: values({ unit_price: 1, volume_rate: 1 }) }),
        ['/prices/0/pricing/0/values/0/volume_rate', 'does_not_apply'],
      ),
      wrong(
        'volume without its field',
        inPrice({
          usage_calculation: usage({ usage_type: 'volume' }),
          pricing: values({ volume_rate: 1 }),
        }),
        ['/prices/0/usage_calculation/volume_field', 'required'],
      ),
      wrong(
        'an empty package',
        inPrice({
          usage_calculation: usage({ usage_type: 'volume', volume_field: 'n' }),
          pricing: values({ volume_rate: 1, package_size: 0 }),
        }),
        ['/prices/0/pricing/0/values/0/package_size', 'out_of_range'],
      ),
      wrong(
        'a field path with a hole',
        inPrice({ usage_calculation: usage({ volume_field: 'a..b' }) }),
        ['/prices/0/usage_calculation/volume_field', 'invalid_field_path'],
      ),
      wrong(
        'an asset of nowhere',
        inPrice({ pricing: [{ asset: 'NOPE', values: [{ unit_price: 1 }] }] }),
        ['/prices/0/pricing/0/asset', 'unknown_asset'],
      ),
      wrong(
        'an asset twice',
        inPrice({ pricing: [...values({ unit_price: 1 }), ...values({ unit_price: 2 })] }),
        ['/prices/0/pricing/1/asset', 'duplicate_asset'],
      ),
      wrong('no usage calculation', inPrice({ usage_calculation: undefined }), [
        '/prices/0/usage_calculation',
        'required',
      ]),
      wrong("another product's price", product({ prices: [price({ id: 'prc_other' })] }), [
        '/prices/0/id',
        'unknown_price',
      ]),
      {
        ...wrong('an unknown field', inPrice({ colour: 'red' }), [
          '/prices/0/colour',
          'unknown_field',
        ]),
        code: 'unknown_field',
      },
    ]));

  it('for rows that could tie, whatever their order and spelling', () =>
    check([
      wrong(
        'the same row twice',
        byDimension(['speed'], block({ speed: 'fast' }), block({ speed: 'fast' })),
        ['/prices/0/pricing/0/values/1', 'dimensions_tie'],
      ),
      wrong(
        'left out and `*`',
        byDimension(['a', 'b'], block({ a: 'x' }), block({ b: '*', a: 'x' })),
        ['/prices/0/pricing/0/values/1', 'dimensions_tie'],
      ),
      wrong('a plain value and all `*`', byDimension(['a'], block({ a: '*' }), { unit_price: 1 }), [
        '/prices/0/pricing/0/values/1',
        'dimensions_tie',
      ]),
      wrong('a number and its text', byDimension(['a'], block({ a: 5 }), block({ a: '5' })), [
        '/prices/0/pricing/0/values/1',
        'dimensions_tie',
      ]),
      wrong('a dimension that is not declared', byDimension(['a'], block({ b: 'x' })), [
        '/prices/0/pricing/0/values/0/dimensions/b',
        'dimension_not_declared',
      ]),
      wrong('a dimension declared twice', byDimension(['a', 'a'], block({ a: 'x' })), [
        '/prices/0/usage_calculation/billable_dimensions/1',
        'duplicate_dimension',
      ]),
    ]));

  it('by name for what comes later', () => {
    const later = (name: string, body: Json, pointer: string): Case =>
      wrong(name, body, [pointer, 'not_supported']);
    const value = '/prices/0/pricing/0/values/0';
    return check([
      later('fixed', inPrice({ type: 'fixed', usage_calculation: undefined }), '/prices/0/type'),
      later(
        'recurring',
        inPrice({ billing_model: { type: 'recurring', recurring: { interval: 'month' } } }),
        '/prices/0/billing_model/type',
      ),
      later(
        'one_time',
        inPrice({ billing_model: { type: 'one_time' } }),
        '/prices/0/billing_model/type',
      ),
      later('tiered', inPrice({ pricing_model: 'tiered' }), '/prices/0/pricing_model'),
      later('tiering', inPrice({ tiering: { basis: 'unit' } }), '/prices/0/tiering'),
      later('collection', inPrice({ collection: { type: 'balance' } }), '/prices/0/collection'),
      later(
        'funding',
        inPrice({ funding_destination: { address: 'x' } }),
        '/prices/0/funding_destination',
      ),
      later('up_to', inPrice({ pricing: values({ unit_price: 1, up_to: 5 }) }), `${value}/up_to`),
      later(
        'min_amount',
        inPrice({ pricing: values({ unit_price: 1, min_amount: 5 }) }),
        `${value}/min_amount`,
      ),
      later(
        'max_amount',
        inPrice({ pricing: values({ unit_price: 1, max_amount: 5 }) }),
        `${value}/max_amount`,
      ),
      later(
        'two values',
        inPrice({ pricing: values({ unit_price: 1 }, { unit_price: 2 }) }),
        '/prices/0/pricing/0/values/1',
      ),
      later(
        'two values in a block',
        byDimension(['a'], {
          dimensions: { a: 'x' },
          values: [{ unit_price: 1 }, { unit_price: 2 }],
        }),
        `${value}/values/1`,
      ),
      later(
        'custom',
        inPrice({ usage_calculation: usage({ usage_type: 'custom' }) }),
        '/prices/0/usage_calculation/usage_type',
      ),
      later(
        'max',
        inPrice({ usage_calculation: usage({ unit_aggregation: 'max' }) }),
        '/prices/0/usage_calculation/unit_aggregation',
      ),
      later(
        'avg',
        inPrice({ usage_calculation: usage({ volume_aggregation: 'avg' }) }),
        '/prices/0/usage_calculation/volume_aggregation',
      ),
      later('entitlements', product({ entitlements: [{ name: 'x' }] }), '/entitlements'),
    ]);
  });

  it('for its size', async () => {
    const rows = Array.from({ length: 5_000 }, (_, index) => block({ a: `value ${index}` }));
    await check([
      {
        name: 'over 200 KiB',
        path: '/products',
        body: byDimension(['a'], ...rows),
        status: 413,
        code: 'request_too_large',
      },
    ]);
  });

  it('with every mistake at once', async () => {
    const body = product({
      prices: [price({ pricing: values({ unit_price: -1 }) }), price({ id: 'prc_x' })],
    });
    const { body: problem } = await world.api.post('/products', body);
    expect(problem.errors.map(({ pointer }: Json) => pointer)).toEqual([
      '/prices/1/id',
      '/prices/0/pricing/0/values/0/unit_price',
    ]);
  });

  it('and accepted with what says nothing new', async () => {
    const prices = [
      price({
        pricing_model: 'flat',
        usage_calculation: usage({ unit_aggregation: 'count', volume_aggregation: 'sum' }),
      }),
    ];
    const { id } = await sold(world.api, { prices, entitlements: [], description: null });
    const { prices: back } = await world.api.read(`/products/${id}/1`);
    expect(back[0]).toMatchObject({
      pricing_model: 'flat',
      usage_calculation: { unit_aggregation: 'count', volume_aggregation: 'sum' },
    });
  });
});

describe('a customer is refused', () => {
  const customer = (changes: Json, at: readonly [string, string], code = at[1]): Case => ({
    name: JSON.stringify(changes).slice(0, 80),
    path: '/customers',
    body: { name: 'X', ...changes },
    status: 422,
    code,
    at,
  });
  const withProduct = (reference: Json): Json => ({ subscriptions: [{ products: [reference] }] });
  const first = '/subscriptions/0/products/0';

  it('for what it says, with the place', () =>
    check([
      customer(withProduct({ code: 'nobody_sells_this' }), [`${first}/code`, 'unknown_product']),
      customer(withProduct({ id: 'prp_nobody' }), [`${first}/id`, 'unknown_product']),
      customer(withProduct({ code: 'draft' }), [first, 'product_not_published']),
      customer(withProduct({ code: 'draft', version: 'default' }), [
        `${first}/version`,
        'product_not_published',
      ]),
      customer(withProduct({ code: 'draft', version: 1 }), [
        `${first}/version`,
        'version_not_published',
      ]),
      customer(withProduct({ code: 'held', version: 2 }), [`${first}/version`, 'unknown_version']),
      customer(
        {
          subscriptions: [
            {
              products: [{ code: 'held' }],
              starts_at: '2026-05-01T00:00:00Z',
              renews_at: '2026-04-01T00:00:00Z',
            },
          ],
        },
        ['/subscriptions/0/renews_at', 'renews_before_start'],
      ),
      customer({ external_accounts: [{ provider: 'stripe' }] }, [
        '/external_accounts',
        'not_supported',
      ]),
      customer({ email: 'nowhere' }, ['/email', 'invalid_email'], 'invalid_request'),
      customer({ name: '' }, ['/name', 'too_small'], 'invalid_request'),
      customer({ name: 'x'.repeat(256) }, ['/name', 'too_long'], 'invalid_request'),
      customer(
        { metadata: { x: 'y'.repeat(5_000) } },
        ['/metadata', 'too_large'],
        'invalid_request',
      ),
      customer(
        { subscriptions: [{ products: [] }] },
        ['/subscriptions/0/products', 'too_small'],
        'invalid_request',
      ),
      customer(
        { subscriptions: [{ products: [{ code: 'held' }], starts_at: 'soon' }] },
        ['/subscriptions/0/starts_at', 'invalid_instant'],
        'invalid_request',
      ),
      customer({ nickname: 'x' }, ['/nickname', 'unknown_field']),
      {
        name: 'an external id of another',
        path: '/customers',
        body: { name: 'X', external_id: 'taken' },
        status: 409,
        code: 'external_id_taken',
        at: ['/external_id', 'external_id_taken'],
      },
    ]));

  it('for ids in the path that nobody has', async () => {
    const { customer: known } = shop;
    const missing = (method: 'post' | 'patch', path: string, body: Json): Case => ({
      name: path,
      method,
      path,
      body,
      status: 404,
      code: 'not_found',
    });
    const subscription = { products: [{ code: 'draft' }] };
    await check([
      missing('patch', '/customers/cust_nobody', { name: 'X' }),
      missing('patch', '/customers/ext_nobody', { external_id: 'taken' }),
      missing('post', '/customers/cust_nobody/subscriptions', subscription),
      missing('patch', `/customers/${known.id}/subscriptions/sub_x`, { status: 'active' }),
      missing('patch', `/customers/${known.id}/subscriptions/sub_x/products/prp_x`, { version: 1 }),
      missing('post', '/products/prp_x', { prices: [price()] }),
      missing('patch', '/products/prp_x/1', { publish: true }),
      missing('patch', `/products/${shop.product.id}/7`, { publish: true }),
      missing('patch', `/products/${shop.product.id}/01`, { publish: true }),
      missing('post', '/assets/NOPE/rates', { source: 'USD', rate: 1 }),
      missing('post', '/assets/NOPE/quote', { source: 'USD', amount: 1 }),
    ]);
    for (const path of ['/customers/cust_x/personal-data', '/products/prp_x', '/products/prp_x/1'])
      expect((await world.api.delete(path)).status).toBe(404);
  });
});

describe('an asset is refused', () => {
  const asset = (changes: Json, at: readonly [string, string]): Case => ({
    name: JSON.stringify(changes),
    path: '/assets',
    body: { code: 'GOLD', name: 'Gold', ...changes },
    status: 422,
    code: 'invalid_request',
    at,
  });

  it('for what it says, with the place', () =>
    check([
      asset({ precision: 13 }, ['/precision', 'too_big']),
      asset({ precision: 1.5 }, ['/precision', 'invalid_type']),
      asset({ symbol: 'ab' }, ['/symbol', 'not_one_character']),
      asset({ symbol: '' }, ['/symbol', 'not_one_character']),
      asset({ code: 'no spaces' }, ['/code', 'invalid_format']),
      asset({ rates: [{ source: 'USD' }] }, ['/rates/0', 'rate_or_inverse_rate']),
      asset({ rates: [{ source: 'USD', rate: 1, inverse_rate: 1 }] }, [
        '/rates/0',
        'rate_or_inverse_rate',
      ]),
      asset({ rates: [{ source: 'USD', rate: 0 }] }, ['/rates/0/rate', 'out_of_range']),
      asset({ rates: [{ source: 'USD', inverse_rate: -1 }] }, [
        '/rates/0/inverse_rate',
        'out_of_range',
      ]),
      asset({ rates: [{ source: 'SEA', rate: 1 }] }, ['/rates/0/source', 'unknown_currency']),
      asset(
        {
          rates: [
            { source: 'USD', rate: 1 },
            { source: 'USD', rate: 2 },
          ],
        },
        ['/rates/1', 'duplicate_rate'],
      ),
      asset(
        {
          rates: [
            {
              source: 'USD',
              rate: 1,
              valid_from: '2026-02-01T00:00:00Z',
              valid_to: '2026-01-01T00:00:00Z',
            },
          ],
        },
        ['/rates/0/valid_to', 'ends_before_start'],
      ),
    ]));
});

describe('a request is refused', () => {
  it('when its text is no good', () =>
    check([
      { name: 'cut', path: '/customers', raw: '{"name":', status: 400, code: 'malformed_json' },
      {
        name: 'a NUL',
        path: '/customers',
        raw: '{"name":"a\\u0000b"}',
        status: 422,
        code: 'invalid_request',
        at: ['/name', 'nul_character'],
      },
      {
        name: 'a prototype',
        path: '/products',
        raw: JSON.stringify(product()).replace('"USD"', '{"__proto__":1}'),
        status: 422,
        code: 'invalid_request',
      },
      {
        name: 'half a character',
        path: '/customers',
        raw: '{"name":"\\ud800"}',
        status: 422,
        code: 'invalid_request',
        at: ['/name', 'lone_surrogate'],
      },
    ]));

  it('without the scope', async () => {
    const reader = world.as('acc_test', 'live', ['read']);
    for (const path of ['/customers', '/products', '/assets'])
      expect((await reader.post(path, {})).status).toBe(403);
    expect((await reader.get('/customers')).status).toBe(200);
    expect((await world.as('acc_test', 'live', ['write']).get('/assets')).status).toBe(403);
  });

  it('for query parameters that nobody knows', async () => {
    const answer = await world.api.get('/products?colour=red');
    expect([answer.status, answer.body.code]).toEqual([422, 'unknown_parameter']);
  });
});
