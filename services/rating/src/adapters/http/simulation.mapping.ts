/** Bodies of simulations: what is taken, and how its answer reads. */
import type { Decimal } from '@kontor/money';
import { zDescription, zInstant, zName, zUuid } from '@kontor/service-host';
import { z } from 'zod';
import type { Fee, FeeAlternative, Usage } from '../../domain/rate-usage';
import type { AssetTrace, PriceTrace, Simulation } from '../../domain/simulate';

const EVENTS_MAX = 1_000;
const COSTS_MAX = 100;
const DATA_BYTES_MAX = 64 * 1024;
/** A dimension's value is shown up to here: the event has it whole, and no row asks for more. */
const SHOWN_CHARACTERS_MAX = 255;

const zData = z
  .record(z.string(), z.json())
  .refine((data) => Buffer.byteLength(JSON.stringify(data)) <= DATA_BYTES_MAX, {
    error: 'At most 64 KiB as JSON.',
    params: { code: 'too_large' },
  });

const zUnread = z.json().optional();

/** A cost has no influence on a price: its members are known by name and not looked into. */
const zCost = z.object({
  id: zUuid,
  vendor_id: zUnread,
  vendor_external_id: zUnread,
  category: zUnread,
  description: zUnread,
  metadata: zUnread,
  units: zUnread,
  unit_price: zUnread,
  input_volume: zUnread,
  volume_rate: zUnread,
  package_size: zUnread,
  amount: zUnread,
  currency: zUnread,
});

/** An event as `POST /events` takes it; what has no influence on its price is accepted and unread. */
const zEvent = z.object({
  id: zUuid,
  event_type: zName,
  occurred_at: zInstant,
  subject: zName.optional(),
  description: zDescription.optional(),
  data: zData.optional(),
  costs: z.array(zCost).max(COSTS_MAX).optional(),
  authorization_id: z.string().max(255).optional(),
  authorization_final: z.boolean().optional(),
});

export const zSimulation = z.object({
  customer_id: z.string().min(1).max(512).optional(),
  customer_external_id: zName.optional(),
  events: z.array(zEvent).min(1).max(EVENTS_MAX),
});
export type SimulationDto = z.infer<typeof zSimulation>;
export type EventDto = SimulationDto['events'][number];

export const usageOf = (event: EventDto): Usage => ({
  eventType: event.event_type,
  occurredAt: event.occurred_at,
  description: event.description,
  data: event.data,
  hasCosts: (event.costs?.length ?? 0) > 0,
});

/** Shown for one priced asset; what does not apply is undefined and left out. */
const pricedDto = (one: FeeAlternative) => ({
  currency: one.asset,
  input_volume: one.inputVolume,
  volume_rate: one.volumeRate,
  units: one.units,
  unit_price: one.unitPrice,
  package_size: one.packageSize,
  description: one.description,
  amount: one.amount,
});

/**
 * A simulated fee. Which asset pays is the wallet's choice and no wallet is asked: the fee is shown
 * in the first that applies, the others stand in `alternatives`.
 */
export function feeDto(event: EventDto, fee: Fee) {
  const [first, ...others] = fee.alternatives;
  return {
    product_id: fee.productId,
    product_code: fee.productCode,
    product_version: fee.productVersion,
    price_id: fee.priceId,
    price_name: fee.priceName,
    usage_id: event.id,
    event_type: event.event_type,
    dimensions: shownDimensions(fee),
    usage_type: fee.usageType,
    volume_field: fee.volumeField,
    ...(first && pricedDto(first)),
    alternatives: others.length > 0 ? others.map(pricedDto) : undefined,
  };
}

const traceDto = (trace: PriceTrace) => ({
  price_id: trace.priceId,
  price_name: trace.priceName,
  event_type: trace.eventType,
  event_type_matches: trace.eventTypeMatches,
  volume_field: trace.volumeField,
  volume: trace.volume,
  unmatched_reason: trace.miss,
  assets: trace.assets.map(assetDto),
});

const assetDto = (asset: AssetTrace) => ({
  asset: asset.asset,
  matched: asset.matched,
  rows: asset.rows.map((row) => ({
    ...row,
    compared: row.compared.map((one) => ({ ...one, actual: one.actual && shown(one.actual) })),
  })),
  rows_omitted: asset.rowsOmitted > 0 ? asset.rowsOmitted : undefined,
});

const shown = (text: string): string =>
  text.length <= SHOWN_CHARACTERS_MAX ? text : [...text].slice(0, SHOWN_CHARACTERS_MAX).join('');

/** Dimension values come from the event and may be long; each is shown as far as it tells. */
export const shownDimensions = ({ dimensions }: Fee): Record<string, string> | undefined =>
  dimensions && mapValues(dimensions, shown);

const mapValues = (
  texts: Readonly<Record<string, string>>,
  change: (text: string) => string,
): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, change(text)]));

export const eventAnswerDto = (event: EventDto, simulation: Simulation) => ({
  id: event.id,
  fees: simulation.fees.map((fee) => feeDto(event, fee)),
  trace: simulation.trace.map(traceDto),
});

const zAmount = z.custom<Decimal>().meta({ type: 'number' });
const zPriced = z.object({
  currency: z.string(),
  input_volume: zAmount.optional(),
  volume_rate: zAmount.optional(),
  units: zAmount.optional(),
  unit_price: zAmount.optional(),
  package_size: zAmount.optional(),
  description: z.string(),
  amount: zAmount,
});
const zFee = zPriced.extend({
  product_id: z.string(),
  product_code: z.string(),
  product_version: z.int(),
  price_id: z.string(),
  price_name: z.string(),
  usage_id: z.string(),
  event_type: z.string(),
  dimensions: z.record(z.string(), z.string()).optional(),
  usage_type: z.enum(['unit', 'volume', 'unit_and_volume']),
  volume_field: z.string().optional(),
  alternatives: z.array(zPriced).optional(),
});
const zRow = z.object({
  row: z.int(),
  name: z.string(),
  matches: z.boolean(),
  compared: z.array(
    z.object({
      dimension: z.string(),
      wanted: z.string(),
      actual: z.string().nullable(),
      equal: z.boolean(),
    }),
  ),
});
const zTrace = z.object({
  price_id: z.string(),
  price_name: z.string(),
  event_type: z.string(),
  event_type_matches: z.boolean(),
  volume_field: z.string().optional(),
  volume: zAmount.optional(),
  unmatched_reason: z.string().optional(),
  assets: z.array(
    z.object({
      asset: z.string(),
      matched: z.object({ row: z.int(), name: z.string() }).nullable(),
      rows: z.array(zRow),
      rows_omitted: z.int().optional(),
    }),
  ),
});

/** For the API's description; answers are made by the functions above. */
export const zSimulationAnswer = z.object({
  fees: z.array(zFee),
  warnings: z.array(z.string()),
  events: z.array(z.object({ id: z.string(), fees: z.array(zFee), trace: z.array(zTrace) })),
});

const exampleFee = {
  product_id: 'prp_4e28n8kk41931f5yt5em49ecw7',
  product_code: 'glitch_video_adv',
  product_version: 1,
  price_id: 'prc_475p31bj838yec0q2fy66snbcy',
  price_name: 'Video Generation Compute',
  usage_id: 'ba15987a-7b68-4a9d-b2e6-eadeff29e657',
  event_type: 'video_generated',
  dimensions: { speed: 'fast' },
  usage_type: 'unit_and_volume',
  volume_field: 'minutes',
  currency: 'USD',
  input_volume: 10,
  volume_rate: 1,
  description: 'Video Generation Minutes (Fast)',
  amount: 10,
};
export const simulationExample = {
  body: {
    events: [
      {
        id: exampleFee.usage_id,
        event_type: 'video_generated',
        occurred_at: '2025-11-04T21:53:21.392Z',
        data: { minutes: 10, speed: 'fast' },
      },
    ],
  },
  answer: {
    fees: [exampleFee],
    warnings: [],
    events: [
      {
        id: exampleFee.usage_id,
        fees: [exampleFee],
        trace: [
          {
            price_id: exampleFee.price_id,
            price_name: exampleFee.price_name,
            event_type: 'video_generated',
            event_type_matches: true,
            volume_field: 'minutes',
            volume: 10,
            assets: [
              {
                asset: 'USD',
                matched: { row: 0, name: 'Video Generation Minutes (Fast)' },
                rows: [
                  {
                    row: 0,
                    name: 'Video Generation Minutes (Fast)',
                    matches: true,
                    compared: [{ dimension: 'speed', wanted: 'fast', actual: 'fast', equal: true }],
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
};
