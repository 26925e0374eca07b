/** Answers of the routes of authorizations, for OpenAPI. */
import type { Decimal } from '@kontor/money';
import { z } from 'zod';

const zAmount = z.custom<Decimal>().meta({ type: 'number' });

const zHeldFee = z.object({
  product_id: z.string(),
  product_code: z.string(),
  product_version: z.int(),
  price_id: z.string(),
  price_name: z.string(),
  currency: z.string(),
  dimensions: z.record(z.string(), z.string()).optional(),
  usage_type: z.enum(['unit', 'volume', 'unit_and_volume']),
  volume_field: z.string().optional(),
  input_volume: zAmount.optional(),
  volume_rate: zAmount.optional(),
  units: zAmount.optional(),
  unit_price: zAmount.optional(),
  package_size: zAmount.optional(),
  description: z.string(),
  amount: zAmount,
});

export const authorizationDocs = {
  schema: z.object({
    id: z.string(),
    status: z.enum(['authorized', 'captured', 'voided', 'expired']),
    amount: zAmount,
    asset: z.string(),
    captured: zAmount,
    available: zAmount.meta({ description: 'What a capture may still take.' }),
    account_id: z.string(),
    subject: z.string().nullable(),
    metadata: z.record(z.string(), z.json()).nullable(),
    expires_at: z.string(),
    created_at: z.string(),
    fees: z
      .array(zHeldFee)
      .optional()
      .meta({ description: 'Of a priced authorization: what makes up its amount.' }),
  }),
  example: {
    id: 'auth_4rjb887sb1h4j2m0hdjmh49gdg',
    status: 'authorized',
    amount: 3,
    asset: 'USD',
    captured: 0,
    available: 3,
    account_id: 'default:USD',
    subject: 'chat_videoId39854734',
    metadata: null,
    expires_at: '2026-01-05T14:45:00.000000Z',
    created_at: '2026-01-05T14:30:00.000000Z',
  },
} as const;

export const authorizationExample = {
  customer_id: 'cust_4rjb887sb1h4j2m0hdjmh49gdg',
  amount: 3,
  asset: 'USD',
  subject: 'chat_videoId39854734',
};
