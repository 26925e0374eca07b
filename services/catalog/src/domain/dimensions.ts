/**
 * Which rows of a price list could ever compete for the same event without a winner.
 *
 * Rating takes the row with the most concrete dimensions; between rows with equally many it goes
 * by the declared order, leftmost concrete first. Two rows whose *sets* of concrete dimensions
 * differ are therefore always told apart: either one set is larger, or at the first declared
 * dimension where they differ one row is concrete and wins. Two rows with the same set both match
 * an event only when they name the same values. So two rows can tie exactly when their normalised
 * dimensions are equal (dimensions.property.spec.ts shows it against the rating rules).
 */
import type { Dimensions, DimensionValue, PriceRowDraft } from './price';

const ANYTHING = '*';

/** How a value is compared: strings exactly, numbers and booleans as their JSON text. */
export const dimensionText = (value: DimensionValue): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

/** Only what a row really asks for: `*` and what is left out mean anything. */
export function concreteDimensions(dimensions: Dimensions | undefined): Map<string, string> {
  const concrete = new Map<string, string>();
  for (const [name, value] of dimensions ?? []) {
    const text = dimensionText(value);
    if (text !== ANYTHING) concrete.set(name, text);
  }
  return concrete;
}

/** Pairs of rows that could tie, by index: the later row and the earlier one that it repeats. */
export function tyingRows(
  declared: readonly string[],
  rows: readonly PriceRowDraft[],
): { readonly row: number; readonly ties: number }[] {
  const seen = new Map<string, number>();
  const found: { row: number; ties: number }[] = [];
  rows.forEach(({ dimensions }, row) => {
    const concrete = concreteDimensions(dimensions);
    const key = JSON.stringify(declared.map((name) => concrete.get(name) ?? null));
    const ties = seen.get(key);
    if (ties === undefined) seen.set(key, row);
    else found.push({ row, ties });
  });
  return found;
}
