import { randomUUID } from 'node:crypto';
import { pollUntil } from '@kontor/testkit';
import { customerId, factsOf, openProjection, productId, vendorId, type Projection } from './facts';

let service: Projection;
beforeAll(async () => {
  service = await openProjection();
});
afterAll(() => service.stop());

const read = (path: string) => service.api.read(path);

describe('one event', () => {
  it('shows fees, costs as sent and the margin: 2 MIN at 0.10 with a cost of 0.16', async () => {
    const id = randomUUID();
    const customer = customerId();
    await service.tell({
      ...{ id, customer, subject: 'chat_1', description: 'Video gen completed' },
      data: { minutes: 2, speed: 'fast' },
      fees: [{ asset: 'MIN', amount: '2', value: '0.2' }],
      costs: [{ amount: '0.16' }],
    });
    const event = await read(`/events/${id}`);
    expect(event).toEqual({
      id,
      event_type: 'video_generated',
      occurred_at: '2026-01-05T14:32:18Z',
      subject: 'chat_1',
      description: 'Video gen completed',
      data: { minutes: 2, speed: 'fast' },
      customer_id: customer,
      created_at: '2026-01-06T00:00:00.000000Z',
      status: 'processed',
      fees: [
        expect.objectContaining({
          product_id: productId('video'),
          product_code: 'video',
          product_version: 1,
          price_name: 'Video Generation Compute',
          currency: 'MIN',
          dimensions: { speed: 'fast' },
          usage_type: 'volume',
          volume_field: 'minutes',
          input_volume: '2',
          volume_rate: '1',
          description: 'Fee',
          amount: '2',
        }),
      ],
      costs: [
        expect.objectContaining({ vendor_id: vendorId('openai'), amount: 0.16, metadata: {} }),
      ],
      stats: {
        gross_revenue: '0.2',
        total_costs: '0.16',
        net_revenue: '0.04',
        margin: '0.2',
        currency: 'USD',
      },
    });
    expect(event.fees[0]).not.toHaveProperty('units');
    expect(event.fees[0]).not.toHaveProperty('uncollected');
  });

  it('shows a loss as a negative margin of the revenue', async () => {
    const id = randomUUID();
    await service.tell({
      ...{ id, customer: customerId() },
      fees: [{ amount: '0.3849' }],
      costs: [{ amount: '0.5131' }],
    });
    expect((await read(`/events/${id}`)).stats).toEqual({
      gross_revenue: '0.3849',
      total_costs: '0.5131',
      net_revenue: '-0.1282',
      margin: '-0.3331',
      currency: 'USD',
    });
  });

  it('shows the asset that the wallet chose, and a fee of nothing in its first asset', async () => {
    const id = randomUUID();
    await service.tell({
      ...{ id, customer: customerId() },
      fees: [
        { amount: '1', also: [{ asset: 'PTS', amount: '4' }], chosen: 1 },
        { amount: '0', also: [{ asset: 'PTS', amount: '0' }] },
      ],
    });
    const { fees, stats, status } = await read(`/events/${id}`);
    expect(
      fees.map(({ currency, amount }: { currency: string; amount: string }) => [currency, amount]),
    ).toEqual([
      ['PTS', '4'],
      ['USD', '0'],
    ]);
    expect(status).toBe('processed');
    expect(stats.gross_revenue).toBe('4');
  });

  it('keeps what cannot be converted apart, and has no margin without revenue', async () => {
    const id = randomUUID();
    await service.tell({
      ...{ id, customer: customerId() },
      fees: [{ asset: 'GEM', amount: '3', value: null }],
      costs: [{ amount: '0.5' }, { amount: '2', currency: 'EUR' }],
    });
    expect((await read(`/events/${id}`)).stats).toEqual({
      gross_revenue: '0',
      total_costs: '0.5',
      net_revenue: '-0.5',
      margin: null,
      currency: 'USD',
      unconverted: [
        { currency: 'EUR', revenue: '0', costs: '2' },
        { currency: 'GEM', revenue: '3', costs: '0' },
      ],
    });
  });

  it('says why an event has no fees', async () => {
    const id = randomUUID();
    await service.tell({
      id,
      customer: customerId(),
      unrated: 'cost_only',
      costs: [{ amount: '1' }],
    });
    expect(await read(`/events/${id}`)).toMatchObject({
      status: 'processed',
      unrated_reason: 'cost_only',
      fees: [],
    });
  });

  it('does not exist at once for an id that nobody accepted, or that is none', async () => {
    for (const id of [randomUUID(), 'nonsense'])
      expect((await service.api.get(`/events/${id}`)).status).toBe(404);
  });

  it('is found by an id in upper case, and not by another tenant', async () => {
    const id = randomUUID();
    await service.tell({ id, customer: customerId() });
    expect((await read(`/events/${id.toUpperCase()}`)).id).toBe(id);
    for (const stranger of [service.key('acc_other'), service.key('acc_test', 'test')])
      expect((await service.api.as(stranger).get(`/events/${id}`)).status).toBe(404);
  });

  it('is waited for while its topics come, each in its own time', async () => {
    const id = randomUUID();
    service.accepted.add(id);
    const facts = factsOf({
      ...{ id, customer: customerId() },
      fees: [{ amount: '1' }],
      costs: [{ amount: '0.25' }],
    });
    const reading = read(`/events/${id}`);
    await service.append('wallet.posted.v1', facts['wallet.posted.v1']);
    await service.append('cost.attributed.v1', facts['cost.attributed.v1']);
    await service.append('rating.rated.v1', facts['rating.rated.v1']);
    await service.append('usage.recorded.v1', facts['usage.recorded.v1']);
    expect(await reading).toMatchObject({ status: 'processed', stats: { margin: '0.75' } });
  });

  it('is processing while a debit is missing, and never unknown once accepted', async () => {
    const id = randomUUID();
    service.accepted.add(id);
    expect(await read(`/events/${id}`)).toMatchObject({ id, status: 'processing', fees: [] });
    const facts = factsOf({ id, customer: customerId(), fees: [{ amount: '1' }] });
    await service.append('usage.recorded.v1', facts['usage.recorded.v1']);
    await service.append('rating.rated.v1', facts['rating.rated.v1']);
    await service.append('cost.attributed.v1', facts['cost.attributed.v1']);
    expect(await read(`/events/${id}`)).toMatchObject({
      status: 'processing',
      event_type: 'video_generated',
      fees: [],
    });
    await service.append('wallet.posted.v1', facts['wallet.posted.v1']);
    await pollUntil(async () => (await read(`/events/${id}`)).status === 'processed');
  });

  it('is given to the gateway as text in full, in the order asked for', async () => {
    const [first, second, missing] = [randomUUID(), randomUUID(), randomUUID()];
    const customer = customerId();
    await service.tell(
      { id: first, customer, fees: [{ amount: '0.0000025' }] },
      { id: second, customer },
    );
    const ask = (eventIds: string[]) =>
      service.runtime.internal.call(
        'profitability-projection.get-events',
        { platform: 'acc_test', mode: 'live' },
        { eventIds, waitMs: 50, numbers: 'number' },
      );
    const { events, complete } = await ask([second, first]);
    expect(complete).toBe(true);
    expect(events.map((text) => (JSON.parse(text) as { id: string }).id)).toEqual([second, first]);
    expect(events[1]).toContain('"amount":0.0000025');
    expect((await ask([first, missing])).complete).toBe(false);
  });
});

describe('the list of events', () => {
  const customer = customerId();
  const other = customerId();
  const ids: string[] = [];

  beforeAll(async () => {
    const types = ['generated', 'called', 'stored'];
    const events = Array.from({ length: 30 }, (_unused, at) => ({
      id: randomUUID(),
      customer: at % 5 === 0 ? other : customer,
      platform: 'acc_list',
      type: types[at % 3]!,
      at: `2026-02-${String(1 + Math.floor(at / 6)).padStart(2, '0')}T${String(at % 6).padStart(2, '0')}:00:00Z`,
      ...(at % 4 === 0 && { subject: 'ticket' }),
      ...(at % 2 === 0
        ? { fees: [{ amount: '1', product: at % 3 === 0 ? 'video' : 'audio' }] }
        : { costs: [{ amount: '0.1' }] }),
    }));
    await service.tell(...events);
    ids.push(...events.map(({ id }) => id).reverse());
  }, 60_000);

  const list = async (query = '') => {
    const answer = await service.api.as(service.key('acc_list')).read(`/events?limit=100&${query}`);
    const items = answer.items as { id: string; has_fees: boolean }[];
    expect(answer.total_count).toBe(items.length);
    return items.map(({ id }) => ids.indexOf(id));
  };
  const places = (keep: (at: number) => boolean): number[] =>
    Array.from({ length: 30 }, (_unused, place) => place).filter((place) => keep(29 - place));

  it('is newest first, with all that one event shows and more', async () => {
    expect(await list()).toEqual(places(() => true));
    const { items } = await service.api.as(service.key('acc_list')).read('/events?limit=2');
    expect(items[1]).toMatchObject({
      customer_id: customer,
      external_id: `ext of ${customer}`,
      has_fees: true,
      total_fees: '1',
      fee_currency: 'USD',
      fees: [{ amount: '1' }],
    });
    expect(items[0]).toMatchObject({ has_fees: false, unrated_reason: 'no_subscription' });
    expect(items[0]).not.toHaveProperty('total_fees');
  });

  it.each<[string, string, (at: number) => boolean]>([
    ['customer', `customer_id=${customer}`, (at) => at % 5 !== 0],
    ['external id', `customer_external_id=${other}`, (at) => at % 5 === 0],
    ['ext_ id', `customer_id=ext_${other}`, (at) => at % 5 === 0],
    ['unknown customer', 'customer_external_id=nobody', () => false],
    ['one type', 'event_types=called', (at) => at % 3 === 1],
    ['types', 'event_types=called,stored,', (at) => at % 3 !== 0],
    ['subject', 'subject=ticket', (at) => at % 4 === 0],
    ['product', 'product_code=audio', (at) => at % 2 === 0 && at % 3 !== 0],
    ['no such product', 'product_code=nothing', () => false],
    ['with fees', 'has_fees=true', (at) => at % 2 === 0],
    ['without fees', 'has_fees=false', (at) => at % 2 === 1],
    ['unrated', 'unrated=true', (at) => at % 2 === 1],
    ['rated', 'unrated=false', (at) => at % 2 === 0],
    ['contradiction', 'unrated=true&has_fees=true', () => false],
    ['product without fees', 'product_code=audio&has_fees=false', () => false],
    ['days', 'period_from=2026-02-02&period_to=2026-02-03', (at) => at >= 6 && at < 18],
    [
      'instants',
      'period_from=2026-02-01T03:00:00Z&period_to=2026-02-03T01:00:00Z',
      (at) => at >= 3 && at <= 13,
    ],
    [
      'instants of one day',
      'period_from=2026-02-02T01:00:00Z&period_to=2026-02-02T02:00:00Z',
      (at) => at === 7 || at === 8,
    ],
    [
      'customer, type and period',
      `customer_id=${customer}&event_types=called&period_from=2026-02-02T01:00:00Z`,
      (at) => at % 5 !== 0 && at % 3 === 1 && at >= 7,
    ],
    [
      'customer and product',
      `customer_id=${other}&product_code=video`,
      (at) => at % 5 === 0 && at % 2 === 0 && at % 3 === 0,
    ],
    [
      'customer without fees from an instant',
      `customer_id=${customer}&has_fees=false&period_from=2026-02-02T03:00:00Z`,
      (at) => at % 5 !== 0 && at % 2 === 1 && at >= 9,
    ],
  ])('by %s', async (_name, query, keep) => {
    expect(await list(query)).toEqual(places(keep));
  });

  it('by event id', async () => {
    expect(await list(`event_id=${ids[3]}`)).toEqual([3]);
    expect(await list(`event_id=${ids[3]}&event_types=nothing`)).toEqual([]);
  });

  it.each(['', 'has_fees=true', `customer_id=${customer}`, 'subject=ticket', 'event_types=called'])(
    'is read page by page, by cursor and by offset, to the end and without repeating (%s)',
    async (query) => {
      const api = service.api.as(service.key('acc_list'));
      const whole = await list(query);
      const byCursor: number[] = [];
      const byOffset: number[] = [];
      for (let cursor = ''; ;) {
        const page = await api.read(`/events?limit=4&${query}${cursor && `&cursor=${cursor}`}`);
        expect(page.total_count).toBe(whole.length);
        byCursor.push(...page.items.map(({ id }: { id: string }) => ids.indexOf(id)));
        cursor = page.next_cursor;
        if (!cursor) break;
      }
      for (let offset = 0; offset < whole.length; offset += 4) {
        const { items } = await api.read(`/events?limit=4&offset=${offset}&${query}`);
        byOffset.push(...items.map(({ id }: { id: string }) => ids.indexOf(id)));
      }
      expect(byCursor).toEqual(whole);
      expect(byOffset).toEqual(whole);
    },
  );

  it.each([
    ['cursor=forged', 'invalid_cursor'],
    ['has_fees=maybe', 'has_fees'],
    ['event_id=nonsense', 'event_id'],
    ['event_types=,', 'event_types'],
    ['period_from=yesterday', 'period_from'],
    ['period_from=2026-02-02&period_to=2026-02-01', 'period_from'],
    ['surprise=1', 'surprise'],
  ])('refuses %s', async (query, said) => {
    const { status, body } = await service.api.get(`/events?${query}`);
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain(said);
  });
});
