/**
 * A small AI platform, set up through the API as its developers would: what the stories share.
 */
import { randomUUID } from 'node:crypto';
import { type ApiClient, type Json, pollUntil } from '@kontor/testkit';

/** The product of the dimensional-pricing text: three speeds, USD per minute. */
export const glitchVideoAdvanced = (code: string): Json => ({
  name: 'Glitch Video Advanced',
  code,
  prices: [
    {
      name: 'Video Generation Compute',
      type: 'usage_based',
      billing_model: { type: 'real_time' },
      usage_calculation: {
        event_type: 'video_generated',
        usage_type: 'unit_and_volume',
        volume_field: 'minutes',
        source_reference_field: 'video_id',
        billable_dimensions: ['speed'],
      },
      pricing: [
        {
          asset: 'USD',
          values: [
            {
              name: 'Video Generation Minutes (Fast)',
              dimensions: { speed: 'fast' },
              values: [{ volume_rate: 1 }],
            },
            {
              name: 'Video Generation Minutes (Regular)',
              dimensions: { speed: 'regular' },
              values: [{ volume_rate: 0.4 }],
            },
            {
              name: 'Video Generation Minutes (Default)',
              dimensions: { speed: '*' },
              values: [{ volume_rate: 0.4 }],
            },
          ],
        },
      ],
    },
  ],
  publish: true,
});

/** A product with one plain price. */
export const simpleProduct = (options: {
  code: string;
  eventType: string;
  value: Json;
  usageType?: string;
  volumeField?: string;
  asset?: string;
}): Json => ({
  name: options.code,
  code: options.code,
  prices: [
    {
      name: `${options.code} price`,
      type: 'usage_based',
      billing_model: { type: 'real_time' },
      usage_calculation: {
        event_type: options.eventType,
        usage_type: options.usageType ?? 'unit',
        ...(options.volumeField && { volume_field: options.volumeField }),
      },
      pricing: [{ asset: options.asset ?? 'USD', values: [options.value] }],
    },
  ],
  publish: true,
});

export const unique = (name: string): string => `${name}_${randomUUID().slice(0, 8)}`;

/** A customer subscribed to these product codes; answers its id. */
export async function customerOf(api: ApiClient, ...codes: string[]): Promise<string> {
  const customer = await api.create('/customers', {
    name: 'Acme Corp',
    external_id: unique('acme'),
    ...(codes.length > 0 && { subscriptions: [{ products: codes.map((code) => ({ code })) }] }),
  });
  return customer.id as string;
}

export const usage = (eventType: string, data: Json, more: Json = {}): Json => ({
  id: randomUUID(),
  event_type: eventType,
  occurred_at: '2026-01-05T14:32:18Z',
  data,
  ...more,
});

export const send = (api: ApiClient, customerId: string, ...events: Json[]): Promise<Json> =>
  api.create('/events', { customer_id: customerId, events });

/** The event in full once everything about it has arrived. */
export const processed = (api: ApiClient, eventId: string): Promise<Json> =>
  pollUntil(
    async () => {
      const { status, body } = await api.get(`/events/${eventId}`);
      return status === 200 && body.status === 'processed' ? body : undefined;
    },
    { timeoutMs: 20_000, what: `processing of ${eventId}` },
  );

/** `available` of an account, 0 when there is none yet. */
export async function available(
  api: ApiClient,
  customerId: string,
  asset = 'USD',
): Promise<string> {
  const wallet = await api.read(`/customers/${customerId}/wallet`);
  return wallet.accounts.find((each: Json) => each.asset === asset)?.available ?? '0';
}

/** Waits until the account shows exactly this; fails with what it shows instead. */
export const untilAvailable = (
  api: ApiClient,
  customerId: string,
  expected: string,
  asset = 'USD',
): Promise<unknown> =>
  pollUntil(async () => (await available(api, customerId, asset)) === expected, {
    timeoutMs: 30_000,
    what: `${asset} ${expected} of ${customerId}`,
  });
