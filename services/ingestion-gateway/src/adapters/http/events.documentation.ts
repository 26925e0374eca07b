/**
 * `POST /events` for the OpenAPI document. The route itself is checked by hand-written code, because
 * it is the hot path; domain/usage.ts is what holds.
 */
import {
  zAssetCode,
  zDescription,
  zInstant,
  zMetadata,
  zName,
  zUsageAmount,
  zUuid,
  type ApiDocumentation,
} from '@kontor/service-host';
import { z } from 'zod';

const zCost = z.strictObject({
  id: zUuid,
  vendor_id: zName.optional(),
  vendor_external_id: zName.optional(),
  category: zName.optional(),
  description: zDescription.optional(),
  metadata: zMetadata.optional(),
  units: zUsageAmount.optional(),
  unit_price: zUsageAmount.optional(),
  input_volume: zUsageAmount.optional(),
  volume_rate: zUsageAmount.optional(),
  package_size: zUsageAmount.optional(),
  amount: zUsageAmount.optional(),
  currency: zAssetCode.optional(),
});

const zEvent = z.strictObject({
  id: zUuid,
  event_type: zName,
  occurred_at: zInstant,
  subject: zName.optional(),
  authorization_id: zName
    .optional()
    .meta({ description: 'The authorization that the fees are captured from.' }),
  authorization_final: z
    .boolean()
    .default(true)
    .meta({ description: 'What it has left goes back then.' }),
  description: zDescription.optional(),
  data: z.record(z.string(), z.json()).optional(),
  costs: z.array(zCost).max(100).optional(),
});

const zUsage = z.strictObject({
  customer_id: zName.optional(),
  customer_external_id: zName.optional(),
  events: z.array(zEvent).min(1).max(1_000),
});

const zItem = z.object({
  id: z.string().optional(),
  status: z.enum(['accepted', 'duplicate', 'rejected']),
  code: z.string().optional(),
  detail: z.string().optional(),
  pointer: z.string().optional(),
});

const counts = {
  accepted: z.int(),
  duplicates: z.int(),
  rejected: z.int(),
};

const EVENT_ID = '9c2c8e3a-7f6b-4f5e-9c1f-2e6b6a4a9f21';

export const POST_EVENTS: ApiDocumentation = {
  summary: 'Send usage events, with their costs',
  tag: 'ingestion-gateway',
  description:
    'Each event is answered by itself; the answer is given when the accepted ones are durable. ' +
    'The event id is the idempotency key, for ever. With `Prefer: wait=10` the answer is 200 with ' +
    'each event in full, after rating, debit and cost, or 202 when that takes longer. ' +
    'CloudEvents 1.0 are accepted in structured and batched mode: `type` is the event type, the ' +
    'extension `customerid` or `customerexternalid` the customer.',
  body: zUsage,
  bodyExample: {
    customer_id: 'cust_4zrjbt38gmpb55h95ygp38sp40',
    events: [
      {
        id: EVENT_ID,
        event_type: 'video_generated',
        occurred_at: '2026-01-05T14:32:18Z',
        subject: 'chat_videoId39854734',
        data: { minutes: 2, speed: 'fast' },
        costs: [
          {
            id: '68116730-e125-408b-8f75-90f1fb9aa7dd',
            vendor_external_id: 'openai',
            amount: 0.16,
            currency: 'USD',
          },
        ],
      },
    ],
  },
  responses: {
    202: {
      schema: z.object({ ...counts, events: z.array(zItem) }),
      example: {
        accepted: 1,
        duplicates: 0,
        rejected: 0,
        events: [{ id: EVENT_ID, status: 'accepted' }],
      },
    },
    200: {
      description: 'With `Prefer: wait=`: accepted events in full, as `GET /events/{id}` has them.',
      schema: z.object({ ...counts, events: z.array(z.looseObject({ id: z.string() })) }),
      example: {
        accepted: 1,
        duplicates: 0,
        rejected: 0,
        events: [{ id: EVENT_ID, event_type: 'video_generated', status: 'processed', fees: [] }],
      },
    },
  },
  errors: [
    'event_id_reused',
    'unknown_customer',
    'customer_mismatch',
    'unknown_vendor',
    'queue_full',
    'dependency_down',
  ],
  consumes: ['application/cloudevents+json', 'application/cloudevents-batch+json'],
};
