/** Prices as clients send them, with everything that has a name in the contract. */
import { zAssetCode, zExactAmount, zName } from '@kontor/service-host';
import { z } from 'zod';
import { PRICES_MAX } from '../../domain/price-rules';

/** Named in the contract and refused as `not_supported`, so it must be let in to be refused well. */
const zLater = z.unknown().optional().meta({ description: 'Not supported yet.' });

export const zPriceValue = z.object({
  name: zName.optional(),
  unit_price: zExactAmount.optional(),
  volume_rate: zExactAmount.optional(),
  package_size: zExactAmount.optional(),
  up_to: zLater,
  min_amount: zLater,
  max_amount: zLater,
  quantity: zLater,
});

const zDimensionValue = z.union([zName, z.number(), z.boolean()]);

export const zPriceBlock = z.object({
  name: zName.optional(),
  dimensions: z.record(z.string(), zDimensionValue),
  values: z.array(zPriceValue),
});

export const zUsageCalculation = z.object({
  event_type: zName,
  usage_type: z.enum(['unit', 'volume', 'unit_and_volume', 'custom']),
  unit_aggregation: zName.optional(),
  volume_field: zName.optional(),
  volume_aggregation: zName.optional(),
  source_reference_field: zName.optional(),
  billable_dimensions: z.array(zName).optional(),
});

export const zPrice = z.object({
  id: zName.optional(),
  name: zName,
  type: z.enum(['usage_based', 'fixed']),
  billing_model: z.object({
    type: z.enum(['real_time', 'recurring', 'one_time']),
    recurring: zLater,
    one_time: zLater,
  }),
  pricing_model: z.enum(['flat', 'tiered', 'bulk', 'package']).optional(),
  tiering: zLater,
  collection: zLater,
  funding_destination: zLater,
  usage_calculation: zUsageCalculation.optional(),
  pricing: z.array(
    z.object({ asset: zAssetCode, values: z.array(z.union([zPriceBlock, zPriceValue])) }),
  ),
});

export const zPrices = z.array(zPrice).min(1).max(PRICES_MAX);

export type PriceDto = z.output<typeof zPrice>;
export type PriceValueDto = z.output<typeof zPriceValue>;
export type PriceBlockDto = z.output<typeof zPriceBlock>;

// As they are answered, for the OpenAPI document.

const zValueAnswer = z.object({
  name: z.string().optional(),
  unit_price: z.number().optional(),
  volume_rate: z.number().optional(),
  package_size: z.number().optional(),
});

export const zPriceAnswer = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal('usage_based'),
  billing_model: z.object({ type: z.literal('real_time') }),
  pricing_model: z.literal('flat').optional(),
  usage_calculation: zUsageCalculation,
  pricing: z.array(
    z.object({
      asset: z.string(),
      values: z.array(
        z.union([
          z.object({
            name: z.string().optional(),
            dimensions: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
            values: z.array(zValueAnswer),
          }),
          zValueAnswer,
        ]),
      ),
    }),
  ),
});
