/**
 * Instants of usage, read fast: thousands a second, nearly all in UTC and of a few days.
 */
import { parseDay, parseInstant, type InstantText } from '@kontor/contracts';

const USUAL = /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?Z$/;
/** A batch of history names at most a few hundred days; the bound only keeps a hostile one small. */
const DAYS_MAX = 1_000;
const days = new Set<string>();

/** The same as `parseInstant` for every text. */
export function readInstant(text: string): InstantText | undefined {
  if (!USUAL.test(text) || !isDay(text.slice(0, 10))) return parseInstant(text);
  return `${text.slice(0, -1)}${text.length === 20 ? '.' : ''}`.padEnd(26, '0') + 'Z';
}

function isDay(day: string): boolean {
  if (days.has(day)) return true;
  if (parseDay(day) === undefined) return false;
  if (days.size >= DAYS_MAX) days.clear();
  days.add(day);
  return true;
}
