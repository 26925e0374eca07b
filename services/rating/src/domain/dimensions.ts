/**
 * Which row of a price list an event matches.
 *
 * Rules:  a row matches when each of its concrete values equals the event's; `*`, or a dimension
 *         that the row leaves out, matches anything, also an event without that dimension. The row
 *         with the most concrete values wins; of equals the one whose leftmost difference, in the
 *         order of the billable dimensions, is concrete. The order of the rows never matters.
 * Values: texts compare exactly; numbers and booleans as their JSON text; anything else counts as
 *         absent.
 */
import { type EventFields, fieldOf } from './event-fields';

const ANY = '*';

/** Texts of an event's billable dimensions, in their order; undefined = the event has none. */
export type DimensionTexts = readonly (string | undefined)[];

/** Rows with the same dimensions concrete, found by the texts they ask for. */
interface Shape<Block> {
  readonly concrete: readonly number[];
  readonly blocks: ReadonlyMap<string, Block>;
}

/** Shapes, strongest first: the first that knows the event's texts has the winner. */
export type BlockIndex<Block> = readonly Shape<Block>[];

interface WithDimensions {
  readonly source: {
    readonly dimensions?: Readonly<Record<string, string>>;
    readonly value: object;
  };
}

export const dimensionTexts = (
  data: EventFields | undefined,
  billable: readonly string[],
): DimensionTexts => billable.map((name) => textOf(fieldOf(data, name)));

export function indexBlocks<Block extends WithDimensions>(
  blocks: readonly Block[],
  billable: readonly string[],
): BlockIndex<Block> {
  const shapes = new Map<string, { concrete: number[]; blocks: Map<string, Block> }>();
  for (const block of blocks) {
    const wanted = billable.map((name) => concreteText(block, name));
    const concrete = wanted.flatMap((text, at) => (text === undefined ? [] : [at]));
    const shape = getOrAdd(shapes, concrete.join(), () => ({ concrete, blocks: new Map() }));
    const key = keyOf(wanted, concrete);
    const rival = shape.blocks.get(key);
    if (!rival || contentOf(block) < contentOf(rival)) shape.blocks.set(key, block);
  }
  return [...shapes.values()].sort((a, b) => compareShapes(a.concrete, b.concrete));
}

export function matchBlock<Block>(
  index: BlockIndex<Block>,
  texts: DimensionTexts,
): Block | undefined {
  for (const shape of index) {
    const block = shape.blocks.get(keyOf(texts, shape.concrete));
    if (block !== undefined) return block;
  }
  return undefined;
}

/** The value that a row asks of a dimension; undefined when it takes anything. */
export function concreteText(block: WithDimensions, dimension: string): string | undefined {
  const { dimensions } = block.source;
  const wanted =
    dimensions && Object.hasOwn(dimensions, dimension) ? dimensions[dimension] : undefined;
  return wanted === ANY ? undefined : wanted;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean'
    ? JSON.stringify(value)
    : undefined;
}

// Lengths keep ("ab", "c") and ("a", "bc") apart; "-" is a missing text, which no row asks for.
function keyOf(texts: DimensionTexts, concrete: readonly number[]): string {
  let key = '';
  for (const at of concrete) {
    const text = texts[at];
    key += text === undefined ? '-' : `${text.length}:${text}`;
  }
  return key;
}

function compareShapes(left: readonly number[], right: readonly number[]): number {
  if (left.length !== right.length) return right.length - left.length;
  const at = left.findIndex((dimension, index) => dimension !== right[index]);
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

// Equal rows are refused when a price is made; should two meet anyway, their content decides.
const contentOf = (block: WithDimensions): string => JSON.stringify(block.source.value);

function getOrAdd<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
