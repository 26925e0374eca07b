/** Answers of the routes of authorizations, for OpenAPI. */
import type { Decimal } from '@kontor/money';
import { z } from 'zod';

const zAmount = z.custom<Decimal>().meta({ type: 'number' });

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
