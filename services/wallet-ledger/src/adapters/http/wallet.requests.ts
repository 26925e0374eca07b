/** Bodies and queries of the wallet's routes. */
import {
  zAssetCode,
  zDescription,
  zExactAmount,
  zInstant,
  zMetadata,
  zName,
  zPage,
  zPeriod,
  zPeriodFrom,
  zPeriodTo,
  zUuid,
} from '@kontor/service-host';
import { ZERO } from '@kontor/money';
import { z } from 'zod';

/** Has its place in the contract and comes later: refused by name, never ignored. */
export const zLater = z
  .unknown()
  .optional()
  .refine((value) => value === undefined, {
    error: 'This is not supported yet.',
    params: { code: 'not_supported' },
  })
  .meta({ description: 'Not supported yet.' });

export const zReason = z.enum([
  'gift',
  'external_topup',
  'external_refund',
  'other',
  'correction',
  'migration',
]);

export const zAdjustment = z.strictObject({
  transaction_id: zUuid,
  account_name: zName.default('default'),
  asset: zAssetCode,
  amount: zExactAmount.refine((amount) => !amount.eq(ZERO), {
    error: 'An adjustment of 0 changes nothing.',
    params: { code: 'amount_zero' },
  }),
  description: zDescription.optional(),
  reason: zReason,
  metadata: zMetadata.optional(),
  expires_at: zInstant.optional(),
  effective_at: zInstant.optional(),
});
export type AdjustmentBody = z.infer<typeof zAdjustment>;

const zFlag = z.enum(['true', 'false']).transform((text) => text === 'true');

const zAsOf = zInstant
  .optional()
  .meta({ description: 'Shows it as it was at this instant, which may not be in the future.' });

/** `?as_of=` belongs to every wallet read. */
export const zWalletQuery = z.strictObject({ as_of: zAsOf });
export type WalletQuery = z.infer<typeof zWalletQuery>;

export const zGrantsQuery = zPage.extend({
  purpose: z.enum(['promotional', 'bundled', 'paid']).optional(),
  exclude_expired: zFlag.optional(),
  effective_from: zPeriodFrom.optional(),
  effective_to: zPeriodTo.optional(),
  expired_from: zPeriodFrom.optional(),
  expired_to: zPeriodTo.optional(),
  as_of: zAsOf,
});
export type GrantsQuery = z.infer<typeof zGrantsQuery>;

export const TRANSACTION_TYPES = [
  'adjustment',
  'fee',
  'charge',
  'hold',
  'capture',
  'release',
  'expiry',
  'reversal',
] as const;

/** The name, `:` and the asset, each of 255 characters; a name in small letters can be longer. */
const ACCOUNT_ID_MAX = 1_024;

export const zTransactionsQuery = zPage.extend({
  ...zPeriod.shape,
  account_id: z.string().min(1).max(ACCOUNT_ID_MAX).optional(),
  type: z.enum(TRANSACTION_TYPES).optional(),
  subject: zName.optional(),
});
export type TransactionsQuery = z.infer<typeof zTransactionsQuery>;

export const zTrialBalanceQuery = z.strictObject({ detail: zFlag.default(false) });
