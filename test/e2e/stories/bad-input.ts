/**
 * What must never be a 500: each nasty input gets its status, its code and its pointer, and nothing
 * is half done.
 */
import { randomUUID } from 'node:crypto';
import type { ApiClient, Json } from '@kontor/testkit';
import { customerOf, glitchVideoAdvanced, simpleProduct, unique, usage } from './setting';

interface Case {
  readonly name: string;
  readonly body?: Json;
  readonly raw?: string | Uint8Array;
  readonly path?: string;
  readonly method?: 'post' | 'get';
  readonly headers?: Record<string, string>;
  readonly status: number;
  readonly code: string;
  readonly pointer?: string;
}

export function badInputStories(live: () => ApiClient): void {
  describe('bad input', () => {
    let customer = '';
    beforeAll(async () => {
      customer = await customerOf(live());
    });
    const event = (more: Json = {}): Json => usage('video_generated', {}, more);
    const rawEvent = (data: string): string =>
      `{"customer_id":"${customer}","events":[{"id":"${randomUUID()}","event_type":"x","occurred_at":"2026-01-05T14:32:18Z","data":${data}}]}`;

    const ask = async (each: Case): Promise<Json> => {
      const path = each.path ?? '/events';
      const options = {
        ...(each.raw !== undefined && { raw: each.raw }),
        ...(each.headers && { headers: each.headers }),
      };
      return each.method === 'get'
        ? live().get(path, options)
        : live().post(path, each.body, options);
    };

    const check = async (each: Case): Promise<void> => {
      const { status, body, headers } = await ask(each);
      expect({ name: each.name, status, code: body.code }).toEqual({
        name: each.name,
        status: each.status,
        code: each.code,
      });
      expect(headers.get('content-type')).toContain('application/problem+json');
      if (each.pointer !== undefined)
        expect(body.errors.map((error: Json) => error.pointer)).toContain(each.pointer);
    };

    it('that is no JSON, no object, too large, or of another type', async () => {
      await check({ name: 'cut', raw: '{"customer_id":', status: 400, code: 'malformed_json' });
      await check({ name: 'NaN', raw: rawEvent('{"n":NaN}'), status: 400, code: 'malformed_json' });
      const broken = new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]);
      await check({ name: 'bytes', raw: broken, status: 400, code: 'malformed_json' });
      await check({ name: 'array', raw: '[]', status: 422, code: 'invalid_request' });
      const tenMegabytes = `{"customer_id":"${'x'.repeat(10 * 1024 * 1024)}"}`;
      await check({ name: '10 MB', raw: tenMegabytes, status: 413, code: 'body_too_large' });
      await check({
        name: 'xml',
        raw: '<a/>',
        headers: { 'content-type': 'application/xml' },
        status: 415,
        code: 'unsupported_media_type',
      });
    });

    it('with hostile text, keys, depth and numbers', async () => {
      for (const data of [
        '{"a":"\\u0000"}',
        '{"a":"\\ud800"}',
        '{"__proto__":{"x":1}}',
        '{"n":1e999}',
        `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`,
      ]) {
        const { status, body } = await live().post('/events', undefined, { raw: rawEvent(data) });
        expect({ data: data.slice(0, 20), status }).toEqual({
          data: data.slice(0, 20),
          status: 422,
        });
        expect(body.code).toEqual(expect.any(String));
        expect(JSON.stringify(body)).toContain('/events/0/data');
      }
    });

    it('in one event does not sink its neighbours, and is pointed at', async () => {
      const big = 'x'.repeat(65 * 1024);
      const events = [
        event(),
        event({ id: 'no-uuid' }),
        event({ occurred_at: 'yesterday' }),
        event({ occurred_at: new Date(Date.now() + 3_600_000).toISOString() }),
        event({ event_type: '' }),
        event({ surprise: 1 }),
        event({ data: { big } }),
        event({
          costs: [{ id: randomUUID(), vendor_id: 'vnd_00000000000000000000000000', amount: 1 }],
        }),
        event({ costs: [{ id: randomUUID(), amount: 1 }] }),
        event({ subject: 'x'.repeat(256) }),
      ];
      const { status, body } = await live().post('/events', { customer_id: customer, events });
      expect(status).toBe(202);
      expect(body).toMatchObject({ accepted: 1, rejected: 9 });
      expect(body.events.map((each: Json) => each.pointer)).toEqual([
        undefined,
        '/events/1/id',
        '/events/2/occurred_at',
        '/events/3/occurred_at',
        '/events/4/event_type',
        '/events/5/surprise',
        '/events/6/data',
        '/events/7/costs/0/vendor_id',
        expect.stringContaining('/events/8/costs/0'),
        '/events/9/subject',
      ]);
      for (const each of body.events.slice(1)) expect(each.code).toEqual(expect.any(String));
    });

    it('that names what is not there', async () => {
      await check({
        name: 'customer',
        body: { customer_id: 'cust_00000000000000000000000000', events: [event()] },
        status: 422,
        code: 'unknown_customer',
        pointer: '/customer_id',
      });
      await check({
        name: 'event',
        method: 'get',
        path: `/events/${randomUUID()}`,
        status: 404,
        code: 'not_found',
      });
      await check({
        name: 'route',
        method: 'get',
        path: '/nowhere',
        status: 404,
        code: 'not_found',
      });
      await check({
        name: 'cursor',
        method: 'get',
        path: '/events?cursor=forged',
        status: 422,
        code: 'invalid_cursor',
      });
      await check({
        name: 'parameter',
        method: 'get',
        path: '/events?surprise=1',
        status: 422,
        code: 'unknown_parameter',
      });
    });

    it('in a product: rows that tie, a negative rate, an imprecise number, a later feature', async () => {
      const product = (): Json => glitchVideoAdvanced(unique('bad'));
      const tie = product();
      tie.prices[0].pricing[0].values[1].dimensions.speed = 'fast';
      await check({
        name: 'tie',
        path: '/products',
        body: tie,
        status: 422,
        code: 'invalid_request',
      });
      const negative = product();
      negative.prices[0].pricing[0].values[0].values[0].volume_rate = -1;
      const pointer = '/prices/0/pricing/0/values/0/values/0/volume_rate';
      await check({
        name: 'negative',
        path: '/products',
        body: negative,
        status: 422,
        code: 'invalid_request',
        pointer,
      });
      const imprecise = JSON.stringify(product()).replace('0.4', '0.12345678901234567890');
      const { status, body } = await live().post('/products', undefined, { raw: imprecise });
      expect(status).toBe(422);
      expect(body.errors[0].code).toBe('amount_imprecise');
      const fixed = product();
      fixed.prices[0].type = 'fixed';
      const later = await live().post('/products', fixed);
      expect(later.status).toBe(422);
      expect(JSON.stringify(later.body)).toContain('not_supported');
    });

    it('in a subscription: an unpublished product, an unknown one', async () => {
      const code = unique('draft');
      await live().create('/products', {
        ...simpleProduct({ code, eventType: 'x', value: { unit_price: 1 } }),
        publish: false,
      });
      for (const wanted of [code, 'nobody_sells_this']) {
        const { status, body } = await live().post('/customers', {
          name: 'X',
          subscriptions: [{ products: [{ code: wanted }] }],
        });
        expect(status).toBe(422);
        expect(body.errors[0].pointer).toContain('/subscriptions/0/products/0');
      }
    });

    it('without a key, with an unknown one, or beyond its scopes', async () => {
      expect((await live().as(undefined).get('/customers')).status).toBe(401);
      expect((await live().as('key_wrong').get('/customers')).status).toBe(401);
      const { secret } = await live().create('/api-keys', { name: 'reader', scopes: ['read'] });
      const reader = live().as(secret);
      expect((await reader.get('/customers')).status).toBe(200);
      expect((await reader.post('/customers', { name: 'X' })).status).toBe(403);
      expect((await reader.get('/admin/platforms')).status).toBe(403);
    });
  });
}
