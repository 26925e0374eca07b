/**
 * What a list of prices must be before a product version may have it.
 *
 * Shape:  all issues of the list at once, each with its place, or the prices with their ids.
 * Errors: `not_supported` for what has its place in the contract but comes later; otherwise the
 *         bound or rule that does not hold, one code each.
 */
import { decimal, type DecimalString, ZERO } from '@kontor/money';
import { tyingRows } from './dimensions';
import { inside, type Issue, issue, notSupported, type Path, required } from './issue';
import type {
  AssetPricingDraft,
  Price,
  PriceDraft,
  PriceRowDraft,
  PriceValue,
  PriceValueDraft,
  UsageDraft,
  UsageType,
} from './price';

/** One event is priced against every line; a product beyond this belongs cut in several. */
export const PRICES_MAX = 100;
/** Each is compared for each event. */
export const DIMENSIONS_MAX = 100;

export interface PriceContext {
  /** Codes that exist, at least of those that the drafts name. */
  readonly assets: ReadonlySet<string>;
  /** Ids of this product's earlier versions: the only ones that a draft may repeat. */
  readonly knownPriceIds: ReadonlySet<string>;
  /** One new id per draft, used where the draft repeats none. */
  readonly newPriceIds: readonly string[];
}

export type ReadPrices =
  | { readonly ok: true; readonly prices: readonly Price[] }
  | { readonly ok: false; readonly issues: readonly Issue[] };

export function readPrices(drafts: readonly PriceDraft[], context: PriceContext): ReadPrices {
  const issues = [
    ...checkCount(drafts),
    ...checkIds(drafts, context.knownPriceIds),
    ...drafts.flatMap((draft, index) =>
      checkPrice(draft, context).map((found) => inside(['prices', index], found)),
    ),
  ];
  if (issues.length > 0) return { ok: false, issues };
  return {
    ok: true,
    prices: drafts.map((draft, index) => toPrice(draft, context.newPriceIds[index])),
  };
}

const checkCount = (drafts: readonly PriceDraft[]): Issue[] =>
  drafts.length >= 1 && drafts.length <= PRICES_MAX
    ? []
    : [issue(['prices'], 'out_of_range', `A product has 1 to ${PRICES_MAX} prices.`)];

function checkIds(drafts: readonly PriceDraft[], known: ReadonlySet<string>): Issue[] {
  const seen = new Set<string>();
  return drafts.flatMap(({ id }, index): Issue[] => {
    if (id === undefined) return [];
    const path = ['prices', index, 'id'];
    if (!known.has(id))
      return [issue(path, 'unknown_price', 'No earlier version of this product has this price.')];
    if (seen.has(id)) return [issue(path, 'duplicate_price', 'This id stands here twice.')];
    seen.add(id);
    return [];
  });
}

function checkPrice(draft: PriceDraft, context: PriceContext): Issue[] {
  const later = [...kindsOfLater(draft), ...draft.later.map((name) => notSupported([name]))];
  // The rest of such a price follows rules that are not here yet: judging it would mislead.
  if (later.length > 0) return later;
  if (!draft.usage)
    return [required(['usage_calculation'], 'A usage-based price says what it counts.')];
  return [
    ...checkUsage(draft.usage).map((found) => inside(['usage_calculation'], found)),
    ...checkAssets(draft.pricing, context.assets),
    ...checkRows(draft.usage, draft.pricing),
  ];
}

function kindsOfLater(draft: PriceDraft): Issue[] {
  const { type, billingType, pricingModel = 'flat' } = draft;
  return [
    ...(type === 'usage_based' ? [] : [notSupported(['type'])]),
    ...(billingType === 'real_time' ? [] : [notSupported(['billing_model', 'type'])]),
    ...(pricingModel === 'flat' ? [] : [notSupported(['pricing_model'])]),
  ];
}

function checkUsage(usage: UsageDraft): Issue[] {
  const { usageType, unitAggregation = 'count', volumeAggregation = 'sum', volumeField } = usage;
  const issues: Issue[] = [];
  if (usageType === 'custom') issues.push(notSupported(['usage_type']));
  if (unitAggregation !== 'count') issues.push(notSupported(['unit_aggregation']));
  if (volumeAggregation !== 'sum') issues.push(notSupported(['volume_aggregation']));
  if (countsVolume(usageType) && volumeField === undefined)
    issues.push(required(['volume_field'], 'Volume is read from a field of the event.'));
  return [
    ...issues,
    ...checkFieldPath('volume_field', volumeField),
    ...checkFieldPath('source_reference_field', usage.sourceReferenceField),
    ...checkDeclared(usage.billableDimensions ?? []),
  ];
}

const countsVolume = (usageType: UsageDraft['usageType']): boolean =>
  usageType === 'volume' || usageType === 'unit_and_volume';

/** A dotted path into `data`: `output.tokens`, never `output..tokens`. */
const checkFieldPath = (name: string, path: string | undefined): Issue[] =>
  path === undefined || path.split('.').every((step) => step !== '')
    ? []
    : [issue([name], 'invalid_field_path', 'Names joined by single dots.')];

function checkDeclared(declared: readonly string[]): Issue[] {
  if (declared.length > DIMENSIONS_MAX) {
    const detail = `A price has at most ${DIMENSIONS_MAX} dimensions.`;
    return [issue(['billable_dimensions'], 'out_of_range', detail)];
  }
  return declared.flatMap((name, index) =>
    declared.indexOf(name) === index
      ? []
      : [issue(['billable_dimensions', index], 'duplicate_dimension', 'Declared already.')],
  );
}

function checkAssets(pricing: readonly AssetPricingDraft[], known: ReadonlySet<string>): Issue[] {
  if (pricing.length === 0) return [required(['pricing'], 'A price stands in at least one asset.')];
  const seen = new Set<string>();
  return pricing.flatMap(({ asset }, index): Issue[] => {
    const path = ['pricing', index, 'asset'];
    if (!known.has(asset)) return [issue(path, 'unknown_asset', `There is no asset ${asset}.`)];
    if (seen.has(asset))
      return [issue(path, 'duplicate_asset', `${asset} has its list in this price already.`)];
    seen.add(asset);
    return [];
  });
}

function checkRows(usage: UsageDraft, pricing: readonly AssetPricingDraft[]): Issue[] {
  const declared = usage.billableDimensions ?? [];
  return pricing.flatMap(({ rows }, index) =>
    [
      ...checkRowCount(rows),
      ...rows.flatMap((row, place) =>
        checkRow(row, declared, usage.usageType).map((found) => inside([place], found)),
      ),
      ...checkTies(declared, rows),
    ].map((found) => inside(['pricing', index, 'values'], found)),
  );
}

function checkRowCount(rows: readonly PriceRowDraft[]): Issue[] {
  if (rows.length === 0) return [required([], 'A price list has at least one value.')];
  const plain = rows.flatMap(({ dimensions }, index) => (dimensions ? [] : [index]));
  // Several plain values are the steps of a tiered price.
  return plain.slice(1).map((index) => notSupported([index]));
}

function checkRow(
  row: PriceRowDraft,
  declared: readonly string[],
  usageType: UsageDraft['usageType'],
): Issue[] {
  const undeclared = (row.dimensions ?? []).flatMap(([name]) =>
    declared.includes(name)
      ? []
      : [issue(['dimensions', name], 'dimension_not_declared', 'Not in `billable_dimensions`.')],
  );
  if (row.values.length === 0) return [...undeclared, required(['values'], 'A block has a value.')];
  const several = row.values.length > 1 ? [notSupported(['values', 1])] : [];
  const inner: Path = row.dimensions ? ['values', 0] : [];
  const value = row.values.slice(0, 1).flatMap((first) => checkValue(first, usageType));
  return [...undeclared, ...several, ...value.map((found) => inside(inner, found))];
}

function checkValue(value: PriceValueDraft, usageType: UsageDraft['usageType']): Issue[] {
  const later = value.later.map((name) => notSupported([name]));
  if (later.length > 0 || usageType === 'custom') return later;
  return [
    ...checkNotNegative('unit_price', value.unitPrice),
    ...checkNotNegative('volume_rate', value.volumeRate),
    ...(value.packageSize !== undefined && !decimal(value.packageSize).gt(ZERO)
      ? [issue(['package_size'], 'out_of_range', 'A package holds more than nothing.')]
      : []),
    ...checkApplies(value, usageType),
  ];
}

const checkNotNegative = (name: string, amount: DecimalString | undefined): Issue[] =>
  amount !== undefined && decimal(amount).lt(ZERO)
    ? [issue([name], 'out_of_range', 'A price is 0 or more.')]
    : [];

/** An amount that would never be charged is a misunderstanding: it is refused, not ignored. */
function checkApplies(value: PriceValue, usageType: UsageType): Issue[] {
  const foreign: readonly [string, unknown][] =
    usageType === 'unit'
      ? [
          ['volume_rate', value.volumeRate],
          ['package_size', value.packageSize],
        ]
      : usageType === 'volume'
        ? [['unit_price', value.unitPrice]]
        : [];
  const given = foreign.filter(([, amount]) => amount !== undefined);
  return [
    ...given.map(([name]) =>
      issue([name], 'does_not_apply', `A price by ${usageType} does not use it.`),
    ),
    ...checkNeeded(value, usageType),
  ];
}

function checkNeeded({ unitPrice, volumeRate }: PriceValue, usageType: UsageType): Issue[] {
  if (usageType === 'unit')
    return unitPrice === undefined ? [required(['unit_price'], 'A unit needs its price.')] : [];
  if (usageType === 'volume')
    return volumeRate === undefined ? [required(['volume_rate'], 'Volume needs its rate.')] : [];
  return unitPrice === undefined && volumeRate === undefined
    ? [required(['volume_rate'], 'A value needs a `unit_price`, a `volume_rate` or both.')]
    : [];
}

const checkTies = (declared: readonly string[], rows: readonly PriceRowDraft[]): Issue[] =>
  // Rows without dimensions repeat each other only as steps of a tier: said by checkRowCount.
  tyingRows(declared, rows)
    .filter(({ row, ties }) => rows[row]?.dimensions ?? rows[ties]?.dimensions)
    .map(({ row, ties }) =>
      issue([row], 'dimensions_tie', `Matches the same events as values[${ties}], equally well.`),
    );

function toPrice(draft: PriceDraft, newId: string | undefined): Price {
  const id = draft.id ?? newId;
  const { usage, name, pricingModel } = draft;
  if (id === undefined || !usage || usage.usageType === 'custom')
    throw new Error('a price that passed its checks has an id and a usage calculation');
  return {
    id,
    name,
    ...(pricingModel === undefined ? {} : { pricingModel }),
    usage: { ...usage, usageType: usage.usageType },
    pricing: draft.pricing.map(({ asset, rows }) => ({ asset, rows: rows.map(toRow) })),
  };
}

const toRow = ({
  name,
  dimensions,
  values: [first],
}: PriceRowDraft): Price['pricing'][0]['rows'][0] => ({
  ...(name === undefined ? {} : { name }),
  ...(dimensions === undefined ? {} : { dimensions }),
  value: withoutLater(first),
});

function withoutLater(draft: PriceValueDraft | undefined): PriceValue {
  if (!draft) throw new Error('a row that passed its checks has a value');
  const { name, unitPrice, volumeRate, packageSize } = draft;
  return { name, unitPrice, volumeRate, packageSize };
}
