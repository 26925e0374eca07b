/** Assets, rates and quotes between the contract's words and ours. */
import {
  type Decimal,
  decimal,
  pricePerUnit,
  type RateSchedule,
  unitsPerSource,
  wire,
} from '@kontor/money';
import { type Asset, type Rate, type RateDraft } from '../../domain/asset';
import { type Quote, scheduleIn, toDatedRate } from '../../domain/exchange';
import type { RateDto } from './asset.schemas';

/** Fiat was there before anyone made it. */
const ALWAYS = '1970-01-01T00:00:00.000000Z';

export const fromRateDto = (dto: RateDto): RateDraft => ({
  source: dto.source,
  rate: textOf(dto.rate),
  inverseRate: textOf(dto.inverse_rate),
  validFrom: dto.valid_from,
  validTo: dto.valid_to,
});

const textOf = (amount: Decimal | undefined): string | undefined => amount && wire(amount);

export const toAssetDto = (asset: Asset) => ({
  code: asset.code,
  name: asset.name,
  precision: asset.precision,
  label: asset.label ?? null,
  symbol: asset.symbol ?? null,
  created_at: asset.createdAt ?? ALWAYS,
  rates: sourcesOf(asset).map((source) => ({
    source,
    schedule: scheduleIn(asset, source).map(toRateDto),
  })),
});

const sourcesOf = ({ rates }: Asset): string[] =>
  [...new Set([...rates.values()].map(({ source }) => source))].sort();

/** As it was given, and the other way round for reading. */
const toRateDto = (rate: RateSchedule[number]) => ({
  valid_from: rate.validFrom,
  valid_to: rate.validTo,
  rate: rate.rate ?? pricePerUnit(rate),
  inverse_rate: rate.inverseRate ?? unitsPerSource(rate),
});

export const toSetRateDto = (asset: string, rate: Rate) => ({
  asset,
  source: rate.source,
  ...toRateDto(toDatedRate(rate)),
});

export const toQuoteDto = (quote: Quote) => ({
  source: quote.source,
  source_amount: decimal(quote.sourceAmount),
  destination: quote.destination,
  destination_amount: decimal(quote.destinationAmount),
  rate: decimal(quote.rate),
  inverse_rate: decimal(quote.inverseRate),
});
