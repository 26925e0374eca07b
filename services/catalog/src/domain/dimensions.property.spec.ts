/**
 * Method: rows over few names and values, so that ties are common, are given to the check one after
 * the other, and kept when it accepts them. Then every event over these names and values is matched
 * by the rating rules, written down here a second time as a plain comparison of rows. No event may
 * find two best rows; and each refused row must have an event for which it ties with a kept one, so
 * that nothing is refused that could stand.
 */
import fc from 'fast-check';
import { concreteDimensions, tyingRows } from './dimensions';
import type { PriceRowDraft } from './price';

const NAMES = ['a', 'b', 'c'];
const VALUES = ['x', 'y', '1', 'true'];

const dimensionValue = fc.constantFrom<string | number | boolean>(...VALUES, '*', 1, true);
const row: fc.Arbitrary<PriceRowDraft> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ values: [] }) },
  {
    weight: 6,
    arbitrary: fc
      .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), dimensionValue), {
        selector: ([name]) => name,
        maxLength: NAMES.length,
      })
      .map((dimensions) => ({ dimensions, values: [] })),
  },
);
const declared = fc.shuffledSubarray(NAMES, { minLength: NAMES.length });

type Event = Readonly<Record<string, string | undefined>>;
/** Each event over the names, also without some of them, and with values that no row asks for. */
const events: Event[] = NAMES.reduce<Event[]>(
  (partial, name) =>
    partial.flatMap((event) =>
      [...VALUES, 'else', undefined].map((v) => ({ ...event, [name]: v })),
    ),
  [{}],
);

function matches(candidate: PriceRowDraft, event: Event): boolean {
  return [...concreteDimensions(candidate.dimensions)].every(
    ([name, text]) => event[name] === text,
  );
}

/** Positive when `left` wins, 0 when nothing tells them apart. */
function compare(order: readonly string[], left: PriceRowDraft, right: PriceRowDraft): number {
  const [a, b] = [concreteDimensions(left.dimensions), concreteDimensions(right.dimensions)];
  if (a.size !== b.size) return a.size - b.size;
  for (const name of order) if (a.has(name) !== b.has(name)) return a.has(name) ? 1 : -1;
  return 0;
}

describe('dimensions: of rows that are accepted together', () => {
  it('no two could ever tie, and each that is refused would', () => {
    fc.assert(
      fc.property(declared, fc.array(row, { maxLength: 12 }), (order, rows) => {
        const ties = tyingRows(order, rows);
        const refused = new Set(ties.map((tie) => tie.row));
        const kept = rows.filter((_, index) => !refused.has(index));
        for (const event of events) {
          const matching = kept.filter((candidate) => matches(candidate, event));
          const best = matching.filter((candidate) =>
            matching.every((other) => compare(order, candidate, other) >= 0),
          );
          expect(best.length).toBeLessThanOrEqual(1);
        }
        for (const tie of ties) {
          const [late, early] = [rows[tie.row]!, rows[tie.ties]!];
          const both = events.some((event) => matches(late, event) && matches(early, event));
          expect([both, compare(order, late, early)]).toEqual([true, 0]);
        }
      }),
    );
  });

  it('it does not matter which came first', () => {
    fc.assert(
      fc.property(declared, fc.array(row, { maxLength: 12 }), (order, rows) => {
        const backwards = [...rows].reverse();
        expect(tyingRows(order, backwards)).toHaveLength(tyingRows(order, rows).length);
      }),
    );
  });
});
