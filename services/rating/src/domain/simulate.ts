/**
 * Pricing without booking: the fees that an event would get from one product version, and how each
 * price came to its answer.
 *
 * Shape:  the trace has every price of the version in its order; a price for another event type
 *         says so and compares nothing. Rows are numbered from 0 in the order of the price list.
 * Limits: at most `budget.rowsLeft` compared rows are written out; the row that matched is always
 *         named.
 */
import type { Decimal } from '@kontor/money';
import { concreteText, type DimensionTexts, dimensionTexts, matchBlock } from './dimensions';
import type { CompiledPrice, CompiledPricing, CompiledVersion, RatedBlock } from './price-list';
import {
  type Exchange,
  type Fee,
  type PriceMiss,
  priceUsage,
  type Usage,
  volumeFor,
} from './rate-usage';

export interface ComparedDimension {
  readonly dimension: string;
  /** What the row asks for; `*` takes anything. */
  readonly wanted: string;
  /** The event's value as text; null when it has none. */
  readonly actual: string | null;
  readonly equal: boolean;
}

export interface ComparedRow {
  readonly row: number;
  readonly name: string;
  readonly matches: boolean;
  readonly compared: readonly ComparedDimension[];
}

export interface AssetTrace {
  readonly asset: string;
  /** The row that won; null when none matched. */
  readonly matched: { readonly row: number; readonly name: string } | null;
  readonly rows: readonly ComparedRow[];
  /** Rows compared but not written out. */
  readonly rowsOmitted: number;
}

export interface PriceTrace {
  readonly priceId: string;
  readonly priceName: string;
  readonly eventType: string;
  readonly eventTypeMatches: boolean;
  readonly volumeField: string | undefined;
  readonly volume: Decimal | undefined;
  readonly miss: PriceMiss | undefined;
  readonly assets: readonly AssetTrace[];
}

/** How many compared rows may still be written out; shared by the events of one request. */
export interface TraceBudget {
  rowsLeft: number;
}

export interface Simulation {
  readonly fees: readonly Fee[];
  readonly trace: readonly PriceTrace[];
  readonly warnings: readonly string[];
}

/** A simulation prices in the listed assets only: nothing is converted, so no rate is needed. */
const NO_EXCHANGE: Exchange = { reportingCurrency: '', rates: new Map() };

export function simulateUsage(
  usage: Usage,
  version: CompiledVersion,
  budget: TraceBudget,
): Simulation {
  const fees: Fee[] = [];
  const warnings: string[] = [];
  const trace = version.prices.map((compiled) => {
    if (compiled.price.eventType !== usage.eventType) return otherEventType(compiled);
    const priced = priceUsage(usage, { version, compiled, exchange: NO_EXCHANGE });
    if (priced.ok) fees.push(priced.fee);
    else warnings.push(warningOf(priced.miss, usage, compiled));
    return explain(usage, compiled, { budget, miss: priced.ok ? undefined : priced.miss });
  });
  if (!version.byEventType.has(usage.eventType))
    warnings.push(`no price of this version asks for the event type "${usage.eventType}"`);
  return { fees, trace, warnings };
}

const WARNINGS: Readonly<Record<PriceMiss, string>> = {
  volume_field_missing: 'has no volume',
  volume_field_invalid: 'has a volume that is no usable number of zero or more',
  no_matching_dimension: 'matches no row of dimensions',
};

const warningOf = (miss: PriceMiss, usage: Usage, { price }: CompiledPrice): string =>
  `price "${price.name}": the event ${WARNINGS[miss]} (${miss}` +
  `${miss === 'no_matching_dimension' ? '' : `, field "${price.volumeField ?? ''}"`})`;

const otherEventType = ({ price }: CompiledPrice): PriceTrace => ({
  priceId: price.priceId,
  priceName: price.name,
  eventType: price.eventType,
  eventTypeMatches: false,
  volumeField: price.volumeField,
  volume: undefined,
  miss: undefined,
  assets: [],
});

function explain(
  usage: Usage,
  compiled: CompiledPrice,
  { budget, miss }: { readonly budget: TraceBudget; readonly miss: PriceMiss | undefined },
): PriceTrace {
  const { price, pricing } = compiled;
  const volume = volumeFor(usage, compiled);
  const texts = dimensionTexts(usage.data, price.billableDimensions);
  return {
    ...otherEventType(compiled),
    eventTypeMatches: true,
    volume: volume.ok ? volume.volume : undefined,
    miss,
    assets: pricing.map((list) =>
      explainAsset(list, { billable: price.billableDimensions, texts, budget }),
    ),
  };
}

interface Comparison {
  readonly billable: readonly string[];
  readonly texts: DimensionTexts;
  readonly budget: TraceBudget;
}

function explainAsset(pricing: CompiledPricing, comparison: Comparison): AssetTrace {
  const { budget } = comparison;
  const winner = matchBlock(pricing.index, comparison.texts);
  const written = pricing.blocks.slice(0, budget.rowsLeft);
  budget.rowsLeft -= written.length;
  return {
    asset: pricing.asset,
    matched: winner ? { row: pricing.blocks.indexOf(winner), name: winner.title } : null,
    rows: written.map((block, row) => compareRow(block, row, comparison)),
    rowsOmitted: pricing.blocks.length - written.length,
  };
}

function compareRow(block: RatedBlock, row: number, { billable, texts }: Comparison): ComparedRow {
  const compared = billable.map((dimension, at) => {
    const wanted = concreteText(block, dimension);
    const actual = texts[at] ?? null;
    return {
      dimension,
      wanted: wanted ?? '*',
      actual,
      equal: wanted === undefined || wanted === actual,
    };
  });
  return { row, name: block.title, matches: compared.every(({ equal }) => equal), compared };
}
