/**
 * Instants as text: UTC with exactly six fractional digits, so that texts sort as instants do and
 * PostgreSQL keeps every digit.
 *
 * In: RFC 3339 with any offset and 0 to 9 fractional digits; digits beyond the sixth are cut, never
 * rounded, so that no instant moves into the next second, day or period.
 */
const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const MINUTE_MS = 60_000;

/** `2026-01-05T14:32:18.000000Z`. Compare with `<` and `===`. */
export type InstantText = string;

/** Reads an RFC 3339 instant; undefined when the text is none, or names a day that does not exist. */
export function parseInstant(text: string): InstantText | undefined {
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [, ...fields] = match;
  const numbers = fields.slice(0, 6).map(Number);
  const offsetMinutes = parseOffset(fields[7] ?? 'Z');
  if (!isWallTime(numbers) || offsetMinutes === undefined) return undefined;
  const utc = new Date(utcMilliseconds(numbers) - offsetMinutes * MINUTE_MS);
  const year = utc.getUTCFullYear();
  // NaN fails both comparisons, and so does a year that an offset pushed out of range.
  if (!(year >= 1 && year <= 9999)) return undefined;
  const fraction = (fields[6] ?? '').slice(0, 6).padEnd(6, '0');
  return `${utc.toISOString().slice(0, 19)}.${fraction}Z`;
}

/** The first instant of a UTC day given as `2026-01-05`; undefined when it is no day. */
export function parseDay(text: string): InstantText | undefined {
  const match = DATE.exec(text);
  if (!match || !isDay(Number(match[1]), Number(match[2]), Number(match[3]))) return undefined;
  return `${text}T00:00:00.000000Z`;
}

export const instantOf = (date: Date): InstantText => `${date.toISOString().slice(0, 23)}000Z`;
export const dateOf = (instant: InstantText): Date => new Date(instant);
/** Milliseconds since 1970, cut: for durations and timers, not for comparing instants. */
export const millisecondsOf = (instant: InstantText): number => Date.parse(instant);

/** `instant` moved by whole milliseconds; its microseconds stay. */
export const addMilliseconds = (instant: InstantText, milliseconds: number): InstantText =>
  `${new Date(Date.parse(instant) + milliseconds).toISOString().slice(0, 23)}${instant.slice(23)}`;

/** Where instants come from; rules take an instant, never a clock. */
export interface Clock {
  now(): InstantText;
}

/** The text of a millisecond is made once: a busy process asks many times in each. */
let lastMs = NaN;
let lastText = '';

export const systemClock: Clock = {
  now: () => {
    const ms = Date.now();
    if (ms !== lastMs) {
      lastText = instantOf(new Date(ms));
      lastMs = ms;
    }
    return lastText;
  },
};

function isDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

function isWallTime([
  year = 0,
  month = 0,
  day = 0,
  hour = 0,
  minute = 0,
  second = 0,
]: readonly number[]): boolean {
  // A leap second is accepted and means the first instant of the next minute.
  return isDay(year, month, day) && hour <= 23 && minute <= 59 && second <= 60;
}

function utcMilliseconds([
  year = 0,
  month = 1,
  day = 1,
  hour,
  minute,
  second,
]: readonly number[]): number {
  // Date.UTC reads the years 0 to 99 as 1900 to 1999.
  const date = new Date(Date.UTC(2000, 0, 1, hour, minute, second));
  date.setUTCFullYear(year, month - 1, day + (date.getUTCDate() - 1));
  return date.getTime();
}

function parseOffset(text: string): number | undefined {
  if (text === 'Z' || text === 'z') return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(4, 6));
  if (hours > 23 || minutes > 59) return undefined;
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
