/**
 * A product version's prices as they are published, and made ready for rating: decimals read once,
 * prices found by event type, price rows found by their dimensions.
 *
 * A version never changes, so what is compiled here may be kept for as long as memory allows.
 */
import { type Decimal, decimal, type DecimalString } from '@kontor/money';
import { type BlockIndex, indexBlocks } from './dimensions';

export type UsageType = 'unit' | 'volume' | 'unit_and_volume';

export interface PriceValue {
  readonly name?: string;
  readonly unitPrice?: DecimalString;
  readonly volumeRate?: DecimalString;
  /** Units of volume that one `volumeRate` pays for; 1 when absent, always greater than zero. */
  readonly packageSize?: DecimalString;
}

/** One row of a price list; without `dimensions` it matches whatever the event says. */
export interface PriceBlock {
  readonly name?: string;
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly value: PriceValue;
}

export interface AssetPricing {
  readonly asset: string;
  readonly blocks: readonly PriceBlock[];
}

export interface Price {
  readonly priceId: string;
  readonly name: string;
  readonly eventType: string;
  readonly usageType: UsageType;
  readonly volumeField?: string;
  readonly billableDimensions: readonly string[];
  readonly pricing: readonly AssetPricing[];
}

export interface ProductVersion {
  readonly productId: string;
  readonly code: string;
  readonly version: number;
  readonly prices: readonly Price[];
}

/** A price row with its decimals read. */
export interface RatedBlock {
  readonly source: PriceBlock;
  /** Value name, else block name, else price name: what the fee is called without a description. */
  readonly title: string;
  readonly unitPrice: Decimal | undefined;
  readonly volumeRate: Decimal | undefined;
  readonly packageSize: Decimal | undefined;
}

export interface CompiledPricing {
  readonly asset: string;
  readonly blocks: readonly RatedBlock[];
  readonly index: BlockIndex<RatedBlock>;
}

export interface CompiledPrice {
  readonly price: Price;
  readonly pricing: readonly CompiledPricing[];
}

export interface CompiledVersion {
  readonly productId: string;
  readonly code: string;
  readonly version: number;
  readonly prices: readonly CompiledPrice[];
  readonly byEventType: ReadonlyMap<string, readonly CompiledPrice[]>;
}

export function compileVersion(source: ProductVersion): CompiledVersion {
  const prices = source.prices.map(compilePrice);
  const byEventType = new Map<string, CompiledPrice[]>();
  for (const compiled of prices) {
    const same = byEventType.get(compiled.price.eventType);
    if (same) same.push(compiled);
    else byEventType.set(compiled.price.eventType, [compiled]);
  }
  const { productId, code, version } = source;
  return { productId, code, version, prices, byEventType };
}

function compilePrice(price: Price): CompiledPrice {
  const pricing = price.pricing.map(({ asset, blocks }) => {
    const rated = blocks.map((block) => compileBlock(block, price.name));
    return { asset, blocks: rated, index: indexBlocks(rated, price.billableDimensions) };
  });
  return { price, pricing };
}

const compileBlock = (source: PriceBlock, priceName: string): RatedBlock => ({
  source,
  title: source.value.name ?? source.name ?? priceName,
  unitPrice: read(source.value.unitPrice),
  volumeRate: read(source.value.volumeRate),
  packageSize: read(source.value.packageSize),
});

const read = (text: DecimalString | undefined): Decimal | undefined =>
  text === undefined ? undefined : decimal(text);
