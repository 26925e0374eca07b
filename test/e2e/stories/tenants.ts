/**
 * Two platforms and both modes on one server: tried from every side, nothing crosses.
 */
import { randomUUID } from 'node:crypto';
import type { ApiClient, Json } from '@kontor/testkit';
import { available, customerOf, processed, simpleProduct, unique, usage } from './setting';

export function tenantStories(live: () => ApiClient, test: () => ApiClient): void {
  describe('two platforms and both modes', () => {
    let other: ApiClient;
    beforeAll(async () => {
      const platform = await live().create('/admin/platforms', { name: 'Other platform' });
      other = live().as(platform.keys.live);
    });

    it('use the same codes, external ids and event ids without meeting', async () => {
      const code = unique('shared');
      const eventId = randomUUID();
      const balances: Json[] = [];
      for (const [api, price] of [
        [live(), 1],
        [test(), 2],
        [other, 3],
      ] as const) {
        await api.create(
          '/products',
          simpleProduct({ code, eventType: code, value: { unit_price: price } }),
        );
        const customer = await api.create('/customers', {
          name: 'Same',
          external_id: code,
          subscriptions: [{ products: [{ code }] }],
        });
        const sent = await api.post('/events', {
          customer_external_id: code,
          events: [usage(code, {}, { id: eventId })],
        });
        expect(sent.body).toMatchObject({ accepted: 1 });
        await processed(api, eventId);
        balances.push(await available(api, customer.id));
      }
      expect(balances).toEqual(['-1', '-2', '-3']);
    });

    it('cannot read or write what is not theirs', async () => {
      const code = unique('mine');
      const product = await live().create(
        '/products',
        simpleProduct({ code, eventType: code, value: { unit_price: 1 } }),
      );
      const customer = await customerOf(live(), code);
      const event = usage(code, {});
      await live().post('/events', { customer_id: customer, events: [event] });
      await processed(live(), event.id);
      for (const stranger of [test(), other]) {
        for (const path of [
          `/customers/${customer}`,
          `/customers/${customer}/wallet`,
          `/customers/${customer}/stats`,
          `/events/${event.id}`,
          `/products/${product.id}`,
          `/products/${product.id}/stats`,
        ])
          expect({ path, status: (await stranger.get(path)).status }).toEqual({
            path,
            status: 404,
          });
        const adjusted = await stranger.post(`/customers/${customer}/wallet/adjustments`, {
          transaction_id: randomUUID(),
          asset: 'USD',
          amount: 100,
          reason: 'gift',
        });
        expect(adjusted.status).toBe(404);
        const sent = await stranger.post('/events', {
          customer_id: customer,
          events: [usage(code, {})],
        });
        expect(sent.status).toBe(422);
      }
      expect(await available(live(), customer)).toBe('-1');
    });
  });
}
