/** Products and versions as clients send and get them. */
import { zDescription, zName, zPage } from '@kontor/service-host';
import { z } from 'zod';
import { zPriceAnswer, zPrices } from './price.schemas';

const zEntitlements = z.array(z.unknown()).optional().meta({ description: 'Not supported yet.' });

export const zNewVersion = z.object({
  prices: zPrices,
  entitlements: zEntitlements,
  publish: z.boolean().optional(),
});

export const zNewProduct = zNewVersion.extend({
  name: zName,
  code: zName,
  description: zDescription.optional(),
});

export const zVersionPatch = z.object({
  publish: z.boolean().optional(),
  make_default: z.boolean().optional(),
});

export const zProductList = zPage.extend({ code: z.string().optional() });

export type NewVersionDto = z.output<typeof zNewVersion>;
export type NewProductDto = z.output<typeof zNewProduct>;
export type VersionPatchDto = z.output<typeof zVersionPatch>;
export type ProductListDto = z.output<typeof zProductList>;

// As they are answered, for the OpenAPI document.

const zInstantAnswer = z.string().meta({ format: 'date-time' });
const zStatus = z.enum(['draft', 'published', 'archived']);

export const zMadeVersion = z.object({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  version: z.int(),
  status: zStatus,
  is_default: z.boolean(),
  created_at: zInstantAnswer,
});

export const zProductSummary = z.object({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  created_at: zInstantAnswer,
});

const zVersionReference = z.object({
  version: z.int(),
  created_at: zInstantAnswer,
  status: zStatus,
});

export const zProduct = zProductSummary.extend({
  description: z.string().optional(),
  default_version: z
    .object({
      version: z.int(),
      prices: z.array(zPriceAnswer),
      entitlements: z.array(z.unknown()),
    })
    .nullable(),
  versions: z.array(zVersionReference),
});

export const zVersionAnswer = zMadeVersion.extend({
  description: z.string().optional(),
  prices: z.array(zPriceAnswer),
  entitlements: z.array(z.unknown()),
});

export const zSubscriber = z.object({
  customer_id: z.string(),
  customer_name: z.string().nullable(),
  external_id: z.string().nullable(),
  email: z.string().nullable(),
  subscription_id: z.string(),
  subscription_status: z.enum(['active', 'inactive', 'scheduled']),
  started_at: zInstantAnswer,
  renews_at: zInstantAnswer.nullable(),
  product_rate_plan_id: z.string(),
  version: z.int(),
});

const videoMinutes = (name: string, speed: string, rate: number) => ({
  name: `Video Generation Minutes (${name})`,
  dimensions: { speed },
  values: [{ volume_rate: rate }],
});

const videoPrice = {
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
        videoMinutes('Fast', 'fast', 1),
        videoMinutes('Regular', 'regular', 0.4),
        videoMinutes('Default', '*', 0.4),
      ],
    },
  ],
};

const summary = {
  id: 'prp_06f3xh2m4a9s6d1f8g3h5j7k2q',
  code: 'glitch_video_adv',
  name: 'Glitch Video Advanced',
  created_at: '2026-01-05T14:32:18.000000Z',
};
const made = { ...summary, version: 1, status: 'published', is_default: true };
const prices = [{ id: 'prc_06f3xh2m4b3e8r5t1y6w9q2a7s', ...videoPrice }];

export const productExamples = {
  body: {
    name: 'Glitch Video Advanced',
    code: 'glitch_video_adv',
    prices: [videoPrice],
    publish: true,
  },
  made,
  next: { ...made, version: 2, is_default: false },
  summary,
  product: {
    ...summary,
    default_version: { version: 1, prices, entitlements: [] },
    versions: [{ version: 1, created_at: made.created_at, status: 'published' }],
  },
  version: { ...made, prices, entitlements: [] },
  subscriber: {
    customer_id: 'cust_06f3xk9w1s7v4n8q2d5t0m6b3c',
    customer_name: 'Acme Corp',
    external_id: 'acme',
    email: 'billing@acme.example',
    subscription_id: 'sub_06f3xk9w1t2c5r9y8h4g1p7z6e',
    subscription_status: 'active',
    started_at: '2026-01-05T14:32:18.000000Z',
    renews_at: null,
    product_rate_plan_id: summary.id,
    version: 1,
  },
};
