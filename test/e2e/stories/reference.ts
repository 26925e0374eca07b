/**
 * The product texts, played literally: every request they print, with the figures they print.
 */
import { randomUUID } from 'node:crypto';
import { type ApiClient, type Json, pollUntil } from '@kontor/testkit';
import {
  available,
  customerOf,
  glitchVideoAdvanced,
  processed,
  send,
  unique,
  usage,
} from './setting';

export function referenceStories(live: () => ApiClient): void {
  describe('the product texts', () => {
    it('prices video minutes by speed: fast, regular, and the fallback for an unknown one', async () => {
      const code = unique('glitch_video_adv');
      const product = await live().create('/products', glitchVideoAdvanced(code));
      expect(product).toMatchObject({ code, version: 1, status: 'published', is_default: true });
      expect(product.id).toMatch(/^prp_/);
      const customer = await customerOf(live(), code);

      const events = [
        usage('video_generated', { minutes: 10, speed: 'fast' }),
        usage('video_generated', { minutes: 100, speed: 'regular' }),
        usage('video_generated', { minutes: 1, speed: 'warp' }),
      ];
      await send(live(), customer, ...events);
      const amounts = [];
      for (const { id } of events) amounts.push((await processed(live(), id)).fees[0].amount);
      expect(amounts).toEqual(['10', '40', '0.4']);
      expect(await available(live(), customer)).toBe('-50.4');
    });

    it('shows what 2 minutes in an asset of its own earned and cost, at every level, within a moment', async () => {
      const api = live();
      const asset = `MIN${randomUUID().slice(0, 6)}`.toUpperCase();
      await api.create('/assets', {
        code: asset,
        name: 'Minutes',
        rates: [{ source: 'USD', rate: 0.1 }],
      });
      const vendorExternalId = unique('openai');
      const vendor = await api.create('/events/vendors', {
        name: 'OpenAI',
        external_id: vendorExternalId,
      });
      expect(vendor.id).toMatch(/^vnd_/);
      const code = unique('glitch_video_adv_1');
      const product = await api.create('/products', {
        ...glitchVideoAdvanced(code),
        prices: [
          {
            name: 'Video Generation Compute',
            type: 'usage_based',
            billing_model: { type: 'real_time' },
            usage_calculation: {
              event_type: 'video_generated',
              usage_type: 'volume',
              volume_field: 'minutes',
              billable_dimensions: ['speed'],
            },
            pricing: [
              {
                asset,
                values: [{ dimensions: { speed: 'fast' }, values: [{ volume_rate: 1 }] }],
              },
            ],
          },
        ],
      });
      const customer = await customerOf(api, code);
      await api.create(`/customers/${customer}/wallet/adjustments`, {
        transaction_id: randomUUID(),
        asset,
        amount: 10,
        reason: 'gift',
      });

      const subject = unique('chat_videoId39854734');
      const event = {
        id: randomUUID(),
        event_type: 'video_generated',
        occurred_at: '2026-01-05T14:32:18Z',
        subject,
        description: 'Video gen completed',
        costs: [
          {
            id: randomUUID(),
            vendor_id: vendor.id,
            description: 'OpenAI Sora',
            metadata: { model: 'sora-fast', resolution: '1080p', billing_type: 'per_minute' },
            units: 0,
            unit_price: 0,
            input_volume: 0,
            volume_rate: 0,
            package_size: 0,
            amount: 0.16,
            currency: 'USD',
          },
        ],
        data: { minutes: 2, model: 'video fast', speed: 'fast' },
      };
      await send(api, customer, event);

      const stats = {
        gross_revenue: '0.2',
        total_costs: '0.16',
        net_revenue: '0.04',
        margin: '0.2',
        currency: 'USD',
      };
      const shown = await processed(api, event.id);
      expect(shown).toMatchObject({
        id: event.id,
        event_type: 'video_generated',
        occurred_at: '2026-01-05T14:32:18Z',
        subject,
        description: 'Video gen completed',
        customer_id: customer,
        stats,
      });
      expect(shown.fees).toEqual([
        expect.objectContaining({
          product_id: product.id,
          product_code: code,
          product_version: 1,
          price_name: 'Video Generation Compute',
          currency: asset,
          dimensions: { speed: 'fast' },
          usage_type: 'volume',
          volume_field: 'minutes',
          input_volume: '2',
          volume_rate: '1',
          amount: '2',
        }),
      ]);
      expect(shown.costs).toEqual([
        expect.objectContaining({ id: event.costs[0]!.id, vendor_id: vendor.id }),
      ]);
      expect(await available(api, customer, asset)).toBe('8');

      const list = await api.read(`/events?customer_id=${customer}`);
      expect(list.items).toEqual([
        expect.objectContaining({ id: event.id, has_fees: true, stats }),
      ]);
      expect(await api.read(`/customers/${customer}/stats`)).toMatchObject({
        id: customer,
        ...stats,
      });
      expect(await api.read(`/products/${product.id}/stats`)).toMatchObject(stats);
      expect(await api.read(`/subjects/${subject}/stats?customer_id=${customer}`)).toMatchObject(
        stats,
      );
      expect(await api.read(`/vendors/${vendor.id}/stats`)).toMatchObject({ total_costs: '0.16' });
    });

    it('writes money as JSON numbers with their exact digits for a client that asks for nothing', async () => {
      const code = unique('exact');
      await live().create('/products', glitchVideoAdvanced(code));
      const customer = await customerOf(live(), code);
      const event = usage('video_generated', { minutes: 0.000003, speed: 'regular' });
      await send(live(), customer, event);
      await processed(live(), event.id);
      const response = await fetch(`${live().url}/events/${event.id}`, {
        headers: { 'x-credyt-api-key': live().key! },
      });
      expect(await response.text()).toContain('"amount":0.0000012');
    });

    it('joins costs of a subject that arrive before, with and after the charge', async () => {
      const api = live();
      const code = unique('tasks');
      await api.create('/products', glitchVideoAdvanced(code));
      const customer = await customerOf(api, code);
      const vendor = (await api.create('/vendors', { name: 'GPU' })).id;
      const subject = unique('ticket');
      const cost = (amount: string): Json => ({
        id: randomUUID(),
        event_type: 'step',
        occurred_at: '2026-01-04T10:00:00Z',
        subject,
        costs: [{ id: randomUUID(), vendor_id: vendor, amount }],
      });
      await send(api, customer, cost('0.1'));
      await send(
        api,
        customer,
        usage('video_generated', { minutes: 2, speed: 'fast' }, { subject }),
      );
      await send(api, customer, cost('0.3'));
      const stats = await pollUntil(async () => {
        const { body } = await api.get(`/subjects/${subject}/stats?customer_id=${customer}`);
        return body.total_costs === '0.4' && body.gross_revenue === '2' ? body : undefined;
      });
      expect(stats).toMatchObject({ net_revenue: '1.6', margin: '0.8' });
    });
  });
}
