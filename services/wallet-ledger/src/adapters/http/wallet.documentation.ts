/** Answers of the wallet's routes, for OpenAPI. */
import type { Decimal } from '@kontor/money';
import { z } from 'zod';

const zAmount = z.custom<Decimal>().meta({ type: 'number' });

const zAccount = z.object({
  id: z.string(),
  name: z.string(),
  asset: z.string(),
  available: zAmount,
  held: zAmount,
  pending_in: zAmount,
  pending_out: zAmount,
  overdraft: z.object({
    mode: z.enum(['unlimited', 'limit', 'none']),
    limit: zAmount.optional(),
  }),
});
const accountExample = {
  id: 'default:USD',
  name: 'default',
  asset: 'USD',
  available: 9.8,
  held: 0,
  pending_in: 0,
  pending_out: 0,
  overdraft: { mode: 'unlimited' },
};

const zPageOf = (item: z.ZodType) =>
  z.object({
    items: z.array(item),
    total_count: z.int(),
    limit: z.int(),
    offset: z.int(),
    next_cursor: z.string().nullable(),
  });
const pageExample = (item: object) => ({
  items: [item],
  total_count: 1,
  limit: 20,
  offset: 0,
  next_cursor: null,
});

const zGrant = z.object({
  id: z.string(),
  purpose: z.enum(['promotional', 'bundled', 'paid']),
  amount: zAmount,
  available: zAmount,
  effective_at: z.string(),
  expires_at: z.string().nullable(),
  created_at: z.string(),
  burn_position: z.int().nullable(),
});
const grantExample = {
  id: 'grt_4rjb887sb1h4j2m0hdjmh49gdg',
  purpose: 'paid',
  amount: 10,
  available: 9.8,
  effective_at: '2026-01-05T14:30:00.000000Z',
  expires_at: null,
  created_at: '2026-01-05T14:30:00.000000Z',
  burn_position: 1,
};

const zTransaction = z.object({
  id: z.string(),
  type: z.string(),
  account_id: z.string(),
  asset: z.string(),
  amount: zAmount.meta({
    description:
      'What it did to `available`: below 0 when it took. So the amounts of a statement add up to its' +
      ' balance. What a capture or fee takes out of an authorization was taken by the hold and counts' +
      ' 0 here; `lots` says what it took.',
  }),
  balance: zAmount.meta({ description: '`available` after it.' }),
  description: z.string().nullable(),
  subject: z.string().nullable(),
  event_id: z.string().nullable(),
  lots: z.array(z.object({ grant_id: z.string(), amount: zAmount })),
  metadata: z.record(z.string(), z.json()).nullable(),
  created_at: z.string(),
  executed_at: z.string(),
});
const transactionExample = {
  id: 'fee_5a1s2xq3ky8z16b1enqybz1qdn',
  type: 'fee',
  account_id: 'default:USD',
  asset: 'USD',
  amount: -0.2,
  balance: 9.8,
  description: 'Video gen completed',
  subject: 'chat_videoId39854734',
  event_id: '9c2c8e3a-7f6b-4f5e-9c1f-2e6b6a4a9f21',
  lots: [{ grant_id: grantExample.id, amount: 0.2 }],
  metadata: null,
  created_at: '2026-01-05T14:32:18.000000Z',
  executed_at: '2026-01-05T14:32:18.000000Z',
};

const zTrialBalance = z.object({
  assets: z.array(
    z.object({
      asset: z.string(),
      sum: zAmount,
      accounts: z
        .array(z.object({ account: z.string(), normal_side: z.string(), balance: zAmount }))
        .optional(),
    }),
  ),
  balanced: z.boolean(),
});

export const documented = {
  wallet: {
    schema: z.object({ accounts: z.array(zAccount) }),
    example: { accounts: [accountExample] },
  },
  account: { schema: zAccount, example: accountExample },
  grants: { schema: zPageOf(zGrant), example: pageExample(grantExample) },
  transactions: { schema: zPageOf(zTransaction), example: pageExample(transactionExample) },
  transaction: { schema: zTransaction, example: transactionExample },
  adjustment: {
    schema: z.object({ id: z.string(), created_at: z.string() }),
    example: {
      id: '2b1f8a52-6c1d-4b0e-9a8f-0d6a5b6c7d8e',
      created_at: '2026-01-05T14:30:00.000000Z',
    },
  },
  trialBalance: {
    schema: zTrialBalance,
    example: { assets: [{ asset: 'USD', sum: 0 }], balanced: true },
  },
} as const;

export const statementCsvExample = [
  'id,type,account_id,asset,amount,balance,description,subject,event_id,lots,metadata,created_at,executed_at',
  'fee_5a1s2xq3ky8z16b1enqybz1qdn,fee,default:USD,USD,-0.2,9.8,Video gen completed,chat_videoId39854734,' +
    '9c2c8e3a-7f6b-4f5e-9c1f-2e6b6a4a9f21,grt_4rjb887sb1h4j2m0hdjmh49gdg 0.2,,' +
    '2026-01-05T14:32:18.000000Z,2026-01-05T14:32:18.000000Z',
  '',
].join('\r\n');

export const adjustmentBodyExample = {
  transaction_id: '2b1f8a52-6c1d-4b0e-9a8f-0d6a5b6c7d8e',
  asset: 'USD',
  amount: 10,
  reason: 'external_topup',
  description: 'Invoice 2026-17',
};

export const chargeBodyExample = {
  transaction_id: '5d0b2c1e-8f3a-4c7d-9b6e-1a2b3c4d5e6f',
  asset: 'USD',
  amount: 2.5,
  subject: 'chat_videoId39854734',
  description: 'Priority rendering',
};
