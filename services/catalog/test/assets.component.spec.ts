/** Assets, rates and quotes over HTTP, on real PostgreSQL. */
import type { Json } from '@kontor/testkit';
import { openWorld, position, unique, type World } from './catalog-world';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.service.stop());

const code = (): string => unique('AST').toUpperCase();

describe('an asset', () => {
  it('is created in any case and kept upper-case', async () => {
    const name = code();
    const answer = await world.api.post('/assets', {
      code: name.toLowerCase(),
      name: 'Minutes',
      precision: 0,
      symbol: '👩‍🚀',
      label: 'min',
      rates: [{ source: 'usd', rate: 0.1 }],
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ code: name, created_at: '2026-03-01T12:00:00.000000Z' });
    expect(await world.api.plain().read(`/assets/${name.toLowerCase()}`)).toEqual({
      code: name,
      name: 'Minutes',
      precision: 0,
      label: 'min',
      symbol: '👩‍🚀',
      created_at: '2026-03-01T12:00:00.000000Z',
      rates: [
        {
          source: 'USD',
          schedule: [
            {
              valid_from: '2026-03-01T12:00:00.000000Z',
              valid_to: null,
              rate: 0.1,
              inverse_rate: 10,
            },
          ],
        },
      ],
    });
    const again = await world.api.post('/assets', { code: name, name: 'Again' });
    expect([again.status, again.body.code]).toEqual([409, 'code_taken']);
    expect(again.body.errors[0].pointer).toBe('/code');
  });

  it('of ISO 4217 exists from the start and is never redefined', async () => {
    expect(await world.api.read('/assets/jpy')).toMatchObject({ code: 'JPY', precision: 0 });
    expect(await world.api.read('/assets/BHD')).toMatchObject({ precision: 3, rates: [] });
    const answer = await world.api.post('/assets', { code: 'eur', name: 'My Euro' });
    expect([answer.status, answer.body.code]).toEqual([409, 'code_taken']);
    expect((await world.api.get('/assets/NOPE')).status).toBe(404);
  });

  it('is listed by code: what the platform made, fiat, or both', async () => {
    const shop = world.as('acc_asset_lists');
    for (const name of ['ZZZ', 'AAA', 'MMM']) await shop.create('/assets', { code: name, name });
    const codes = async (query: string): Promise<Json> => {
      const { items, total_count: total, next_cursor: next } = await shop.read(`/assets${query}`);
      return { codes: items.map((item: Json) => item.code), total, next };
    };
    expect(await codes('')).toEqual({ codes: ['AAA', 'MMM', 'ZZZ'], total: 3, next: null });
    const { next } = await codes('?limit=2');
    expect((await codes(`?limit=2&cursor=${next}`)).codes).toEqual(['ZZZ']);
    const fiat = await codes('?kind=fiat&limit=2');
    expect(fiat.codes).toEqual(['AED', 'AFN']);
    expect((await codes('?kind=all&limit=2')).codes).toEqual(['AAA', 'AED']);
    expect((await codes('?kind=all&limit=1')).total).toBe(fiat.total + 3);
  });
});

describe('rates', () => {
  const make = async (rates: Json[]): Promise<string> => {
    const name = code();
    await world.api.create('/assets', { code: name, name, rates });
    return name;
  };

  it('close the one before and are told to the log as they were given', async () => {
    const name = await make([
      { source: 'USD', inverse_rate: 3, valid_from: '2026-01-01T00:00:00Z' },
    ]);
    const rate = { source: 'USD', rate: '0.50', valid_from: '2026-02-01T00:00:00Z' };
    const answer = await world.api.post(`/assets/${name}/rates`, rate);
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      asset: name,
      source: 'USD',
      valid_from: '2026-02-01T00:00:00.000000Z',
      valid_to: null,
      rate: '0.5',
      inverse_rate: '2',
    });
    const { rates } = await world.api.read(`/assets/${name}`);
    expect(rates[0].schedule).toEqual([
      {
        valid_from: '2026-01-01T00:00:00.000000Z',
        valid_to: '2026-02-01T00:00:00.000000Z',
        rate: '0.333333333333',
        inverse_rate: '3',
      },
      expect.objectContaining({ valid_from: '2026-02-01T00:00:00.000000Z', valid_to: null }),
    ]);
    const facts = (await world.facts()).filter((fact) => 'asset' in fact && fact.asset === name);
    expect(facts).toMatchObject([
      { type: 'catalog.asset-rate-set', rate: null, inverseRate: '3' },
      { type: 'catalog.asset-rate-set', rate: '0.5', inverseRate: null },
    ]);
    const same = await world.api.post(`/assets/${name}/rates`, rate);
    expect(same.status).toBe(201);
    expect(position(same)).toBe(await world.head());
  });

  it('quote exactly, at any time: the earliest also covers what was before it', async () => {
    const name = await make([
      { source: 'USD', rate: 0.1, valid_from: '2026-01-01T00:00:00Z' },
      { source: 'USD', inverse_rate: 3, valid_from: '2026-02-01T00:00:00Z' },
    ]);
    const quote = async (body: Json, asset = name): Promise<Json> => {
      const answer = await world.api.post(`/assets/${asset}/quote`, body);
      return answer.status === 200 ? answer.body : answer.body.errors[0];
    };
    expect(await quote({ source: 'usd', amount: 5, exchange_at: '1999-01-01T00:00:00Z' })).toEqual({
      source: 'USD',
      source_amount: '5',
      destination: name,
      destination_amount: '50',
      rate: '0.1',
      inverse_rate: '10',
    });
    expect(await quote({ source: 'USD', amount: '0.1' })).toMatchObject({
      destination_amount: '0.3',
      rate: '0.333333333333',
      inverse_rate: '3',
    });
    // The other way round by the same rate: 3 units are exactly one dollar.
    expect(await quote({ source: name, amount: 3 }, 'USD')).toMatchObject({
      destination: 'USD',
      destination_amount: '1',
      rate: '3',
    });
    expect(await quote({ source: 'USD', amount: 7 }, 'USD')).toMatchObject({
      destination_amount: '7',
      rate: '1',
    });
    expect(await quote({ source: 'EUR', amount: 1 })).toMatchObject({
      pointer: '/source',
      code: 'rate_unknown',
    });
    expect(await quote({ source: 'NOPE', amount: 1 })).toMatchObject({ code: 'unknown_asset' });
    expect(await quote({ source: 'USD', amount: 0 })).toMatchObject({
      pointer: '/amount',
      code: 'amount_not_positive',
    });
    expect(await quote({ source: 'USD', amount: 999_999_999_999_999 })).toMatchObject({
      code: 'amount_out_of_range',
    });
  });

  it('end where they say, with no rate after that', async () => {
    const from = '2026-01-01T00:00:00Z';
    const name = await make([
      { source: 'USD', rate: 1, valid_from: from, valid_to: '2026-02-01T00:00:00Z' },
    ]);
    const body = { source: 'USD', amount: 1, exchange_at: '2026-02-01T00:00:00Z' };
    expect((await world.api.post(`/assets/${name}/quote`, body)).body.code).toBe('rate_unknown');
  });

  it('give a repeated quote under one key the first answer, whatever the rate is by then', async () => {
    const name = await make([{ source: 'USD', rate: 0.5 }]);
    const key = { headers: { 'idempotency-key': unique('quote') } };
    const ask = (): Promise<Json> =>
      world.api.post(`/assets/${name}/quote`, { source: 'USD', amount: 1 }, key);
    expect((await ask()).body.destination_amount).toBe('2');
    world.clock.advance(1_000);
    await world.api.create(`/assets/${name}/rates`, { source: 'USD', rate: 0.25 });
    expect((await ask()).body.destination_amount).toBe('2');
  });
});
