/** Method: the page read inside the window is compared with the same page of the whole list. */
import fc from 'fast-check';
import { pageWindow } from './page-window';

describe('the window of a page', () => {
  it('holds the same page as the whole list', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 10 });
    const place = fc.record({ offset: fc.nat(30), limit: fc.integer({ min: 1, max: 8 }) });
    fc.assert(
      fc.property(counts, place, (list, { offset, limit }) => {
        const days = list.map((count, at) => ({ day: `2026-01-${String(30 - at)}`, count }));
        const items = days.flatMap(({ day, count }) =>
          Array.from({ length: count }, (_unused, at) => ({ day, at })),
        );
        const window = pageWindow(days, { offset, limit });
        const inside = window
          ? items
              .filter(({ day }) => day <= window.newestDay && day >= window.oldestDay)
              .slice(window.offset, window.offset + limit)
          : [];
        expect(inside).toEqual(items.slice(offset, offset + limit));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each`
    offset | limit | window
    ${0}   | ${10} | ${{ newestDay: '05', oldestDay: '05', offset: 0 }}
    ${10}  | ${10} | ${{ newestDay: '04', oldestDay: '04', offset: 0 }}
    ${12}  | ${10} | ${{ newestDay: '04', oldestDay: '03', offset: 2 }}
    ${35}  | ${10} | ${{ newestDay: '02', oldestDay: '02', offset: 5 }}
    ${40}  | ${10} | ${undefined}
  `('leaves out the days around a page of $limit after $offset', ({ offset, limit, window }) =>
    expect(
      pageWindow(
        ['05', '04', '03', '02'].map((day) => ({ day, count: 10 })),
        { offset, limit },
      ),
    ).toEqual(window),
  );
});
