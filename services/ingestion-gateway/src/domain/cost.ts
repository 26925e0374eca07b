/**
 * A cost that comes with a usage event: what the platform pays to a vendor for it.
 *
 * Rules:  0 and absent both mean "not given". Without an amount it is computed from the complete
 *         pairs (units and unit_price; input_volume and volume_rate, per package_size) and rounded
 *         once; with one it must agree with them.
 * Units:  amounts are decimal text in `currency`, at most 12 decimals.
 * Source: docs/adr/0004-money.md.
 */
import {
  AMOUNT_LIMIT,
  Decimal,
  divideToAmount,
  ONE,
  parseUsageAmount,
  wire,
  ZERO,
} from '@kontor/money';
import { canonicalJson, exceedsBytes } from './canonical-json';
import {
  DESCRIPTION_CHARACTERS_MAX,
  FieldReader,
  isAbsent,
  isJsonObject,
  NAME_CHARACTERS_MAX,
  type JsonObject,
  type Refusal,
} from './refusal';

/** How a cost names its vendor; with both, they must name the same one. */
export interface VendorReference {
  readonly vendorId?: string | undefined;
  readonly externalId?: string | undefined;
}

export interface UsageCost {
  readonly costId: string;
  readonly vendor: VendorReference;
  readonly category?: string | undefined;
  readonly amount: string;
  readonly currency: string;
  /** As the client sent it, without its nulls: reads echo it. */
  readonly sent: JsonObject;
  /** All of it but the vendor, in one text that is equal for equal costs. */
  readonly content: string;
}

export type CheckedCost =
  | { readonly ok: true; readonly cost: UsageCost }
  | { readonly ok: false; readonly refusal: Refusal };

/** Metadata of one cost, as JSON. */
export const METADATA_BYTES_MAX = 4 * 1024;
const DEFAULT_CURRENCY = 'USD';
/** Honest clients multiply in floats: a millionth of the amount is their noise, more is an error. */
const RELATIVE_TOLERANCE = new Decimal('0.000001');
/** The last decimal of an amount, by which both sides may have been rounded. */
const ROUNDING_STEP = new Decimal('0.000000000001');
const CURRENCY = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

const FIGURES = [
  'units',
  'unit_price',
  'input_volume',
  'volume_rate',
  'package_size',
  'amount',
] as const;
type Figure = (typeof FIGURES)[number];
/** Only what was given; what is missing or 0 is not there. */
type Figures = Partial<Record<Figure, Decimal>>;

const COST_FIELDS: ReadonlySet<string> = new Set([
  ...FIGURES,
  'id',
  'vendor_id',
  'vendor_external_id',
  'category',
  'description',
  'metadata',
  'currency',
]);

/** Checks one cost and completes it. `pointer` is where it stands in what was sent. */
export function checkCost(input: unknown, pointer: string): CheckedCost {
  if (!isJsonObject(input)) {
    const refusal = { pointer, code: 'invalid_type', detail: 'Expected an object.' };
    return { ok: false, refusal };
  }
  const reader = new FieldReader(input, pointer);
  reader.onlyKnows(COST_FIELDS);
  const costId = reader.uuid('id');
  const vendor = readVendor(reader);
  const category = reader.text('category', { charactersMax: NAME_CHARACTERS_MAX });
  const description = reader.text('description', {
    charactersMax: DESCRIPTION_CHARACTERS_MAX,
    mayBeEmpty: true,
  });
  const metadata = readMetadata(reader);
  const currency = readCurrency(reader);
  const figures = readFigures(reader);
  const amount = reader.refusal ? ZERO : amountOf(reader, figures);
  if (reader.refusal) return { ok: false, refusal: reader.refusal };
  const said = [costId, category ?? '', description ?? '', currency, wire(amount)];
  const content = `${JSON.stringify(said)}${metadata}${figuresText(figures)}`;
  const sent = withoutNulls(input);
  const cost = { costId, vendor, category, amount: wire(amount), currency, sent, content };
  return { ok: true, cost };
}

function readVendor(reader: FieldReader): VendorReference {
  const rule = { charactersMax: NAME_CHARACTERS_MAX };
  const vendorId = reader.text('vendor_id', rule);
  const externalId = reader.text('vendor_external_id', rule);
  if (vendorId === undefined && externalId === undefined)
    reader.refuse('vendor_id', 'required', 'Give vendor_id or vendor_external_id.');
  return { vendorId, externalId };
}

function readMetadata(reader: FieldReader): string {
  const metadata = reader.value('metadata');
  if (isAbsent(metadata)) return '';
  if (!isJsonObject(metadata))
    return reader.refuse('metadata', 'invalid_type', 'Expected an object.') ?? '';
  const text = canonicalJson(metadata);
  if (exceedsBytes(text, METADATA_BYTES_MAX))
    reader.refuse('metadata', 'too_large', 'At most 4 KiB as JSON.');
  return text;
}

function readCurrency(reader: FieldReader): string {
  const currency = reader.text('currency', { charactersMax: NAME_CHARACTERS_MAX });
  if (currency === undefined) return DEFAULT_CURRENCY;
  if (!CURRENCY.test(currency)) reader.refuse('currency', 'invalid_format', 'Expected a code.');
  return currency.toUpperCase();
}

function readFigures(reader: FieldReader): Figures {
  const figures: Figures = {};
  for (const name of FIGURES) {
    const sent = reader.value(name);
    if (isAbsent(sent) || sent === 0) continue;
    const parsed = parseUsageAmount(sent);
    if (!parsed.ok) reader.refuse(name, parsed.code, parsed.detail);
    else if (parsed.value.lt(ZERO))
      reader.refuse(name, 'amount_out_of_range', 'A cost has no negative figures.');
    else if (parsed.value.gt(ZERO)) figures[name] = parsed.value;
  }
  return figures;
}

/** The amount of the cost: as given, or computed. An explicit 0 with nothing to compute is 0. */
function amountOf(reader: FieldReader, figures: Figures): Decimal {
  const computed = computedAmount(figures);
  const { amount } = figures;
  if (amount) {
    if (computed && !agrees(amount, computed))
      reader.refuse(
        'amount',
        'cost_amount_mismatch',
        `Units and volume give ${wire(computed)}, not ${wire(amount)}.`,
      );
    return amount;
  }
  if (computed?.gte(AMOUNT_LIMIT))
    reader.refuse('amount', 'amount_out_of_range', 'An amount is below 10^15.');
  if (!computed && isAbsent(reader.value('amount')))
    reader.refuse('amount', 'required', 'Give an amount, or units or a volume with their price.');
  return computed ?? ZERO;
}

/** Undefined when no pair is complete. Rounded a single time, at the end. */
function computedAmount(figures: Figures): Decimal | undefined {
  const { units, unit_price: unitPrice, input_volume: volume, volume_rate: rate } = figures;
  const packageSize = figures.package_size ?? ONE;
  const forUnits = units && unitPrice ? units.times(unitPrice).times(packageSize) : undefined;
  const forVolume = volume && rate ? volume.times(rate) : undefined;
  if (!forUnits && !forVolume) return undefined;
  return divideToAmount((forUnits ?? ZERO).plus(forVolume ?? ZERO), packageSize);
}

function agrees(amount: Decimal, computed: Decimal): boolean {
  const difference = amount.minus(computed).abs();
  return difference.lte(computed.times(RELATIVE_TOLERANCE)) || difference.lte(ROUNDING_STEP);
}

function figuresText(figures: Figures): string {
  let text = '';
  for (const name of FIGURES) {
    const value = name === 'amount' ? undefined : figures[name];
    if (value) text += `,${name}:${wire(value)}`;
  }
  return text;
}

function withoutNulls(object: JsonObject): JsonObject {
  for (const field in object)
    if (object[field] === null)
      return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
  return object;
}
