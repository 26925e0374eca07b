/** Events as they are answered. */
import { decimal } from '@kontor/money';
import { z } from 'zod';
import { CONVERTED, type AuthorizationEntry } from '../../domain/entries';
import {
  feeTotalOf,
  statsOfEvent,
  statusOf,
  takenFees,
  type JoinedEvent,
  type TakenFee,
} from '../../domain/event';
import { statsDto, statsExample, zStats } from './stats.mapping';

const zMoney = z.union([z.number(), z.string()]);

export const zFee = z.object({
  id: z.string(),
  product_id: z.string(),
  product_code: z.string(),
  product_version: z.number().int(),
  price_id: z.string(),
  price_name: z.string(),
  currency: z.string(),
  dimensions: z.record(z.string(), z.string()).optional(),
  usage_type: z.string(),
  volume_field: z.string().optional(),
  input_volume: zMoney.optional(),
  volume_rate: zMoney.optional(),
  units: zMoney.optional(),
  unit_price: zMoney.optional(),
  package_size: zMoney.optional(),
  description: z.string(),
  amount: zMoney,
  uncollected: zMoney.optional(),
  reversed: z.boolean().optional(),
});

export const zEvent = z.object({
  id: z.string(),
  event_type: z.string().optional(),
  occurred_at: z.string().optional(),
  subject: z.string().optional(),
  description: z.string().optional(),
  data: z.record(z.string(), z.json()).optional(),
  customer_id: z.string().optional(),
  created_at: z.string().optional(),
  status: z.enum(['processing', 'processed']),
  fees: z.array(zFee),
  costs: z.array(z.record(z.string(), z.json())),
  stats: zStats,
  unrated_reason: z.string().optional(),
  authorization: z
    .object({
      id: z.string(),
      status: z.enum(['captured', 'ignored']),
      captured: zMoney,
      reason: z.string().optional(),
    })
    .optional(),
  reversed_at: z.string().optional(),
  reversal_reason: z.string().optional(),
  costs_reversed: z.boolean().optional(),
});

export const zEventItem = zEvent.extend({
  external_id: z.string().nullable(),
  total_fees: zMoney.optional(),
  fee_currency: z.string().optional(),
  has_fees: z.boolean(),
});

/** What is not known yet or does not apply is left out. */
export function eventDto(event: JoinedEvent, reportingCurrency: string) {
  return {
    id: event.eventId,
    ...sentDto(event),
    status: statusOf(event),
    fees: takenFees(event).map(feeDto),
    costs: event.usage?.sentCosts ?? [],
    stats: statsDto(statsOfEvent(event, reportingCurrency)),
    unrated_reason: orUndefined(event.rated?.unratedReason),
    authorization: event.authorization && authorizationDto(event.authorization),
    reversed_at: event.reversal?.reversedAt,
    reversal_reason: event.reversal?.reason,
    costs_reversed: event.reversal?.costs,
  };
}

/** Of an event that named an authorization: what was captured from it, or why nothing was. */
const authorizationDto = ({ authorizationId, captured, ignored }: AuthorizationEntry) => ({
  id: authorizationId,
  status: ignored === null ? 'captured' : 'ignored',
  captured,
  reason: orUndefined(ignored),
});

/** The event as it was sent; when its usage is still on its way, what its rating says of it. */
function sentDto({ usage, rated }: JoinedEvent) {
  if (!usage)
    return {
      event_type: rated?.eventType,
      occurred_at: rated?.occurredAt,
      subject: orUndefined(rated?.subject),
      customer_id: rated?.customerId,
      created_at: rated?.recordedAt,
    };
  return {
    event_type: usage.eventType,
    occurred_at: usage.occurredAtText,
    subject: orUndefined(usage.subject),
    description: orUndefined(usage.description),
    data: orUndefined(usage.data),
    customer_id: usage.customerId,
    created_at: usage.recordedAt,
  };
}

const orUndefined = <Value>(value: Value | null | undefined): Value | undefined =>
  value ?? undefined;

export function eventItemDto(
  event: JoinedEvent,
  externalId: string | null,
  reportingCurrency: string,
) {
  const total = feeTotalOf(event.fees);
  return {
    ...eventDto(event, reportingCurrency),
    external_id: externalId,
    total_fees: total?.amount,
    fee_currency: total?.currency === CONVERTED ? reportingCurrency : total?.currency,
    has_fees: (event.rated?.fees.length ?? 0) > 0,
  };
}

function feeDto({ fee, taken, value }: TakenFee) {
  return {
    id: fee.feeId,
    product_id: fee.productId,
    product_code: fee.productCode,
    product_version: fee.productVersion,
    price_id: fee.priceId,
    price_name: fee.priceName,
    currency: taken.asset,
    dimensions: fee.dimensions,
    usage_type: fee.usageType,
    volume_field: fee.volumeField,
    input_volume: optional(taken.inputVolume),
    volume_rate: optional(taken.volumeRate),
    units: optional(taken.units),
    unit_price: optional(taken.unitPrice),
    package_size: optional(taken.packageSize),
    description: taken.description,
    amount: decimal(taken.amount),
    uncollected: value.uncollected.eq(decimal('0')) ? undefined : value.uncollected,
    reversed: orUndefined(value.reversed),
  };
}

const optional = (text: string | undefined) => (text === undefined ? undefined : decimal(text));

export const eventExample = {
  id: '9c2c8e3a-7f6b-4f5e-9c1f-2e6b6a4a9f21',
  event_type: 'video_generated',
  occurred_at: '2026-01-05T14:32:18Z',
  subject: 'video_854734',
  description: 'Video gen completed',
  data: { minutes: 2, model: 'video fast', speed: 'fast' },
  customer_id: 'cust_4zrjbt38gmpb55h95ygp38sp40',
  created_at: '2026-01-05T14:32:18.470555Z',
  status: 'processed',
  fees: [
    {
      id: 'fee_5a1s2xq3ky8z16b1enqybz1qdn',
      product_id: 'prp_42b28p940qcq31r7amf2729snb',
      product_code: 'glitch_video_adv_1',
      product_version: 1,
      price_id: 'prc_475p31bj838yec0q2fy66snbcy',
      price_name: 'Video Generation Compute',
      currency: 'MIN',
      dimensions: { speed: 'fast' },
      usage_type: 'volume',
      volume_field: 'minutes',
      input_volume: 2,
      volume_rate: 1,
      description: 'Video gen completed',
      amount: 2,
    },
  ],
  costs: [
    {
      id: '68116730-e125-408b-8f75-90f1fb9aa7dd',
      vendor_id: 'vnd_4rcmsv3fagtvha1j05q4fymsmw',
      amount: 0.16,
      currency: 'USD',
    },
  ],
  stats: statsExample,
};
