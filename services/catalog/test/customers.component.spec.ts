/** Customers and subscriptions over HTTP, on real PostgreSQL. */
import { isId } from '@kontor/contracts';
import type { Json } from '@kontor/testkit';
import { openWorld, position, price, product, sold, unique, type World } from './catalog-world';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.service.stop());

const DAY_MS = 86_400_000;
const factsAbout = async (customerId: string): Promise<Json[]> =>
  (await world.facts()).filter((fact) => 'customerId' in fact && fact.customerId === customerId);

describe('a customer', () => {
  it('is created with its subscriptions and found by both of its ids', async () => {
    const { id: productId, code } = await sold(world.api);
    const externalId = unique('acme/zürich 100%');
    const answer = await world.api.post('/customers', {
      name: 'Acme Corp',
      external_id: externalId,
      email: 'billing@acme.example',
      metadata: { tier: 'gold', seats: 3, nothing: null },
      subscriptions: [{ products: [{ code }] }],
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^cust_/),
      name: 'Acme Corp',
      external_id: externalId,
      created_at: '2026-03-01T12:00:00.000000Z',
      subscriptions: [
        {
          id: expect.stringMatching(/^sub_/),
          status: 'active',
          started_at: '2026-03-01T12:00:00.000000Z',
          renews_at: null,
          products: [{ id: productId, code, version: 1 }],
        },
      ],
    });
    expect(isId('cust', answer.body.id)).toBe(true);
    expect(position(answer)).toBe(await world.head());

    const details = await world.api.read(`/customers/${answer.body.id}`);
    expect(details).toMatchObject({
      email: 'billing@acme.example',
      metadata: { tier: 'gold', seats: 3, nothing: null },
      active_subscription_count: 1,
      subscriptions: answer.body.subscriptions,
    });
    const encoded = encodeURIComponent(`ext_${externalId}`);
    expect(await world.api.read(`/customers/${encoded}`)).toEqual(details);
  });

  it('is changed in part; what is left out stays', async () => {
    const externalId = unique('before');
    const { id } = await world.api.create('/customers', {
      name: 'Before',
      external_id: externalId,
      email: 'a@example.org',
    });
    const renamed = unique('after');
    const answer = await world.api.patch(`/customers/ext_${externalId}`, {
      name: 'After',
      external_id: renamed,
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id, name: 'After', external_id: renamed });
    expect(answer.body.email).toBe('a@example.org');
    expect((await world.api.get(`/customers/ext_${externalId}`)).status).toBe(404);
    const nothing = await world.api.patch(`/customers/${id}`, {});
    expect(nothing.status).toBe(200);
    expect(position(nothing)).toBe(await world.head());
    await world.api.create('/customers', { name: 'Takes it over', external_id: externalId });
  });

  it('is found by name, e-mail, ids and status', async () => {
    const shop = world.as('acc_filters');
    const { code } = await sold(shop);
    const subscriptions = [{ products: [{ code }] }];
    const make = (body: Json): Promise<Json> => shop.create('/customers', body);
    const ada = await make({ name: 'Ada LOVELACE', email: 'Ada@Example.org', subscriptions });
    const bob = await make({ name: 'Bob', external_id: 'bob' });
    const eve = await make({
      name: 'Eve',
      subscriptions: [{ ...subscriptions[0], starts_at: '2027-01-01T00:00:00Z' }],
    });
    const found = async (query: string): Promise<string[]> => {
      const { items, total_count: total } = await shop.read(`/customers?${query}`);
      expect(total).toBe(items.length);
      return items.map(({ id }: Json) => id);
    };
    expect(await found('')).toEqual([eve.id, bob.id, ada.id]);
    expect(await found('name=ada%20lovelace')).toEqual([ada.id]);
    expect(await found('email=ADA@example.ORG')).toEqual([ada.id]);
    expect(await found('external_id=bob')).toEqual([bob.id]);
    expect(await found('customer_id=ext_bob')).toEqual([bob.id]);
    expect(await found('customer_external_id=bob')).toEqual([bob.id]);
    expect(await found('customer_external_id=bob&external_id=other')).toEqual([]);
    expect(await found(`customer_id=${eve.id}`)).toEqual([eve.id]);
    expect(await found('status=active')).toEqual([ada.id]);
    expect(await found('status=scheduled')).toEqual([eve.id]);
    expect(await found('status=inactive')).toEqual([eve.id, bob.id]);
    expect(await found('name=Ada%20Lovelace&status=inactive')).toEqual([]);
  });

  it('can have what names a person erased, for good', async () => {
    const key = { headers: { 'idempotency-key': unique('once') } };
    const body = {
      name: 'Grace Hopper',
      email: 'grace@example.org',
      metadata: { note: 'Amazing Grace' },
    };
    const created = await world.api.post('/customers', body, key);
    const { id } = created.body;
    await world.api.patch(`/customers/${id}`, { name: 'Grace B. Hopper' });
    expect((await world.api.delete(`/customers/${id}/personal-data`)).status).toBe(204);
    expect((await world.api.delete(`/customers/${id}/personal-data`)).status).toBe(204);

    const details = await world.api.read(`/customers/${id}`);
    expect(details).toMatchObject({ id, name: null, email: null, metadata: {} });
    const repeated = await world.api.post('/customers', body, key);
    expect([repeated.status, repeated.body]).toEqual([201, { ...created.body, name: null }]);

    const text = JSON.stringify(await everyRow());
    for (const trace of ['Hopper', 'hopper', 'grace@', 'Amazing'])
      expect(text).not.toContain(trace);
    const types = (await factsAbout(id)).map(({ type }) => type);
    expect(types).toEqual([
      'catalog.customer-created',
      'catalog.customer-details-changed',
      'catalog.customer-personal-data-erased',
    ]);
    await world.api.patch(`/customers/${id}`, { name: 'Someone' });
    expect((await world.api.read(`/customers/${id}`)).name).toBe('Someone');
  });

  it('never has a name, an address or metadata in a fact', async () => {
    const secret = 'Zebulon';
    const { id } = await world.api.create('/customers', {
      name: secret,
      email: `${secret}@example.org`,
      metadata: { [secret]: secret },
    });
    await world.api.patch(`/customers/${id}`, { name: `${secret} II` });
    expect(JSON.stringify(await world.facts())).not.toContain(secret);
  });

  /** Each row of each table of the service, as JSON. */
  async function everyRow(): Promise<unknown[]> {
    const { database } = world.service.runtime;
    const tables = await database.query<{ table_name: string }>(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'catalog'",
    );
    const rows: unknown[] = [];
    for (const { table_name: table } of tables)
      rows.push(...(await database.query(`SELECT * FROM ${table}`)));
    return rows;
  }
});

describe('a subscription', () => {
  const subscribed = async (subscription: Json): Promise<Json> => {
    const { code } = await sold(world.api);
    const customer = await world.api.create('/customers', {
      name: 'X',
      subscriptions: [{ products: [{ code }], ...subscription }],
    });
    return { customer: customer.id, code, ...customer.subscriptions[0] };
  };
  const actsFrom = async (customer: string): Promise<(string | null)[]> =>
    (await factsAbout(customer)).flatMap((fact) => ('actsFrom' in fact ? [fact.actsFrom] : []));

  it('that is the first without a start also covers everything before; the next does not', async () => {
    const { customer } = await subscribed({});
    const { code } = await sold(world.api);
    await world.api.create(`/customers/${customer}/subscriptions`, { products: [{ code }] });
    expect(await actsFrom(customer)).toEqual([null, '2026-03-01T12:00:00.000000Z']);
  });

  it('may start in the past or in the future', async () => {
    const past = await subscribed({ starts_at: '2020-01-01T01:00:00+01:00' });
    expect([past.status, past.started_at]).toEqual(['active', '2020-01-01T00:00:00.000000Z']);
    expect(await actsFrom(past.customer)).toEqual(['2020-01-01T00:00:00.000000Z']);

    const future = await subscribed({ starts_at: '2026-03-02T12:00:00Z' });
    expect(future.status).toBe('scheduled');
    world.clock.advance(DAY_MS);
    const later = await world.api.read(`/customers/${future.customer}`);
    expect(later.subscriptions[0].status).toBe('active');
  });

  it('is ended and taken up again; doing what is done already succeeds', async () => {
    const { customer, id, code } = await subscribed({});
    const path = `/customers/${customer}/subscriptions/${id}`;
    const set = async (status: string): Promise<Json> => {
      const answer = await world.api.patch(path, { status });
      return [answer.status, answer.body.status ?? answer.body.code];
    };
    expect(await set('active')).toEqual([200, 'active']);
    expect(await set('inactive')).toEqual([200, 'inactive']);
    expect(await set('inactive')).toEqual([200, 'inactive']);
    // What is not held can be subscribed to anew; then the old one can't come back beside it.
    await world.api.create(`/customers/${customer}/subscriptions`, { products: [{ code }] });
    const answer = await world.api.patch(path, { status: 'active' });
    expect([answer.status, answer.body.code]).toEqual([409, 'already_subscribed']);
    const types = (await factsAbout(customer)).map(({ type }) => type);
    expect(types).toEqual([
      'catalog.customer-created',
      'catalog.subscription-created',
      'catalog.subscription-deactivated',
      'catalog.subscription-created',
    ]);
  });

  it('is refused when the product is held already, and nothing is half done', async () => {
    const { customer, code } = await subscribed({});
    const other = await sold(world.api);
    const answer = await world.api.post(`/customers/${customer}/subscriptions`, {
      products: [{ code: other.code }, { code }],
    });
    expect([answer.status, answer.body.code]).toEqual([409, 'already_subscribed']);
    expect(answer.body.errors[0].pointer).toBe('/products/1');
    expect((await world.api.read(`/customers/${customer}`)).subscriptions).toHaveLength(1);

    const head = await world.head();
    const twice = await world.api.post('/customers', {
      name: 'Y',
      subscriptions: [{ products: [{ code }] }, { products: [{ code }] }],
    });
    expect([twice.status, twice.body.errors[0].pointer]).toEqual([
      409,
      '/subscriptions/1/products/0',
    ]);
    expect(await world.head()).toBe(head);
  });

  it('moves to another version only when it is told to', async () => {
    const { customer, id, products } = await subscribed({});
    const productId = products[0].id;
    await world.api.create(`/products/${productId}`, { prices: [price()], publish: true });
    await world.api.patch(`/products/${productId}/2`, { make_default: true });
    await world.api.create(`/products/${productId}`, { prices: [price()] });
    const path = `/customers/${customer}/subscriptions/${id}/products/${productId}`;
    const moved = async (version: unknown): Promise<Json> => {
      const { status, body } = await world.api.patch(path, { version });
      return [status, body.products?.[0].version ?? body.errors[0]];
    };
    expect((await world.api.read(`/customers/${customer}`)).subscriptions[0].products).toEqual([
      expect.objectContaining({ version: 1 }),
    ]);
    expect(await moved('default')).toEqual([200, 2]);
    expect(await moved('1')).toEqual([200, 1]);
    expect(await moved(3)).toEqual([
      422,
      expect.objectContaining({ pointer: '/version', code: 'version_not_published' }),
    ]);
    expect(await moved(4)).toEqual([
      422,
      expect.objectContaining({ pointer: '/version', code: 'unknown_version' }),
    ]);
    const elsewhere = path.replace(productId, 'prp_other');
    expect((await world.api.patch(elsewhere, { version: 1 })).status).toBe(404);
  });

  it('is refused beyond 100 price lines for an event type', async () => {
    const lines = (count: number): Json => ({
      prices: Array.from({ length: count }, () => price()),
    });
    const [sixty, forty, one] = [
      await sold(world.api, lines(60)),
      await sold(world.api, lines(40)),
      await sold(world.api, lines(1)),
    ];
    const { id } = await world.api.create('/customers', {
      name: 'Full',
      subscriptions: [{ products: [{ code: sixty.code }, { id: forty.id }] }],
    });
    const answer = await world.api.post(`/customers/${id}/subscriptions`, {
      products: [{ code: one.code }],
    });
    expect([answer.status, answer.body.code]).toEqual([422, 'too_many_prices']);
    expect(answer.body.errors[0].pointer).toBe('/products');
  });

  it('names a product by id, by code, or by both of the same', async () => {
    const [first, second] = [await sold(world.api), await sold(world.api)];
    const post = (reference: Json): Promise<Json> =>
      world.api.post('/customers', { name: 'X', subscriptions: [{ products: [reference] }] });
    expect((await post({ id: first.id, code: first.code, version: 1 })).status).toBe(201);
    const mixed = await post({ id: first.id, code: second.code });
    expect([mixed.status, mixed.body.code]).toEqual([422, 'product_mismatch']);
    expect((await post({ version: 1 })).body.errors[0]).toMatchObject({
      pointer: '/subscriptions/0/products/0',
      code: 'required',
    });
  });

  it('tells the log which versions it has', async () => {
    const { customer, id, products } = await subscribed({
      starts_at: '2026-01-01T00:00:00Z',
      renews_at: '2026-12-01T00:00:00Z',
    });
    expect((await factsAbout(customer))[1]).toEqual({
      type: 'catalog.subscription-created',
      platform: 'acc_test',
      mode: 'live',
      key: 'acc_test',
      customerId: customer,
      subscriptionId: id,
      products: [{ productId: products[0].id, code: products[0].code, version: 1 }],
      actsFrom: '2026-01-01T00:00:00.000000Z',
      startsAt: '2026-01-01T00:00:00.000000Z',
      renewsAt: '2026-12-01T00:00:00.000000Z',
      createdAt: world.clock.now(),
    });
  });

  it('keeps a code for ever, so a product made later under another code is another one', async () => {
    const { code } = await sold(world.api);
    expect((await world.api.post('/products', product({ code }))).status).toBe(409);
  });
});
