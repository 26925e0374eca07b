/**
 * Money is set aside before the work is done: no two requests spend the same dollar.
 */
import { randomUUID } from 'node:crypto';
import { type ApiClient, type Json, pollUntil } from '@kontor/testkit';
import {
  available,
  customerOf,
  glitchVideoAdvanced,
  processed,
  send,
  simpleProduct,
  unique,
  usage,
} from './setting';

export function authorizationStories(live: () => ApiClient, test: () => ApiClient): void {
  const credit = (customer: string, amount: Json, asset = 'USD'): Promise<Json> =>
    live().create(`/customers/${customer}/wallet/adjustments`, {
      transaction_id: randomUUID(),
      asset,
      amount,
      reason: 'external_topup',
    });
  const authorize = (customer: string, more: Json): Promise<Json> =>
    live().post('/authorizations', { customer_id: customer, ...more });
  /** A customer with this much, and the event type that its one product prices by the minute. */
  async function withVideos(amount: Json): Promise<{ customer: string; product: string }> {
    const product = unique('video');
    await live().create('/products', glitchVideoAdvanced(product));
    const customer = await customerOf(live(), product);
    await credit(customer, amount);
    return { customer, product };
  }
  const fast = (minutes: number): Json => ({
    event_type: 'video_generated',
    data: { minutes, speed: 'fast' },
  });

  describe('authorizations', () => {
    it('of a user with 5 in credits: of two requests at once, each costing 3, one passes', async () => {
      const { customer } = await withVideos(5);
      for (let round = 0; round < 10; round += 1) {
        const answers = await Promise.all([
          authorize(customer, fast(3)),
          authorize(customer, fast(3)),
        ]);
        expect(answers.map(({ status }) => status).sort()).toEqual([201, 402]);
        const [passed, refused] = answers[0]!.status === 201 ? answers : answers.toReversed();
        expect(refused!.body).toMatchObject({
          code: 'insufficient_funds',
          requested: '3',
          available: '2',
          asset: 'USD',
        });
        await live().create(`/authorizations/${passed!.body.id}/void`, {});
      }
      expect(await available(live(), customer)).toBe('5');
    });

    it('are priced as the usage is that draws on them, and give back what it did not need', async () => {
      const { customer, product } = await withVideos(20);
      const { status, body } = await authorize(customer, { ...fast(10), subject: 'video_1' });
      expect(status).toBe(201);
      expect(body).toMatchObject({ status: 'authorized', amount: '10', asset: 'USD' });
      expect(body.fees).toEqual([
        expect.objectContaining({
          product_code: product,
          price_name: 'Video Generation Compute',
          currency: 'USD',
          dimensions: { speed: 'fast' },
          input_volume: '10',
          volume_rate: '1',
          amount: '10',
        }),
      ]);
      expect(await available(live(), customer)).toBe('10');

      const event = usage(
        'video_generated',
        { minutes: 8, speed: 'fast' },
        { authorization_id: body.id },
      );
      await send(live(), customer, event);
      expect(await processed(live(), event.id)).toMatchObject({
        fees: [{ amount: '8' }],
        authorization: { id: body.id, status: 'captured', captured: '8' },
      });
      expect(await live().read(`/authorizations/${body.id}`)).toMatchObject({
        status: 'captured',
        captured: '8',
        available: '0',
        fees: body.fees,
      });
      expect(await available(live(), customer)).toBe('12');
    });

    it('answer the same under the same id after the price went up', async () => {
      const code = unique('repriced');
      const priced = (unitPrice: number): Json =>
        simpleProduct({ code, eventType: code, value: { unit_price: unitPrice } });
      const { id: product } = await live().create('/products', priced(1));
      const customer = await customerOf(live(), code);
      await credit(customer, 5);
      const asked = { id: randomUUID(), event_type: code, data: {} };
      const first = await authorize(customer, asked);
      expect(first.body).toMatchObject({ id: asked.id, amount: '1' });

      const { prices } = priced(2);
      await live().create(`/products/${product}`, { prices, publish: true });
      const { subscriptions } = await live().read(`/customers/${customer}`);
      const held = `/customers/${customer}/subscriptions/${subscriptions[0].id}/products/${product}`;
      expect((await live().patch(held, { version: 2 })).status).toBe(200);
      expect((await authorize(customer, { event_type: code, data: {} })).body.amount).toBe('2');
      expect(await authorize(customer, asked)).toMatchObject({ status: 201, body: first.body });
      expect(await authorize(customer, { ...asked, data: { n: 1 } })).toMatchObject({
        status: 409,
        body: { code: 'authorization_id_reused' },
      });
    });

    it('price what was subscribed a moment ago, and say why there is no price', async () => {
      const { customer } = await withVideos(1);
      const nobody = await customerOf(live());
      const refused = async (owner: string, more: Json): Promise<Json> => {
        const { status, body } = await authorize(owner, more);
        return [status, body.code];
      };
      expect((await authorize(customer, fast(1))).status).toBe(201);
      expect(await refused(nobody, fast(1))).toEqual([422, 'no_subscription']);
      expect(await refused(customer, { event_type: 'other', data: {} })).toEqual([
        422,
        'no_matching_price',
      ]);
      expect(await refused(customer, { event_type: 'video_generated', data: {} })).toEqual([
        422,
        'volume_field_missing',
      ]);
    });

    it('that are unknown, ended or another customer’s do not lose the usage that names them', async () => {
      const [{ customer }, other] = [await withVideos(10), await withVideos(10)];
      const ended = (await authorize(customer, { amount: 1 })).body.id;
      await live().create(`/authorizations/${ended}/void`, {});
      const foreign = (await authorize(other.customer, { amount: 1 })).body.id;
      for (const authorization of [randomUUID(), ended, foreign]) {
        const event = usage(
          'video_generated',
          { minutes: 1, speed: 'fast' },
          { authorization_id: authorization },
        );
        await send(live(), customer, event);
        expect(await processed(live(), event.id)).toMatchObject({
          fees: [{ amount: '1' }],
          authorization: { id: authorization, status: 'ignored' },
        });
      }
      expect(await available(live(), customer)).toBe('7');
      expect((await live().read(`/authorizations/${foreign}`)).status).toBe('authorized');
      expect((await test().get(`/authorizations/${foreign}`)).status).toBe(404);
    });

    it('never take an account that may not go below zero there, and show what was not collected', async () => {
      const { customer } = await withVideos(2);
      const policy = { overdraft: { mode: 'none' } };
      await live().patch(`/customers/${customer}/wallet/default:USD`, policy);
      const { body } = await authorize(customer, fast(1));
      const event = usage(
        'video_generated',
        { minutes: 5, speed: 'fast' },
        { authorization_id: body.id },
      );
      await send(live(), customer, event);
      expect((await processed(live(), event.id)).fees).toEqual([
        expect.objectContaining({ amount: '5', uncollected: '3' }),
      ]);
      expect(await available(live(), customer)).toBe('0');
      expect(await live().read(`/customers/${customer}/stats`)).toMatchObject({
        gross_revenue: '5',
        uncollected: '3',
      });
    });

    it('and charges in an asset of the platform are revenue at its rate', async () => {
      const suffix = randomUUID().slice(0, 6).toUpperCase();
      const [minutes, points] = [`MIN${suffix}`, `PTS${suffix}`];
      await live().create('/assets', {
        code: minutes,
        name: 'Minutes',
        rates: [{ source: 'USD', rate: 0.1 }],
      });
      await live().create('/assets', { code: points, name: 'Points' });
      const customer = await customerOf(live());
      await credit(customer, 10, minutes);
      await credit(customer, 10, points);
      const { body } = await authorize(customer, { asset: minutes, amount: 3, subject: 'call' });
      await live().create(`/authorizations/${body.id}/capture`, { amount: 2, final: true });
      await live().create(`/customers/${customer}/wallet/charges`, {
        transaction_id: randomUUID(),
        asset: points,
        amount: 1,
        subject: 'call',
      });
      const seen = { gross_revenue: '0.2', unconverted: [{ currency: points, revenue: '1' }] };
      const bySubject = `/subjects/call/stats?customer_id=${customer}`;
      for (const path of [`/customers/${customer}/stats`, bySubject]) {
        const stats = await pollUntil(async () => {
          const { body: found } = await live().get(path);
          return found.gross_revenue === '0.2' && found.unconverted && found;
        });
        expect(stats).toMatchObject(seen);
      }
    });
  });
}
