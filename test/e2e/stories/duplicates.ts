/**
 * The same event again, in every way it can come again: one fee, one debit, one cost, one row.
 */
import { randomUUID } from 'node:crypto';
import type { ApiClient, Json } from '@kontor/testkit';
import { available, customerOf, processed, simpleProduct, unique, usage } from './setting';

export function duplicateStories(live: () => ApiClient): void {
  describe('the same event again', () => {
    const shop = async (): Promise<string> => {
      const code = unique('calls');
      await live().create(
        '/products',
        simpleProduct({ code, eventType: code, value: { unit_price: 1 } }),
      );
      return code;
    };

    it('in one batch, over requests, and from many callers at once is one event', async () => {
      const code = await shop();
      const customer = await customerOf(live(), code);
      const event = usage(code, {});
      const body = { customer_id: customer, events: [event, { ...event }] };
      const first = await live().post('/events', body);
      expect(first.body).toMatchObject({ accepted: 1, duplicates: 1, rejected: 0 });
      const again = await Promise.all(
        Array.from({ length: 20 }, () => live().post('/events', body)),
      );
      for (const { status, body: answer } of again) {
        expect(status).toBe(202);
        expect(answer).toMatchObject({ accepted: 0, duplicates: 2 });
      }
      const shown = await processed(live(), event.id);
      expect(shown.fees).toHaveLength(1);
      expect(await available(live(), customer)).toBe('-1');
      const list = await live().read(`/events?customer_id=${customer}`);
      expect(list.total_count).toBe(1);
    });

    it('is the same when only the order of keys and the spelling of numbers differ', async () => {
      const code = await shop();
      const customer = await customerOf(live(), code);
      const id = randomUUID();
      const at = '2026-01-05T14:32:18Z';
      const raw = (data: string): string =>
        `{"customer_id":"${customer}","events":[{"id":"${id}","event_type":"${code}","occurred_at":"${at}","data":${data}}]}`;
      const one = await live().post('/events', undefined, { raw: raw('{"a":1,"b":2.50}') });
      const two = await live().post('/events', undefined, { raw: raw('{"b":2.5,"a":1.0}') });
      expect([one.body.accepted, two.body.duplicates]).toEqual([1, 1]);
    });

    it('with other content is refused by name, and its neighbours are not', async () => {
      const code = await shop();
      const customer = await customerOf(live(), code);
      const event = usage(code, { n: 1 });
      await live().post('/events', { customer_id: customer, events: [event] });
      const changed: Json = { ...event, data: { n: 2 } };
      const mixed = await live().post('/events', {
        customer_id: customer,
        events: [changed, usage(code, {})],
      });
      expect(mixed.status).toBe(202);
      expect(mixed.body.events).toEqual([
        expect.objectContaining({ id: event.id, status: 'rejected', code: 'event_id_reused' }),
        expect.objectContaining({ status: 'accepted' }),
      ]);
      const alone = await live().post('/events', { customer_id: customer, events: [changed] });
      expect(alone.status).toBe(409);
      const other = await customerOf(live(), code);
      const elsewhere = await live().post('/events', { customer_id: other, events: [event] });
      expect(elsewhere.body.events[0].code).toBe('event_id_reused');
    });

    it('of 1000 in one request, shuffled and months late, gives the same totals', async () => {
      const code = await shop();
      const [first, second] = [await customerOf(live(), code), await customerOf(live(), code)];
      const events = Array.from({ length: 1000 }, (_, index) =>
        usage(
          code,
          {},
          {
            occurred_at: new Date(Date.UTC(2025, index % 12, 1 + (index % 28))).toISOString(),
          },
        ),
      );
      const answer = await live().post('/events', { customer_id: first, events });
      expect(answer.body).toMatchObject({ accepted: 1000, rejected: 0 });
      const copies = events.map((event) => ({ ...event, id: randomUUID() })).reverse();
      for (let at = 0; at < copies.length; at += 100)
        await live().post('/events', { customer_id: second, events: copies.slice(at, at + 100) });
      await processed(live(), events[999].id);
      await processed(live(), copies[999]!.id);
      const stats = async (customer: string): Promise<Json> => {
        const { id: _id, ...rest } = await live().read(`/customers/${customer}/stats`);
        return rest;
      };
      await processed(live(), events[0].id);
      await processed(live(), copies[0]!.id);
      expect((await stats(first)).gross_revenue).toBe('1000');
      expect(await stats(second)).toEqual(await stats(first));
      expect(await available(live(), second)).toBe('-1000');
    });
  });
}
