/**
 * Periods: `period_from` and `period_to` are an instant or a date; a date covers its whole UTC day
 * and both ends are inclusive. Inside Kontor a period is half-open: [from, to).
 */
import { addMilliseconds, parseDay, parseInstant, type InstantText } from '@kontor/contracts';
import { z } from 'zod';
import { invalid } from './problem';

const DAY_MS = 86_400_000;
const LAST_MICROSECOND = 999_999;
const LAST_INSTANT = '9999-12-31T23:59:59.999999Z';

/** One end of a period: the instant that statements compare with, and what the client sent. */
export interface PeriodEdge {
  readonly instant: InstantText;
  readonly sent: string;
}

const edge = (read: (text: string) => InstantText | undefined) =>
  z
    .string()
    .meta({ description: 'An RFC 3339 instant or a date (a whole UTC day).' })
    .transform((text, context): PeriodEdge => {
      const instant = read(text);
      if (instant !== undefined) return { instant, sent: text };
      context.addIssue({
        code: 'custom',
        message: 'Expected an RFC 3339 instant or a date like 2026-01-31.',
        params: { code: 'invalid_period' },
      });
      return z.NEVER;
    });

/** A first instant, inclusive. */
export const zPeriodFrom = edge((text) => parseDay(text) ?? parseInstant(text));
/** A last instant or day, inclusive; `instant` is the first one after it. */
export const zPeriodTo = edge((text) => {
  const day = parseDay(text);
  if (day !== undefined) return dayAfter(day);
  const instant = parseInstant(text);
  return instant === undefined ? undefined : microsecondAfter(instant);
});

export const zPeriod = z.strictObject({
  period_from: zPeriodFrom.optional(),
  period_to: zPeriodTo.optional(),
});

export interface Period {
  /** First instant inside; undefined = no bound. */
  readonly from: InstantText | undefined;
  /** First instant after; undefined = no bound. */
  readonly to: InstantText | undefined;
  /** As the client sent it, to be shown again; null when it sent nothing. */
  readonly sentFrom: string | null;
  readonly sentTo: string | null;
}

export interface PeriodQuery {
  readonly period_from?: PeriodEdge | undefined;
  readonly period_to?: PeriodEdge | undefined;
}

/**
 * The half-open period of a query.
 *
 * Errors: 422 `invalid_period` when it ends before it begins.
 */
export function periodOf(query: PeriodQuery): Period {
  const { period_from: from, period_to: to } = query;
  if (from && to && from.instant >= to.instant)
    throw invalid('period_from', 'invalid_period', '`period_from` is after `period_to`.');
  return {
    from: from?.instant,
    to: to?.instant,
    sentFrom: from?.sent ?? null,
    sentTo: to?.sent ?? null,
  };
}

const dayAfter = (day: InstantText): InstantText =>
  day >= '9999-12-31' ? LAST_INSTANT : addMilliseconds(day, DAY_MS);

function microsecondAfter(instant: InstantText): InstantText {
  const microseconds = Number(instant.slice(20, 26));
  if (microseconds < LAST_MICROSECOND)
    return `${instant.slice(0, 20)}${String(microseconds + 1).padStart(6, '0')}Z`;
  if (instant === LAST_INSTANT) return LAST_INSTANT;
  return addMilliseconds(`${instant.slice(0, 20)}000000Z`, 1_000);
}
