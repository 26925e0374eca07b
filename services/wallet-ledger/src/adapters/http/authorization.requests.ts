/** Bodies of the routes of authorizations, charges and overdraft policies. */
import { ZERO } from '@kontor/money';
import {
  zAssetCode,
  zDescription,
  zExactAmount,
  zMetadata,
  zName,
  zUuid,
} from '@kontor/service-host';
import { z } from 'zod';

const EXPIRES_IN_DEFAULT_S = 900;
const EXPIRES_IN_MAX_S = 7 * 24 * 3_600;

const zPositive = zExactAmount.refine((amount) => amount.gt(ZERO), {
  error: 'Expected more than 0.',
  params: { code: 'amount_not_positive' },
});
const zNotNegative = zExactAmount.refine((amount) => amount.gte(ZERO), {
  error: 'Expected 0 or more.',
  params: { code: 'negative' },
});

/** `ext_` and an external id have room. */
const CUSTOMER_ID_MAX = 512;
const DATA_BYTES_MAX = 64 * 1024;

/** As in an event. */
const zData = z
  .record(z.string(), z.json())
  .refine((data) => Buffer.byteLength(JSON.stringify(data)) <= DATA_BYTES_MAX, {
    error: 'At most 64 KiB as JSON.',
    params: { code: 'too_large' },
  });

export const zAuthorization = z.strictObject({
  id: zUuid.optional(),
  customer_id: z.string().min(1).max(CUSTOMER_ID_MAX).optional(),
  customer_external_id: zName.optional(),
  account_name: zName.default('default'),
  asset: zAssetCode.optional().meta({ description: 'The reporting currency when not given.' }),
  amount: zPositive.optional(),
  event_type: zName
    .optional()
    .meta({ description: 'Instead of `amount`: what the usage would cost the customer now.' }),
  data: zData.optional(),
  subject: zName.optional(),
  expires_in: z
    .int()
    .min(1)
    .max(EXPIRES_IN_MAX_S)
    .default(EXPIRES_IN_DEFAULT_S)
    .meta({ description: 'Seconds.' }),
  metadata: zMetadata.optional(),
});
export type AuthorizationBody = z.infer<typeof zAuthorization>;

export const zCapture = z.strictObject({
  amount: zPositive.optional(),
  final: z.boolean().optional(),
});
export type CaptureBody = z.infer<typeof zCapture>;

export const zCharge = z.strictObject({
  transaction_id: zUuid,
  account_name: zName.default('default'),
  asset: zAssetCode,
  amount: zPositive,
  subject: zName.optional(),
  description: zDescription.optional(),
  input_units: zNotNegative.optional(),
  input_volume: zNotNegative.optional(),
  unit_price: zNotNegative.optional(),
  volume_rate: zNotNegative.optional(),
  package_size: zNotNegative.optional(),
  metadata: zMetadata.optional(),
});
export type ChargeBody = z.infer<typeof zCharge>;

export const zOverdraft = z.strictObject({
  overdraft: z.discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('unlimited') }),
    z.strictObject({ mode: z.literal('none') }),
    z.strictObject({ mode: z.literal('limit'), limit: zNotNegative }),
  ]),
});
export type OverdraftBody = z.infer<typeof zOverdraft>;
