/** Assets, rates and quotes as clients send and get them. */
import { zAssetCode, zExactAmount, zInstant, zName, zPage, zText } from '@kontor/service-host';
import { z } from 'zod';
import { PRECISION_MAX, RATES_MAX } from '../../domain/asset';

export const zRate = z.object({
  source: zAssetCode,
  rate: zExactAmount.optional(),
  inverse_rate: zExactAmount.optional(),
  valid_from: zInstant.optional(),
  valid_to: zInstant.optional(),
});

export const zNewAsset = z.object({
  code: zAssetCode,
  name: zName,
  precision: z.int().min(0).max(PRECISION_MAX).optional(),
  symbol: zText(255).optional(),
  label: zText(255).optional(),
  rates: z.array(zRate).max(RATES_MAX).optional(),
});

export const zQuote = z.object({
  source: zAssetCode,
  amount: zExactAmount,
  exchange_at: zInstant.optional(),
});

export const zAssetList = zPage.extend({
  kind: z
    .enum(['custom', 'fiat', 'all'])
    .default('custom')
    .meta({ description: 'What this platform made (default), ISO 4217 currencies, or both.' }),
});

export type RateDto = z.output<typeof zRate>;
export type NewAssetDto = z.output<typeof zNewAsset>;
export type QuoteDto = z.output<typeof zQuote>;
export type AssetListDto = z.output<typeof zAssetList>;

// As they are answered, for the OpenAPI document.

const zInstantAnswer = z.string().meta({ format: 'date-time' });

export const zCreatedAsset = z.object({ code: z.string(), created_at: zInstantAnswer });
export const zAssetItem = z.object({ code: z.string(), name: z.string() });

const zRateAnswer = z.object({
  valid_from: zInstantAnswer,
  valid_to: zInstantAnswer.nullable(),
  rate: z.number(),
  inverse_rate: z.number(),
});

export const zSetRate = zRateAnswer.extend({ asset: z.string(), source: z.string() });

export const zAsset = z.object({
  code: z.string(),
  name: z.string(),
  precision: z.int(),
  label: z.string().nullable(),
  symbol: z.string().nullable(),
  created_at: zInstantAnswer,
  rates: z.array(z.object({ source: z.string(), schedule: z.array(zRateAnswer) })),
});

export const zQuoteAnswer = z.object({
  source: z.string(),
  source_amount: z.number(),
  destination: z.string(),
  destination_amount: z.number(),
  rate: z.number(),
  inverse_rate: z.number(),
});

const usdRate = {
  valid_from: '2026-02-01T00:00:00.000000Z',
  valid_to: null,
  rate: 0.12,
  inverse_rate: 8.333333333333,
};

export const assetExamples = {
  item: { code: 'MIN', name: 'Minutes' },
  asset: {
    code: 'MIN',
    name: 'Minutes',
    precision: 2,
    label: null,
    symbol: null,
    created_at: '2026-01-05T14:32:18.000000Z',
    rates: [{ source: 'USD', schedule: [usdRate] }],
  },
  rateSet: { asset: 'MIN', source: 'USD', ...usdRate },
  body: { code: 'MIN', name: 'Minutes', rates: [{ source: 'USD', rate: 0.1 }] },
  created: { code: 'MIN', created_at: '2026-01-05T14:32:18.000000Z' },
  rate: { source: 'USD', rate: 0.12, valid_from: '2026-02-01T00:00:00Z' },
  quote: { source: 'USD', amount: 5 },
  quoted: {
    source: 'USD',
    source_amount: 5,
    destination: 'MIN',
    destination_amount: 50,
    rate: 0.1,
    inverse_rate: 10,
  },
};
