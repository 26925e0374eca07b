/** Answers of the audit's routes, for OpenAPI. */
import type { Decimal } from '@kontor/money';
import { z } from 'zod';

const COUNTS = [
  'records',
  'facts',
  'fees',
  'wallets',
  'accounts',
  'open_authorizations',
  'grants',
  'transaction_ids',
  'statement_lines',
  'book_balances',
] as const;

const zDifference = z.object({
  platform: z.string().optional(),
  mode: z.string().optional(),
  customer_id: z.string().optional(),
  account_id: z.string().optional(),
  what: z.string(),
  expected: z.string().meta({ description: 'By the log.' }),
  found: z.string().meta({ description: 'In the table.' }),
});

const zAudit = z.object({
  id: z.uuid(),
  status: z.enum(['running', 'done', 'failed']),
  ok: z
    .boolean()
    .nullable()
    .meta({ description: 'No difference, and balanced. Null as long as it is not known.' }),
  started_at: z.string(),
  seconds: z.number(),
  partitions: z.int(),
  partitions_done: z.int(),
  counts: z.object(Object.fromEntries(COUNTS.map((name) => [name, z.int()]))),
  assets: z.array(
    z.object({ asset: z.string(), sum: z.custom<Decimal>().meta({ type: 'number' }) }),
  ),
  balanced: z.boolean().meta({ description: 'All legs of the log add up to 0 per asset.' }),
  difference_count: z.int(),
  differences: z.array(zDifference).meta({ description: 'The first 1,000.' }),
  error: z.string().optional().meta({ description: 'Why it failed.' }),
});

export const documented = {
  audit: {
    schema: zAudit,
    example: {
      id: '0b6a3a0e-5b1c-4f1d-8f2e-3c8f0f6b7a11',
      status: 'done',
      ok: true,
      started_at: '2026-01-05T15:00:00.000000Z',
      seconds: 0.214,
      partitions: 8,
      partitions_done: 8,
      counts: {
        records: 410,
        facts: 1204,
        fees: 1000,
        wallets: 23,
        accounts: 31,
        open_authorizations: 2,
        grants: 25,
        transaction_ids: 1052,
        statement_lines: 1140,
        book_balances: 64,
      },
      assets: [{ asset: 'USD', sum: 0 }],
      balanced: true,
      difference_count: 0,
      differences: [],
    },
  },
} as const;
