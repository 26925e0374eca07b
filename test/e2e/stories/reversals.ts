/**
 * Usage that is taken back: money, revenue and costs as if it had not been, and once.
 */
import { randomUUID } from 'node:crypto';
import { type ApiClient, type Json, pollUntil } from '@kontor/testkit';
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

export function reversalStories(live: () => ApiClient): void {
  const priced = async (unitPrice: string): Promise<string> => {
    const code = unique('reversal');
    await live().create(
      '/products',
      simpleProduct({ code, eventType: code, value: { unit_price: unitPrice } }),
    );
    return code;
  };
  const topUp = (customer: string, amount: string, reason = 'external_topup'): Promise<Json> =>
    live().create(`/customers/${customer}/wallet/adjustments`, {
      transaction_id: randomUUID(),
      asset: 'USD',
      amount,
      reason,
    });
  const reverse = (id: string, body: Json, headers: Record<string, string> = {}) =>
    live().post(`/events/${id}/reverse`, body, { headers });
  /** The event once everything that its reversal takes back is back. */
  const takenBack = (id: string, costs = false): Promise<Json> =>
    pollUntil(
      async () => {
        const event = await live().read(`/events/${id}`);
        const isShown = event.reversed_at !== undefined && event.costs_reversed === costs;
        return isShown && event.status === 'processed' ? event : undefined;
      },
      { timeoutMs: 20_000, what: `the reversal of ${id}` },
    );
  const lotsOf = async (customer: string): Promise<string[]> => {
    const { items } = await live().read(`/customers/${customer}/wallet/default:USD/grants`);
    return items.map((grant: Json) => `${grant.purpose} ${grant.available}`).sort();
  };

  describe('a reversed event', () => {
    it('gives the money back to its lots, and nets to nothing in its period', async () => {
      const code = await priced('3');
      const customer = await customerOf(live(), code);
      await topUp(customer, '2', 'gift');
      await topUp(customer, '5');
      const { id: vendor } = await live().create('/vendors', { name: unique('vendor') });
      const event = usage(
        code,
        {},
        {
          subject: 'job',
          costs: [{ id: randomUUID(), vendor_id: vendor, amount: '1.25' }],
        },
      );
      await send(live(), customer, event);
      await processed(live(), event.id);
      expect(await lotsOf(customer)).toEqual(['paid 4', 'promotional 0']);

      const answer = await reverse(event.id, { reason: 'sent by mistake' });
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({
        id: event.id,
        reason: 'sent by mistake',
        costs: false,
        reversed_at: expect.stringMatching(/Z$/),
      });
      const position = answer.headers.get('kontor-position');
      expect(position).toMatch(/^usage\.recorded\.v1:/);
      expect(await takenBack(event.id)).toMatchObject({
        status: 'processed',
        reversed_at: answer.body.reversed_at,
        reversal_reason: 'sent by mistake',
        costs_reversed: false,
        fees: [{ amount: '3', reversed: true }],
        stats: { gross_revenue: '0', total_costs: '1.25' },
      });
      expect(await available(live(), customer)).toBe('7');
      expect(await lotsOf(customer)).toEqual(['paid 5', 'promotional 2']);
      const period = 'period_from=2026-01-05&period_to=2026-01-05';
      for (const path of [
        `/customers/${customer}/stats?${period}`,
        `/subjects/job/stats?customer_id=${customer}&${period}`,
      ])
        expect(await live().read(path)).toMatchObject({
          gross_revenue: '0',
          total_costs: '1.25',
        });
      const [transaction] = await pollUntil(
        async () => {
          const read = await live().read(
            `/customers/${customer}/wallet/transactions?type=reversal`,
          );
          return read.items.length === 1 && read.items;
        },
        { timeoutMs: 20_000, what: 'the reversal in the statement' },
      );
      expect(transaction).toMatchObject({
        type: 'reversal',
        amount: '3',
        balance: '7',
        event_id: event.id,
        description: 'sent by mistake',
        subject: 'job',
      });
      expect(transaction.lots.map(({ amount }: Json) => amount).sort()).toEqual(['1', '2']);
    });

    it('is reversed once, whoever asks and however often; costs may follow', async () => {
      const code = await priced('1');
      const customer = await customerOf(live(), code);
      const { id: vendor } = await live().create('/vendors', { name: unique('vendor') });
      const event = usage(
        code,
        {},
        {
          costs: [{ id: randomUUID(), vendor_id: vendor, amount: '0.5' }],
        },
      );
      await send(live(), customer, event);
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => reverse(event.id, { reason: 'twice' })),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
      expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
      const first = answers[0]!.body;
      expect((await reverse(event.id, { reason: 'for another reason' })).body).toEqual(first);

      const key = { 'idempotency-key': randomUUID() };
      const withCosts = await reverse(event.id, { reason: 'also', costs: true }, key);
      expect(withCosts.body).toEqual({ ...first, costs: true });
      expect((await reverse(event.id, { reason: 'also', costs: true }, key)).body).toEqual(
        withCosts.body,
      );
      expect((await reverse(event.id, { reason: 'else' }, key)).body.code).toBe(
        'idempotency_key_reused',
      );
      const shown = await takenBack(event.id, true);
      expect(shown).toMatchObject({
        costs_reversed: true,
        reversed_at: first.reversed_at,
        stats: { gross_revenue: '0', total_costs: '0' },
      });
      await untilAvailable(live(), customer, '0');
      const stats = await live().read(`/vendors/${vendor}/stats`);
      expect(stats.total_costs).toBe('0');
    });

    it('keeps its id: the same usage is a duplicate and moves nothing', async () => {
      const code = await priced('1');
      const customer = await customerOf(live(), code);
      const event = usage(code, {});
      await send(live(), customer, event);
      // Not waited for: a reversal stands behind its usage wherever that is.
      await reverse(event.id, { reason: 'at once' });
      await untilAvailable(live(), customer, '0');
      const again = await send(live(), customer, event);
      expect(again.duplicates).toBe(1);
      expect((await takenBack(event.id)).stats.gross_revenue).toBe('0');
      expect(await available(live(), customer)).toBe('0');
    });

    it('of debt that was repaid meanwhile pays back whoever repaid it', async () => {
      const code = await priced('4');
      const customer = await customerOf(live(), code);
      const event = usage(code, {});
      await send(live(), customer, event);
      await untilAvailable(live(), customer, '-4');
      await topUp(customer, '3');
      await untilAvailable(live(), customer, '-1');
      await reverse(event.id, { reason: 'never happened' });
      await untilAvailable(live(), customer, '3');
      expect(await lotsOf(customer)).toEqual(['paid 3']);
    });

    it('that no price matched is shown as reversed', async () => {
      const customer = await customerOf(live());
      const event = usage('nobody_prices_this', {});
      await send(live(), customer, event);
      const answer = await reverse(event.id, { reason: 'test data' });
      expect(answer.status).toBe(200);
      const shown = await takenBack(event.id);
      expect(shown).toMatchObject({ status: 'processed', reversal_reason: 'test data', fees: [] });
    });

    it('must have been accepted, and needs a reason', async () => {
      expect((await reverse(randomUUID(), { reason: 'unknown' })).status).toBe(404);
      expect((await reverse('not-an-id', { reason: 'unknown' })).status).toBe(404);
      const customer = await customerOf(live());
      const event = usage('any', {});
      await send(live(), customer, event);
      const nothing = await reverse(event.id, {});
      expect(nothing.status).toBe(422);
      expect(nothing.body.errors[0].pointer).toBe('/reason');
      const unknown = await reverse(event.id, { reason: 'r', amount: 1 });
      expect(unknown.body.errors[0].code).toBe('unknown_field');
    });

    it('leaves the books balanced', async () => {
      expect((await live().read('/admin/trial-balance')).balanced).toBe(true);
    });
  });
}
