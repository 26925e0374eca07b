/**
 * Cutting a period into whole UTC days, answered from roll-ups, and the parts at its ends, answered
 * from the detail.
 *
 * Invariant (period.spec.ts): the days and the edges cover the period exactly, nothing twice.
 */

/** Half-open, [from, to); instants are canonical texts, undefined = no bound. */
export interface Period {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export interface Span {
  readonly from: string;
  readonly to: string;
}

export interface PeriodParts {
  /** Whole days, half-open; undefined = none. Bounds are days or FIRST_DAY / LAST_DAY. */
  readonly days: Span | undefined;
  /** At most two spans, each inside one day. */
  readonly edges: readonly Span[];
}

/** As PostgreSQL writes "before every day" and "after every day". */
export const FIRST_DAY = '-infinity';
export const LAST_DAY = 'infinity';

const DAY_START = 'T00:00:00.000000Z';
const LAST_CALENDAR_DAY = '9999-12-31';
const DAY_MS = 86_400_000;

export const ALL_TIME: Period = { from: undefined, to: undefined };

export function partsOf({ from, to }: Period): PeriodParts {
  if (from !== undefined && to !== undefined) {
    if (from >= to) return { days: undefined, edges: [] };
    if (dayOf(from) === dayOf(to)) return { days: undefined, edges: [{ from, to }] };
  }
  const days = {
    from: from === undefined ? FIRST_DAY : firstDayFrom(from),
    to: to === undefined ? LAST_DAY : dayOf(to),
  };
  return { days: isEmpty(days) ? undefined : days, edges: edgesOf({ from, to }) };
}

const isEmpty = ({ from, to }: Span): boolean =>
  from !== FIRST_DAY && to !== LAST_DAY && from >= to;

/** From the middle of a day to its end, and from the beginning of a day to its middle. */
function edgesOf({ from, to }: Period): Span[] {
  const edges: Span[] = [];
  if (from !== undefined && !startsDay(from))
    edges.push({ from, to: startOf(nextDay(dayOf(from))) });
  if (to !== undefined && !startsDay(to)) edges.push({ from: startOf(dayOf(to)), to });
  return edges;
}

/** The day that begins at or after an instant. */
const firstDayFrom = (instant: string): string =>
  startsDay(instant) ? dayOf(instant) : nextDay(dayOf(instant));

const dayOf = (instant: string): string => instant.slice(0, 10);
const startsDay = (instant: string): boolean => instant.endsWith(DAY_START);
const startOf = (day: string): string => (day === LAST_DAY ? LAST_DAY : `${day}${DAY_START}`);

export const nextDay = (day: string): string =>
  day >= LAST_CALENDAR_DAY
    ? LAST_DAY
    : new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
