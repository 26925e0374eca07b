/** Prices between the contract's words and ours. What was sent comes back as it was sent. */
import { type Decimal, decimal, wire } from '@kontor/money';
import type {
  Price,
  PriceDraft,
  PriceRow,
  PriceRowDraft,
  PriceValue,
  PriceValueDraft,
} from '../../domain/price';
import { type Defined, defined } from '../defined';
import type { PriceBlockDto, PriceDto, PriceValueDto } from './price.schemas';

export function fromPriceDto(dto: PriceDto): PriceDraft {
  const { billing_model: billing, pricing_model: pricingModel } = dto;
  return {
    id: dto.id,
    name: dto.name,
    type: dto.type,
    billingType: billing.type,
    pricingModel,
    usage: fromUsageDto(dto.usage_calculation),
    pricing: dto.pricing.map(({ asset, values }) => ({ asset, rows: values.map(fromRowDto) })),
    later: [
      ...given({
        tiering: dto.tiering,
        collection: dto.collection,
        funding_destination: dto.funding_destination,
      }),
      // Beside `real_time` they would say the opposite of it.
      ...(billing.type === 'real_time' && (billing.recurring ?? billing.one_time) !== undefined
        ? ['billing_model']
        : []),
    ],
  };
}

const given = (members: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [name]));

const fromUsageDto = (usage: PriceDto['usage_calculation']): PriceDraft['usage'] =>
  usage && {
    eventType: usage.event_type,
    usageType: usage.usage_type,
    unitAggregation: usage.unit_aggregation,
    volumeField: usage.volume_field,
    volumeAggregation: usage.volume_aggregation,
    sourceReferenceField: usage.source_reference_field,
    billableDimensions: usage.billable_dimensions,
  };

function fromRowDto(dto: PriceBlockDto | PriceValueDto): PriceRowDraft {
  if (!('dimensions' in dto)) return { values: [fromValueDto(dto)] };
  const { name, dimensions, values } = dto;
  return { name, dimensions: Object.entries(dimensions), values: values.map(fromValueDto) };
}

function fromValueDto(dto: PriceValueDto): PriceValueDraft {
  const { up_to, min_amount, max_amount, quantity } = dto;
  return {
    name: dto.name,
    unitPrice: textOf(dto.unit_price),
    volumeRate: textOf(dto.volume_rate),
    packageSize: textOf(dto.package_size),
    later: given({ up_to, min_amount, max_amount, quantity }),
  };
}

const textOf = (amount: Decimal | undefined): string | undefined => amount && wire(amount);

export const toPriceDto = ({ id, name, pricingModel, usage, pricing }: Price): object =>
  defined({
    id,
    name,
    type: 'usage_based',
    billing_model: { type: 'real_time' },
    pricing_model: pricingModel,
    usage_calculation: defined({
      event_type: usage.eventType,
      usage_type: usage.usageType,
      unit_aggregation: usage.unitAggregation,
      volume_field: usage.volumeField,
      volume_aggregation: usage.volumeAggregation,
      source_reference_field: usage.sourceReferenceField,
      billable_dimensions: usage.billableDimensions,
    }),
    pricing: pricing.map(({ asset, rows }) => ({ asset, values: rows.map(toRowDto) })),
  });

const toRowDto = ({ name, dimensions, value }: PriceRow): object =>
  dimensions
    ? defined({ name, dimensions: Object.fromEntries(dimensions), values: [toValueDto(value)] })
    : toValueDto(value);

const toValueDto = (value: PriceValue): Defined<object> =>
  defined({
    name: value.name,
    unit_price: amountOf(value.unitPrice),
    volume_rate: amountOf(value.volumeRate),
    package_size: amountOf(value.packageSize),
  });

const amountOf = (text: string | undefined): Decimal | undefined =>
  text === undefined ? undefined : decimal(text);
