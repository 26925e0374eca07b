import { randomUUID } from 'node:crypto';
import { decimal, sum, wire } from '@kontor/money';
import { pollUntil, type Json } from '@kontor/testkit';
import {
  customerId,
  factsOf,
  openProjection,
  productId,
  vendorId,
  type EventOf,
  type Projection,
} from './facts';

let service: Projection;
beforeAll(async () => {
  service = await openProjection();
});
afterAll(() => service.stop());

/** Each story has a platform of its own. */
let platforms = 0;
function newPlatform() {
  platforms += 1;
  const platform = `acc_${platforms}`;
  const api = service.api.as(service.key(platform));
  const tell = (...events: EventOf[]): Promise<void> =>
    service.tell(...events.map((event) => ({ platform, ...event })));
  const costsOf = async (product: string, query = ''): Promise<string> =>
    (await api.read(`/products/${productId(product)}/stats${query}`)).total_costs;
  return { platform, api, tell, costsOf, read: (path: string): Promise<Json> => api.read(path) };
}

const worked = {
  fees: [{ asset: 'MIN', amount: '2', value: '0.2' }],
  costs: [{ amount: '0.16', category: 'inference' }],
} satisfies Partial<EventOf>;
const workedStats = {
  gross_revenue: '0.2',
  total_costs: '0.16',
  net_revenue: '0.04',
  margin: '0.2',
  currency: 'USD',
};

describe('stats', () => {
  it('are the same for the customer, the product and the subject of one event', async () => {
    const { tell, read } = newPlatform();
    const customer = customerId();
    await tell({ customer, subject: 'chat/1 ü', ...worked });
    expect(await read(`/customers/${customer}/stats`)).toEqual({ id: customer, ...workedStats });
    expect(await read(`/products/${productId('video')}/stats`)).toEqual({
      id: productId('video'),
      ...workedStats,
    });
    const subject = encodeURIComponent('chat/1 ü');
    for (const query of ['', `?customer_id=${customer}`, `?customer_external_id=${customer}`])
      expect(await read(`/subjects/${subject}/stats${query}`)).toEqual({
        subject: 'chat/1 ü',
        ...workedStats,
      });
    expect(await read(`/vendors/${vendorId('openai')}/stats`)).toEqual({
      id: vendorId('openai'),
      total_costs: '0.16',
      currency: 'USD',
      categories: [{ category: 'inference', cost: '0.16' }],
    });
  });

  it('are zero, without a margin, for what exists and did nothing', async () => {
    const { read } = newPlatform();
    const nothing = {
      gross_revenue: '0',
      total_costs: '0',
      net_revenue: '0',
      margin: null,
      currency: 'USD',
    };
    const customer = customerId();
    expect(await read(`/customers/${customer}/stats`)).toEqual({ id: customer, ...nothing });
    expect(await read(`/products/${productId('video')}/stats`)).toMatchObject(nothing);
    expect(await read(`/vendors/${vendorId('openai')}/stats`)).toMatchObject({
      total_costs: '0',
      categories: [],
    });
    expect(await read('/customers/stats')).toEqual({
      summary: nothing,
      period_from: null,
      period_to: null,
      items: [],
      total_count: 0,
      limit: 20,
      offset: 0,
    });
  });

  it('do not exist for what does not exist', async () => {
    const { api, tell } = newPlatform();
    await tell({ customer: customerId(), subject: 'mine', ...worked });
    for (const path of [
      '/customers/cust_unknown/stats',
      `/products/${productId('unknown')}/stats`,
      `/vendors/${vendorId('unknown')}/stats`,
      '/subjects/unknown/stats',
      '/subjects/mine/stats?customer_external_id=nobody',
      `/subjects/mine/stats?customer_id=${customerId()}`,
    ])
      expect({ path, status: (await api.get(path)).status }).toEqual({ path, status: 404 });
    expect((await newPlatform().api.get('/subjects/mine/stats')).status).toBe(404);
  });

  it('of a vendor stand under its categories, the dearest first, and can be asked for by one', async () => {
    const { tell, read } = newPlatform();
    await tell(
      {
        customer: customerId(),
        costs: [
          { amount: '1', category: 'tokens' },
          { amount: '3', category: 'images' },
          { amount: '2' },
          { amount: '7', currency: 'EUR', category: 'images' },
          { amount: '9', vendor: 'google' },
        ],
      },
      { customer: customerId(), costs: [{ amount: '0.5', category: 'tokens' }] },
    );
    expect(await read(`/vendors/${vendorId('openai')}/stats`)).toMatchObject({
      total_costs: '6.5',
      categories: [
        { category: 'images', cost: '3' },
        { category: null, cost: '2' },
        { category: 'tokens', cost: '1.5' },
      ],
      unconverted: [{ currency: 'EUR', revenue: '0', costs: '7' }],
    });
    expect(await read(`/vendors/${vendorId('openai')}/stats?category=tokens`)).toMatchObject({
      total_costs: '1.5',
      categories: [{ category: 'tokens', cost: '1.5' }],
    });
  });

  it('of a vendor list no category without costs, whatever the period', async () => {
    const { tell, read } = newPlatform();
    await tell({
      customer: customerId(),
      at: '2026-01-01T12:00:00Z',
      costs: [
        { amount: '1', category: 'tokens' },
        { amount: '0', category: 'images' },
      ],
    });
    for (const period of ['', 'period_from=2026-01-01', 'period_from=2026-01-01T11:00:00Z'])
      expect(await read(`/vendors/${vendorId('openai')}/stats?${period}`)).toMatchObject({
        categories: [{ category: 'tokens', cost: '1' }],
      });
  });

  it('hold sums and values far beyond the largest amount', async () => {
    const { tell, read, costsOf } = newPlatform();
    const customer = customerId();
    const gold = { amount: '999999999999999.999999999999', asset: 'GOLD', currency: 'GOLD' };
    const worth = '999999999999998000000000000001';
    await tell(
      { customer, subject: 'task', fees: [{ ...gold, value: worth }] },
      { customer, subject: 'task', costs: [gold, gold].map((c) => ({ ...c, converted: worth })) },
    );
    expect(await read(`/customers/${customer}/stats`)).toMatchObject({
      gross_revenue: worth,
      total_costs: '1999999999999996000000000000002',
      margin: '-1',
    });
    expect(await costsOf('video')).toBe('1999999999999996000000000000002');
    expect(await costsOf('video', '?period_from=2026-01-05T14:00:00Z')).toBe(
      '1999999999999996000000000000002',
    );
  });

  it('of a period count by the instant of the event, to the microsecond, days as a whole', async () => {
    const { tell, read } = newPlatform();
    const customer = customerId();
    const instants = [
      '2026-01-01T00:00:00Z',
      '2026-01-01T12:00:00.000001Z',
      '2026-01-01T23:59:59.999999Z',
      '2026-01-02T10:00:00Z',
      '2026-01-03T00:00:00Z',
      '2026-01-03T06:00:00Z',
    ];
    await tell(
      ...instants.map((at, index) => ({
        ...{ customer, at, subject: 'task' },
        fees: [{ amount: String(10 ** index) }],
        costs: [{ amount: String(2 * 10 ** index) }],
      })),
    );
    const expected: [string, string][] = [
      ['', '111111'],
      ['period_from=2026-01-02', '111000'],
      ['period_to=2026-01-01', '111'],
      ['period_from=2026-01-02&period_to=2026-01-02', '1000'],
      ['period_from=2026-01-01T12:00:00.000001Z', '111110'],
      ['period_from=2026-01-01T12:00:00.000002Z', '111100'],
      ['period_to=2026-01-03T00:00:00Z', '11111'],
      ['period_from=2026-01-01T01:00:00Z&period_to=2026-01-03T05:00:00%2B00:00', '11110'],
      ['period_from=2026-01-01T01:00:00Z&period_to=2026-01-01T13:00:00Z', '10'],
      ['period_from=2026-01-05', '0'],
    ];
    for (const [period, revenue] of expected) {
      const costs = wire(decimal(revenue).times(decimal('2')));
      const query = period && `?${period}`;
      for (const path of [
        `/customers/${customer}/stats`,
        `/products/${productId('video')}/stats`,
        '/subjects/task/stats',
        `/subjects/task/stats?customer_id=${customer}`,
      ]) {
        const url = path.includes('?') ? `${path}&${period}` : `${path}${query}`;
        expect({ url, ...(await read(url)) }).toMatchObject({
          url,
          gross_revenue: revenue,
          total_costs: costs,
        });
      }
      expect(await read(`/vendors/${vendorId('openai')}/stats${query}`)).toMatchObject({
        total_costs: costs,
      });
      const all = await read(`/customers/stats${query}`);
      expect(all.summary).toMatchObject({ gross_revenue: revenue, total_costs: costs });
      expect(all.total_count).toBe(revenue === '0' ? 0 : 1);
      if (revenue !== '0')
        expect(all.items[0].events).toBe(sum(revenue.split('').map(decimal)).toNumber());
    }
  });

  it('of all customers are sorted by revenue, cost or the worst margin, page by page', async () => {
    const { tell, read } = newPlatform();
    const [good, bad, free, idle] = [customerId(), customerId(), customerId(), customerId()];
    await tell(
      { customer: good, fees: [{ amount: '10' }], costs: [{ amount: '1' }] },
      { customer: bad, fees: [{ amount: '4' }], costs: [{ amount: '5' }] },
      { customer: free, costs: [{ amount: '2' }, { amount: '8', currency: 'EUR' }] },
      { customer: idle },
    );
    const order = async (query: string): Promise<string[]> =>
      (await read(`/customers/stats?${query}`)).items.map(({ id }: { id: string }) => id);
    expect((await order('order=revenue')).slice(0, 2)).toEqual([good, bad]);
    expect(await order('order=cost')).toEqual([bad, free, good, idle]);
    expect(await order('order=margin')).toEqual([free, bad, good, idle]);
    expect(await order('order=cost&limit=2&offset=1')).toEqual([free, good]);
    const page = await read('/customers/stats?order=margin&limit=1&period_from=2026-01-01');
    expect(page).toEqual({
      summary: {
        gross_revenue: '14',
        total_costs: '8',
        net_revenue: '6',
        margin: '0.4286',
        currency: 'USD',
        unconverted: [{ currency: 'EUR', revenue: '0', costs: '8' }],
      },
      period_from: '2026-01-01',
      period_to: null,
      items: [
        {
          id: free,
          external_id: `ext of ${free}`,
          name: `name of ${free}`,
          events: 1,
          stats: {
            gross_revenue: '0',
            total_costs: '2',
            net_revenue: '-2',
            margin: null,
            currency: 'USD',
            unconverted: [{ currency: 'EUR', revenue: '0', costs: '8' }],
          },
        },
      ],
      total_count: 4,
      limit: 1,
      offset: 0,
    });
  });

  it('never mix tenants', async () => {
    const one = newPlatform();
    const customer = customerId();
    await one.tell({ customer, ...worked }, { customer, mode: 'test', ...worked });
    await newPlatform().tell({ customer, ...worked });
    expect(await one.read(`/customers/${customer}/stats`)).toMatchObject(workedStats);
    expect((await one.read('/customers/stats')).summary).toEqual(workedStats);
    expect((await one.read('/events')).total_count).toBe(1);
  });
});

describe('costs of several products', () => {
  it('of one event are shared by the value of its fees, the remainder by fee id', async () => {
    const { tell, costsOf, read } = newPlatform();
    const customer = customerId();
    await tell({
      customer,
      fees: [
        { product: 'a', amount: '1' },
        { product: 'b', amount: '3' },
        { product: 'c', asset: 'GEM', amount: '5', value: null },
      ],
      costs: [{ amount: '0.1' }, { amount: '0.000000000001' }],
    });
    expect(await costsOf('a')).toBe('0.025');
    expect(await costsOf('b')).toBe('0.075000000001');
    expect(await costsOf('c')).toBe('0');
    expect((await read(`/customers/${customer}/stats`)).total_costs).toBe('0.100000000001');
  });

  it('are shared equally when no fee is worth anything', async () => {
    const { tell, costsOf } = newPlatform();
    await tell({
      customer: customerId(),
      fees: ['a', 'b', 'c'].map((product) => ({ product, amount: '0' })),
      costs: [{ amount: '1' }],
    });
    const parts = await Promise.all(['a', 'b', 'c'].map((product) => costsOf(product)));
    expect(wire(sum(parts.map(decimal)))).toBe('1');
    expect([...parts].sort()).toEqual(['0.333333333333', '0.333333333333', '0.333333333334']);
  });

  it('of a subject are shared over its fees, before, between and long after them', async () => {
    const { tell, costsOf } = newPlatform();
    const customer = customerId();
    const cost = (amount: string, at: string): EventOf => ({
      ...{ customer, subject: 'task', at },
      costs: [{ amount }],
    });
    await tell(cost('0.1', '2026-01-01T00:00:00Z'));
    expect(await costsOf('a')).toBe('0');
    await tell({ customer, subject: 'task', fees: [{ product: 'a', amount: '1' }] });
    expect(await costsOf('a')).toBe('0.1');
    await tell({ customer, subject: 'task', fees: [{ product: 'b', amount: '3' }] });
    await tell(cost('0.3', '2026-03-01T12:00:00Z'));
    expect(await costsOf('a')).toBe('0.1');
    expect(await costsOf('b')).toBe('0.3');
    // A shared cost counts in the period of its own instant.
    expect(await costsOf('a', '?period_to=2026-01-31')).toBe('0.025');
    expect(
      await costsOf('b', '?period_from=2026-03-01T11:00:00Z&period_to=2026-03-01T13:00:00Z'),
    ).toBe('0.225');
    expect(await costsOf('b', '?period_from=2026-03-01T13:00:00Z')).toBe('0');
  });

  it('never leave their customer or their subject', async () => {
    const { tell, costsOf, platform } = newPlatform();
    const [customer, other] = [customerId(), customerId()];
    await tell(
      { customer, subject: 'task', costs: [{ amount: '1' }] },
      { customer, costs: [{ amount: '2' }] },
      { customer: other, subject: 'task', fees: [{ product: 'a', amount: '1' }] },
      { customer, subject: 'other task', fees: [{ product: 'a', amount: '1' }] },
    );
    expect(await costsOf('a')).toBe('0');
    const [unborne] = await service.runtime.database.query<{ costs: string }>(
      `SELECT trim_scale(sum(costs))::text AS costs FROM product_day
       WHERE platform = $1 AND product_id = ''`,
      [platform],
    );
    expect(unborne?.costs).toBe('3');
  });

  it('of a busy subject are shared outside of the batches that bring its fees', async () => {
    const { tell, costsOf, platform } = newPlatform();
    const customer = customerId();
    const fee = (product: string): EventOf => ({
      ...{ customer, platform, subject: 'busy', id: randomUUID() },
      fees: [{ product, amount: '0.01' }],
    });
    const fees = Array.from({ length: 3_000 }, (_unused, at) => fee(at % 3 === 0 ? 'a' : 'b'));
    await tell({ customer, subject: 'busy', costs: [{ amount: '3' }] }, ...fees);
    await tell(fee('a'), fee('a'), fee('a'));
    expect(
      decimal(await costsOf('a'))
        .plus(decimal(await costsOf('b')))
        .toFixed(),
    ).toBe('3');
    await pollUntil(async () => {
      const rows = await service.runtime.database.query('SELECT FROM open_subject');
      return rows.length === 0;
    });
    const [shares] = await service.runtime.database.query<{ count: string }>(
      'SELECT count(*) AS count FROM subject_share WHERE platform = $1',
      [platform],
    );
    // A row a product, not a row a fee.
    expect(shares?.count).toBe('2');
    // 1003 of 3003 fees: 3 x 1003 / 3003 before the spare units.
    expect((await costsOf('a')).slice(0, 8)).toBe('1.001998');
  }, 60_000);
});

describe('a fact that cannot be applied', () => {
  it('is kept aside, and the others are not held up', async () => {
    const { tell, read, platform } = newPlatform();
    const [sound, broken] = [customerId(), customerId()];
    const bad = factsOf({ platform, customer: broken, fees: [{ amount: '1' }] });
    const [debit] = bad['wallet.posted.v1'];
    // The same debit twice: no owner writes that, and money must not be counted twice.
    await service.append('wallet.posted.v1', [debit!, debit!]);
    await tell({ platform, customer: sound, ...worked });
    expect(await read(`/customers/${sound}/stats`)).toMatchObject(workedStats);
    expect((await read(`/customers/${broken}/stats`)).gross_revenue).toBe('1');
    const letters = await service.api.read('/admin/profitability-projection/dead-letters');
    expect(letters.items).toEqual([
      expect.objectContaining({ key: broken, consumer: 'profitability-projection.wallet' }),
    ]);
  });
});
