/**
 * Many at once: duplicates, repeated keys, tenants beside each other, one bad request among good
 * ones, and what other services ask.
 */
import { newId } from '@kontor/contracts';
import { CommandIds } from '@kontor/event-log';
import { type Json, pollUntil } from '@kontor/testkit';
import { PostgresCatalogStore } from '../src/adapters/postgres/postgres-catalog-store';
import { CatalogCommands } from '../src/app/catalog-commands';
import { createCustomer } from '../src/app/customer-use-cases';
import { openWorld, position, price, product, sold, unique, type World } from './catalog-world';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.service.stop());

const COPIES = 20;
const atOnce = (send: (index: number) => Promise<Json>): Promise<Json[]> =>
  Promise.all(Array.from({ length: COPIES }, (_, index) => send(index)));
const statuses = (answers: Json[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const key = `${status} ${body.code ?? ''}`.trim();
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
};

describe('of requests for the same thing at the same time', () => {
  it('one customer gets an external id', async () => {
    const externalId = unique('same');
    const answers = await atOnce((index) =>
      world.api.post('/customers', { name: `X ${index}`, external_id: externalId }),
    );
    expect(statuses(answers)).toEqual({ '201': 1, '409 external_id_taken': COPIES - 1 });
    expect((await world.api.read(`/customers?external_id=${externalId}`)).total_count).toBe(1);
  });

  it('one product and one asset get a code', async () => {
    const code = unique('same');
    const products = await atOnce(() => world.api.post('/products', product({ code })));
    expect(products.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(products.filter(({ body }) => body.code === 'code_taken')).toHaveLength(COPIES - 1);
    const assets = await atOnce((index) =>
      world.api.post('/assets', { code: index % 2 ? 'Same' : 'SAME', name: 'Same' }),
    );
    expect(assets.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  it('one version gets each number, and one subscription a product', async () => {
    const { id, code } = await sold(world.api);
    const versions = await atOnce(() => world.api.post(`/products/${id}`, { prices: [price()] }));
    const numbers = versions.map(({ body }) => body.version).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: COPIES }, (_, index) => index + 2));

    const { id: customer } = await world.api.create('/customers', { name: 'X' });
    const subscriptions = await atOnce(() =>
      world.api.post(`/customers/${customer}/subscriptions`, { products: [{ code }] }),
    );
    expect(subscriptions.filter(({ status }) => status === 201)).toHaveLength(1);
    expect((await world.api.read(`/customers/${customer}`)).subscriptions).toHaveLength(1);
  });

  it('one wins, also when two instances decide', async () => {
    const { database, log, clock } = world.service.runtime;
    const other = new CatalogCommands({
      store: new PostgresCatalogStore(database, log, new CommandIds()),
      now: () => clock.now(),
      newId,
      nextTurn: setImmediate,
    });
    const externalId = unique('instances');
    const useCase = createCustomer({ externalId, details: { name: 'X' }, subscriptions: [] });
    const tenant = { platform: 'acc_test', mode: 'live' as const };
    const wins = await Promise.all(
      Array.from({ length: COPIES }, async (_, index) => {
        if (index % 2 === 0)
          return (await world.api.post('/customers', { name: 'X', external_id: externalId }))
            .status;
        const answer = other.submit({ tenant, useCase, bytes: 1 });
        return answer.then(
          () => 201,
          (error: Error) => error.message,
        );
      }),
    );
    await other.stop();
    expect(wins.filter((answer) => answer === 201)).toHaveLength(1);
    expect(new Set(wins)).toEqual(new Set([201, 409, 'external_id_taken']));
  });

  it('two customers may pass an external id on, in whatever batch they land', async () => {
    const [first, second] = [unique('pass'), unique('pass')];
    const { id } = await world.api.create('/customers', { name: 'A', external_id: first });
    const [renamed, taken] = await Promise.all([
      world.api.patch(`/customers/${id}`, { external_id: second }),
      world.api.post('/customers', { name: 'B', external_id: first }),
    ]);
    expect(renamed.status).toBe(200);
    expect([201, 409]).toContain(taken.status);
  });
});

describe('a repeated Idempotency-Key', () => {
  const withKey = (key: string): { headers: Record<string, string> } => ({
    headers: { 'idempotency-key': key },
  });

  it('gets the first answer and its position again, also at the same time', async () => {
    const key = withKey(unique('key'));
    const body = { name: 'Once', external_id: unique('once') };
    const answers = await atOnce(() => world.api.post('/customers', body, key));
    expect(statuses(answers)).toEqual({ '201': COPIES });
    const [first] = answers;
    const later = await world.api.post('/customers', body, key);
    for (const answer of [...answers, later]) {
      expect(answer.body).toEqual(first.body);
      expect(position(answer)).toBe(position(first));
    }
    expect((await world.api.read(`/customers?external_id=${body.external_id}`)).total_count).toBe(
      1,
    );
  });

  it('keeps each answer: of a product, a version, a subscription, an asset, a rate', async () => {
    const twice = async (path: string, body: Json): Promise<Json> => {
      const key = withKey(unique('key'));
      const first = await world.api.post(path, body, key);
      const second = await world.api.post(path, body, key);
      expect(first.status).toBe(201);
      expect([second.status, second.body]).toEqual([201, first.body]);
      return first.body;
    };
    const made = await twice('/products', product());
    await twice(`/products/${made.id}`, { prices: [price()], publish: true });
    const customer = await twice('/customers', { name: 'X' });
    await twice(`/customers/${customer.id}/subscriptions`, { products: [{ id: made.id }] });
    await twice('/assets', { code: 'KEPT', name: 'Kept' });
    await twice('/assets/KEPT/rates', { source: 'USD', rate: '0.10' });
  });

  it('is refused with another body, on another path, but not after a refusal', async () => {
    const key = withKey(unique('key'));
    const refused = await world.api.post('/customers', { name: '' }, key);
    expect(refused.status).toBe(422);
    const taken = unique('taken');
    await world.api.create('/customers', { name: 'T', external_id: taken });
    const conflict = await world.api.post('/customers', { name: 'X', external_id: taken }, key);
    expect(conflict.status).toBe(409);
    await world.api.post('/customers', { name: 'X' }, key);
    const other = await world.api.post('/customers', { name: 'Y' }, key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    const elsewhere = await world.api.post('/assets', { code: 'OTHER', name: 'X' }, key);
    expect([elsewhere.status, elsewhere.body.code]).toEqual([422, 'idempotency_key_reused']);
    expect((await world.api.get('/assets/OTHER')).status).toBe(404);
  });

  it('means nothing to another tenant', async () => {
    const key = withKey(unique('key'));
    const mine = await world.api.post('/customers', { name: 'Mine' }, key);
    const theirs = await world.as('acc_other').post('/customers', { name: 'Theirs' }, key);
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.body.id).not.toBe(mine.body.id);
  });
});

describe('platforms and modes', () => {
  it('never see each other, whatever they try', async () => {
    const code = unique('shared');
    const tenants = [world.as('acc_one'), world.as('acc_one', 'test'), world.as('acc_two')];
    const made = await Promise.all(
      tenants.map(async (api) => ({
        api,
        product: await api.create('/products', product({ code })),
        customer: await api.create('/customers', {
          name: 'X',
          external_id: 'shared',
          subscriptions: [],
        }),
        asset: await api.create('/assets', { code: 'SHARED', name: 'X' }),
      })),
    );
    for (const { api, customer, product: own } of made) {
      const others = made.filter((other) => other.api !== api);
      for (const other of others) {
        expect((await api.get(`/customers/${other.customer.id}`)).status).toBe(404);
        expect((await api.get(`/products/${other.product.id}`)).status).toBe(404);
        expect((await api.get(`/products/${other.product.id}/subscribers`)).status).toBe(404);
        expect((await api.delete(`/products/${other.product.id}`)).status).toBe(404);
        const path = `/customers/${customer.id}/subscriptions`;
        const foreign = await api.post(path, { products: [{ id: other.product.id }] });
        expect([foreign.status, foreign.body.code]).toEqual([422, 'unknown_product']);
        expect((await api.delete(`/customers/${other.customer.id}/personal-data`)).status).toBe(
          404,
        );
      }
      expect((await api.read('/customers/ext_shared')).id).toBe(customer.id);
      expect((await api.read(`/products?code=${code}`)).items[0].id).toBe(own.id);
      expect((await api.read('/products')).total_count).toBe(1);
      expect((await api.read('/assets')).total_count).toBe(1);
    }
  });
});

describe('one batch', () => {
  it('honours the good requests beside one whose fact would be too large', async () => {
    // Numbers grow when they are written out: 200 KiB of request, more than 256 KiB of fact.
    const rows = Array.from({ length: 3_500 }, (_, index) => ({
      dimensions: { a: `${index}` },
      values: [{ unit_price: 1e14 }],
    }));
    const large = product({
      prices: [
        price({
          usage_calculation: { event_type: 'e', usage_type: 'unit', billable_dimensions: ['a'] },
          pricing: [{ asset: 'USD', values: rows }],
        }),
      ],
    });
    const text = JSON.stringify(large).replaceAll('100000000000000', '1e14');
    const [refused, ...others] = await Promise.all([
      world.api.post('/products', undefined, { raw: text }),
      ...Array.from({ length: 5 }, () => world.api.post('/customers', { name: 'Beside it' })),
    ]);
    expect([refused?.status, refused?.body.code]).toEqual([413, 'request_too_large']);
    expect(statuses(others)).toEqual({ '201': 5 });
  });

  it('shows what waits and how much a commit carries', async () => {
    await world.api.create('/customers', { name: 'Counted' });
    const { body } = await world.api.as(undefined).get<string>('/metrics');
    expect(body).toContain('kontor_queue_bytes{queue="commands",service="catalog"} 0');
    expect(body).toMatch(
      /kontor_commit_batch_commands_count\{service="catalog",queue="commands"\} [1-9]/,
    );
  });

  it('of 300 customers is written in records of the log, in order', async () => {
    const shop = world.as('acc_many');
    const before = await world.head();
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        shop.post('/customers', { name: `C ${index}`, external_id: `${index}` }),
      ),
    );
    expect(statuses(answers)).toEqual({ '201': 300 });
    const records = (await world.head()) - before;
    expect(records).toBeLessThan(300);
    const last = Math.max(...answers.map(position));
    expect(last).toBe(before + records);
  });

  it('answers 503 when its connection is lost, and goes on after that', async () => {
    const { database } = world.service.runtime;
    const blocker = await database.connect();
    try {
      await blocker.query('BEGIN');
      await blocker.query("SELECT FROM log_head WHERE topic = 'catalog.v1' FOR UPDATE");
      const waiting = world.api.post('/customers', { name: 'Waits' });
      await pollUntil(async () => {
        const [row] = await database.query<{ ended: boolean }>(
          `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
           WHERE wait_event_type = 'Lock' AND datname = current_database() LIMIT 1`,
        );
        return row?.ended;
      });
      const answer = await waiting;
      expect([answer.status, answer.body.code]).toEqual([503, 'database_unavailable']);
      expect(answer.headers.get('retry-after')).toBe('1');
    } finally {
      await blocker.close();
    }
    expect((await world.api.post('/customers', { name: 'Goes on' })).status).toBe(201);
  });
});

describe('other services ask', () => {
  const tenant = { platform: 'acc_test', mode: 'live' as const };

  it('who a customer is and how new what they hear of it is', async () => {
    const { internal } = world.service.runtime;
    const externalId = unique('asked');
    const first = await world.api.post('/customers', { name: 'Asked', external_id: externalId });
    const { code } = await sold(world.api);
    const subscription = await world.api.post(`/customers/${first.body.id}/subscriptions`, {
      products: [{ code }],
    });
    await sold(world.api);
    const answer = await internal.call('catalog.resolve-customers', tenant, {
      customerIds: [first.body.id, 'cust_nobody'],
      externalIds: [externalId, 'nobody'],
    });
    expect(answer).toEqual({
      head: await world.head(),
      customers: [{ customerId: first.body.id, externalId, position: position(subscription) }],
    });
    const stranger = { ...tenant, mode: 'test' as const };
    const elsewhere = await internal.call('catalog.resolve-customers', stranger, {
      customerIds: [first.body.id],
      externalIds: [externalId],
    });
    expect(elsewhere.customers).toEqual([]);
    const described = await internal.call('catalog.describe-customers', tenant, {
      customerIds: [first.body.id],
    });
    expect(described.customers).toEqual([{ customerId: first.body.id, externalId, name: 'Asked' }]);
  });

  it('which assets exist, in any case', async () => {
    await world.api.create('/assets', { code: 'ASKED', name: 'X' });
    const codes = ['usd', 'asked', 'NOPE'];
    expect(
      await world.service.runtime.internal.call('catalog.find-assets', tenant, { codes }),
    ).toEqual({ codes: ['usd', 'asked'] });
  });

  it('what assets are worth at an instant, as the platform gave the rate', async () => {
    await world.api.create('/assets', {
      code: 'WORTH',
      name: 'X',
      rates: [
        { source: 'USD', rate: 0.5, valid_from: '2026-01-01T00:00:00Z' },
        { source: 'USD', inverse_rate: 3, valid_from: '2026-02-01T00:00:00Z' },
        { source: 'EUR', rate: 9 },
      ],
    });
    const ratesAt = async (at: string, mode: 'live' | 'test' = 'live') => {
      const question = { assets: ['WORTH', 'NOPE', 'EUR'], source: 'USD', at };
      const { rates } = await world.service.runtime.internal.call(
        'catalog.find-rates',
        { ...tenant, mode },
        question,
      );
      return rates;
    };
    expect(await ratesAt('2026-01-31T00:00:00.000000Z')).toEqual([
      { asset: 'WORTH', rate: '0.5', inverseRate: null },
    ]);
    expect(await ratesAt('2026-02-01T00:00:00.000000Z')).toEqual([
      { asset: 'WORTH', rate: null, inverseRate: '3' },
    ]);
    expect(await ratesAt('2026-02-01T00:00:00.000000Z', 'test')).toEqual([]);
  });
});
