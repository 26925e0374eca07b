/**
 * Prices one usage record with the product versions that its customer held when it happened.
 *
 * Shape:  one fee per matching price, in price-book order; a price listed in several assets is
 *         priced in each, and the ledger chooses. A price id counts once per event. Without a fee
 *         `unratedReason` says why.
 * Units:  an amount is in its asset and rounded half-even to 12 decimals here, once;
 *         `fiatValue` is in the reporting currency, rounded once more by the conversion.
 * Errors: none. An amount of 10^15 or more is no amount: its volume counts as invalid.
 * Time:   rates are taken at `occurredAt`. Nothing here reads a clock, so rating the same usage
 *         with the same catalog gives the same answer.
 */
import {
  AMOUNT_LIMIT,
  type Decimal,
  divideToAmount,
  type ExchangeRate,
  ONE,
  PARITY,
  pricePerUnit,
  rateAt,
  type RateSchedule,
  roundAmount,
  toSource,
  ZERO,
} from '@kontor/money';
import { type DimensionTexts, dimensionTexts, matchBlock } from './dimensions';
import type { EventFields } from './event-fields';
import type { CompiledPrice, CompiledVersion, RatedBlock, UsageType } from './price-list';
import { readVolume } from './volume';

export interface Usage {
  readonly eventType: string;
  readonly occurredAt: string;
  readonly description: string | undefined;
  readonly data: EventFields | undefined;
  readonly hasCosts: boolean;
}

/** Why a price that asks for the event's type gives no fee. */
export type PriceMiss = 'volume_field_missing' | 'volume_field_invalid' | 'no_matching_dimension';
export type UnratedReason = 'no_subscription' | 'no_matching_price' | 'cost_only' | PriceMiss;

export interface FeeAlternative {
  readonly asset: string;
  readonly amount: Decimal;
  readonly inputVolume: Decimal | undefined;
  readonly volumeRate: Decimal | undefined;
  readonly packageSize: Decimal | undefined;
  readonly units: Decimal | undefined;
  readonly unitPrice: Decimal | undefined;
  readonly description: string;
  /** Price of one unit in the reporting currency at `occurredAt`; null = no rate is known. */
  readonly fiatRate: Decimal | null;
  readonly fiatValue: Decimal | null;
}

export interface Fee {
  readonly productId: string;
  readonly productCode: string;
  readonly productVersion: number;
  readonly priceId: string;
  readonly priceName: string;
  readonly usageType: UsageType;
  readonly volumeField: string | undefined;
  /** The billable dimensions that the event has, as texts. */
  readonly dimensions: Readonly<Record<string, string>> | undefined;
  /** At least one, in the price's order. */
  readonly alternatives: readonly FeeAlternative[];
}

export interface RatedUsage {
  readonly fees: readonly Fee[];
  readonly unratedReason: UnratedReason | undefined;
}

/** What fees are shown in, and the rates of the assets that have some in it. */
export interface Exchange {
  readonly reportingCurrency: string;
  readonly rates: ReadonlyMap<string, RateSchedule>;
}

/** When prices miss for different reasons, the first of these that any had is shown. */
const MISSES: readonly PriceMiss[] = [
  'volume_field_missing',
  'volume_field_invalid',
  'no_matching_dimension',
];

export function rateUsage(
  usage: Usage,
  held: readonly CompiledVersion[],
  exchange: Exchange,
): RatedUsage {
  const fees: Fee[] = [];
  const misses = new Set<PriceMiss>();
  const seen = new Set<string>();
  for (const version of held)
    for (const compiled of version.byEventType.get(usage.eventType) ?? []) {
      // A price may live on in the next version; a customer holding both still pays it once.
      if (seen.has(compiled.price.priceId)) continue;
      seen.add(compiled.price.priceId);
      const priced = priceUsage(usage, { version, compiled, exchange });
      if (priced.ok) fees.push(priced.fee);
      else misses.add(priced.miss);
    }
  return { fees, unratedReason: fees.length > 0 ? undefined : reasonOf(usage, held, misses) };
}

function reasonOf(
  usage: Usage,
  held: readonly CompiledVersion[],
  misses: ReadonlySet<PriceMiss>,
): UnratedReason {
  if (usage.data === undefined && usage.hasCosts) return 'cost_only';
  if (held.length === 0) return 'no_subscription';
  return MISSES.find((miss) => misses.has(miss)) ?? 'no_matching_price';
}

export type PricedUsage =
  { readonly ok: true; readonly fee: Fee } | { readonly ok: false; readonly miss: PriceMiss };

export interface PriceInForce {
  readonly version: CompiledVersion;
  readonly compiled: CompiledPrice;
  readonly exchange: Exchange;
}

/** One price against one event. */
export function priceUsage(usage: Usage, inForce: PriceInForce): PricedUsage {
  const { version, compiled, exchange } = inForce;
  const { price } = compiled;
  const volume = volumeFor(usage, compiled);
  if (!volume.ok) return { ok: false, miss: volume.reason };
  const texts = dimensionTexts(usage.data, price.billableDimensions);

  const alternatives: FeeAlternative[] = [];
  for (const { asset, index } of compiled.pricing) {
    const block = matchBlock(index, texts);
    if (!block) continue;
    const charge = chargeOf(price.usageType, block, volume.volume);
    if (charge.amount.gte(AMOUNT_LIMIT)) return { ok: false, miss: 'volume_field_invalid' };
    const rate = rateFor(asset, exchange, usage.occurredAt);
    alternatives.push({
      asset,
      ...charge,
      description: usage.description ?? block.title,
      fiatRate: rate ? pricePerUnit(rate) : null,
      fiatValue: rate ? toSource(charge.amount, rate) : null,
    });
  }
  if (alternatives.length === 0) return { ok: false, miss: 'no_matching_dimension' };
  return { ok: true, fee: { ...feeHead(version, compiled, texts), alternatives } };
}

export type VolumeFor =
  | { readonly ok: true; readonly volume: Decimal | undefined }
  | { readonly ok: false; readonly reason: 'volume_field_missing' | 'volume_field_invalid' };

/** The volume that a price counts; none for a price per unit. */
export const volumeFor = (usage: Usage, { price }: CompiledPrice): VolumeFor =>
  price.usageType === 'unit' || price.volumeField === undefined
    ? { ok: true, volume: undefined }
    : readVolume(usage.data, price.volumeField);

const feeHead = (
  version: CompiledVersion,
  { price }: CompiledPrice,
  texts: DimensionTexts,
): Omit<Fee, 'alternatives'> => ({
  productId: version.productId,
  productCode: version.code,
  productVersion: version.version,
  priceId: price.priceId,
  priceName: price.name,
  usageType: price.usageType,
  volumeField: price.usageType === 'unit' ? undefined : price.volumeField,
  dimensions: shownDimensions(price.billableDimensions, texts),
});

function shownDimensions(
  billable: readonly string[],
  texts: DimensionTexts,
): Record<string, string> | undefined {
  const shown = billable.flatMap((name, at) => {
    const text = texts[at];
    return text === undefined ? [] : [[name, text] as const];
  });
  return shown.length > 0 ? Object.fromEntries(shown) : undefined;
}

type Charge = Pick<
  FeeAlternative,
  'amount' | 'inputVolume' | 'volumeRate' | 'packageSize' | 'units' | 'unitPrice'
>;

/** unit: the unit price. volume: volume / package * rate. Both: their sum, still rounded once. */
function chargeOf(type: UsageType, block: RatedBlock, volume: Decimal | undefined): Charge {
  const unitPrice = type === 'volume' ? undefined : block.unitPrice;
  const volumeRate = type === 'unit' ? undefined : block.volumeRate;
  const packageSize = type === 'unit' ? undefined : block.packageSize;
  return {
    amount: amountOf(
      unitPrice ?? ZERO,
      (volume ?? ZERO).times(volumeRate ?? ZERO),
      packageSize ?? ONE,
    ),
    inputVolume: volume,
    volumeRate,
    packageSize,
    units: unitPrice && ONE,
    unitPrice,
  };
}

// Multiplied out first and divided last: a third of a package is rounded once, not twice.
const amountOf = (unitPrice: Decimal, volumePart: Decimal, packageSize: Decimal): Decimal =>
  packageSize.eq(ONE)
    ? roundAmount(unitPrice.plus(volumePart))
    : divideToAmount(unitPrice.times(packageSize).plus(volumePart), packageSize);

const rateFor = (asset: string, exchange: Exchange, at: string): ExchangeRate | undefined =>
  asset === exchange.reportingCurrency ? PARITY : rateAt(exchange.rates.get(asset) ?? [], at);
