/**
 * Money through the whole path: exact, at once, and in balance.
 */
import { randomUUID } from 'node:crypto';
import { type ApiClient, type Json } from '@kontor/testkit';
import {
  available,
  customerOf,
  processed,
  send,
  simpleProduct,
  unique,
  untilAvailable,
  usage,
} from './setting';

export function moneyStories(live: () => ApiClient): void {
  const adjust = (customer: string, amount: Json, more: Json = {}): Promise<Json> =>
    live().post(`/customers/${customer}/wallet/adjustments`, {
      transaction_id: randomUUID(),
      asset: 'USD',
      amount,
      reason: 'external_topup',
      ...more,
    });

  describe('money', () => {
    it('adds 0.1 and 0.2 to 0.3 and keeps 12 decimals', async () => {
      const customer = await customerOf(live());
      await adjust(customer, 0.1);
      await adjust(customer, '0.2');
      expect(await available(live(), customer)).toBe('0.3');
      await adjust(customer, '0.000000000001');
      expect(await available(live(), customer)).toBe('0.300000000001');
    });

    it('moves once for one transaction id, and refuses it for another amount', async () => {
      const customer = await customerOf(live());
      const transaction = { transaction_id: randomUUID() };
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => adjust(customer, 5, transaction)),
      );
      expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
      expect(answers.map((answer) => answer.status)).toEqual(Array(10).fill(201));
      expect((await adjust(customer, 6, transaction)).status).toBe(409);
      expect(await available(live(), customer)).toBe('5');
    });

    it('rates the event of a customer that was created a moment ago', async () => {
      const code = unique('instant');
      await live().create(
        '/products',
        simpleProduct({ code, eventType: code, value: { unit_price: '0.25' } }),
      );
      const events: Json[] = [];
      for (let round = 0; round < 20; round += 1) {
        const customer = await customerOf(live(), code);
        const event = usage(code, {});
        await send(live(), customer, event);
        events.push(event);
      }
      for (const { id } of events) expect((await processed(live(), id)).fees).toHaveLength(1);
    });

    it('sums many tiny fees exactly', async () => {
      const code = unique('tokens');
      await live().create(
        '/products',
        simpleProduct({ code, eventType: code, value: { unit_price: '0.0000025' } }),
      );
      const customer = await customerOf(live(), code);
      for (let batch = 0; batch < 4; batch += 1)
        await send(live(), customer, ...Array.from({ length: 1000 }, () => usage(code, {})));
      await untilAvailable(live(), customer, '-0.01');
    });

    it('answers a waiting client with the event in full', async () => {
      const code = unique('wait');
      await live().create(
        '/products',
        simpleProduct({ code, eventType: code, value: { unit_price: 1 } }),
      );
      const customer = await customerOf(live(), code);
      const { status, body } = await live().post(
        '/events',
        { customer_id: customer, events: [usage(code, {})] },
        { headers: { prefer: 'wait=10' } },
      );
      expect(status).toBe(200);
      expect(body.events[0]).toMatchObject({ status: 'processed', fees: [{ amount: '1' }] });
    });

    it('pays in the first asset that has enough, else in the first listed', async () => {
      const asset = `PTS${randomUUID().slice(0, 6)}`.toUpperCase();
      await live().create('/assets', {
        code: asset,
        name: 'Points',
        rates: [{ source: 'USD', rate: 0.5 }],
      });
      const code = unique('choice');
      const product = simpleProduct({ code, eventType: code, value: { unit_price: 1 } });
      product.prices[0].pricing.push({ asset, values: [{ unit_price: 4 }] });
      await live().create('/products', product);
      const customer = await customerOf(live(), code);
      await adjust(customer, 4, { asset, reason: 'gift' });
      const events = [usage(code, {}), usage(code, {})];
      await send(live(), customer, events[0]);
      const first = await processed(live(), events[0].id);
      expect(first.fees[0]).toMatchObject({ currency: asset, amount: '4' });
      expect(first.stats.gross_revenue).toBe('2');
      await send(live(), customer, events[1]);
      expect((await processed(live(), events[1].id)).fees[0]).toMatchObject({
        currency: 'USD',
        amount: '1',
      });
    });

    it('keeps usage that matches no price, with the reason', async () => {
      const code = unique('reasons');
      const product = simpleProduct({
        code,
        eventType: code,
        value: { volume_rate: 1 },
        usageType: 'volume',
        volumeField: 'n',
      });
      await live().create('/products', product);
      const [nobody, customer] = [await customerOf(live()), await customerOf(live(), code)];
      const reasonOf = async (owner: string, event: Json): Promise<string> => {
        await send(live(), owner, event);
        return (await processed(live(), event.id)).unrated_reason;
      };
      expect(await reasonOf(nobody, usage(code, { n: 1 }))).toBe('no_subscription');
      expect(await reasonOf(customer, usage('other', { n: 1 }))).toBe('no_matching_price');
      expect(await reasonOf(customer, usage(code, {}))).toBe('volume_field_missing');
      expect(await reasonOf(customer, usage(code, { n: -1 }))).toBe('volume_field_invalid');
      const unrated = await live().read(`/events?customer_id=${customer}&unrated=true`);
      expect(unrated.total_count).toBe(3);
    });

    it('balances: every asset sums to zero over all ledger accounts', async () => {
      const balance = await live().read('/admin/trial-balance');
      expect(balance.balanced).toBe(true);
      for (const { sum } of balance.assets) expect(sum).toBe('0');
    });
  });
}
