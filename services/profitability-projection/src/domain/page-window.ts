/**
 * Where in time a page of a list lies, from the number of items per day: days before and after it
 * are never read, however rare the items and however far the page.
 *
 * Invariant (page-window.spec.ts): reading `limit` items after skipping `offset` inside the window
 * gives the same page as reading the whole list.
 */
export interface DayCount {
  readonly day: string;
  readonly count: number;
}

export interface PageWindow {
  /** First and last day that hold an item of the page; undefined = the page is empty. */
  readonly newestDay: string;
  readonly oldestDay: string;
  /** How many of the window's items come before the page. */
  readonly offset: number;
}

/** `days` are those that hold items, newest first. */
export function pageWindow(
  days: readonly DayCount[],
  { offset, limit }: { readonly offset: number; readonly limit: number },
): PageWindow | undefined {
  let passed = 0;
  let newestDay: string | undefined;
  let skipped = 0;
  for (const { day, count } of days) {
    if (newestDay === undefined && passed + count > offset) {
      newestDay = day;
      skipped = passed;
    }
    passed += count;
    if (newestDay !== undefined && passed >= offset + limit)
      return { newestDay, oldestDay: day, offset: offset - skipped };
  }
  const oldest = days.at(-1);
  if (newestDay === undefined || !oldest) return undefined;
  return { newestDay, oldestDay: oldest.day, offset: offset - skipped };
}
