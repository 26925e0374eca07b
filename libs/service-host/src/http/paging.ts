/**
 * Lists: `limit` (1..100, default 20) with `offset` or an opaque `cursor`, newest first.
 */
import { z } from 'zod';
import { flawsOf } from '../json/json-flaws';
import { invalid } from './problem';

const LIMIT_MAX = 100;
const LIMIT_DEFAULT = 20;
/** Beyond this a page costs more than any reader gains: go on with the cursor. */
const OFFSET_MAX = 100_000;
const WHOLE_NUMBER = /^\d{1,9}$/;

const whole = (min: number, max: number) =>
  z
    .string()
    .meta({ type: 'integer', minimum: min, maximum: max })
    .transform((text, context): number => {
      const value = WHOLE_NUMBER.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max) return value;
      context.addIssue({
        code: 'custom',
        message: `Expected a whole number from ${min} to ${max}.`,
        params: { code: 'out_of_range' },
      });
      return z.NEVER;
    });

/** Query parameters of every list; `zPage.extend({ ... })` adds a list's own filters. */
export const zPage = z.strictObject({
  limit: whole(1, LIMIT_MAX).default(LIMIT_DEFAULT),
  offset: whole(0, OFFSET_MAX).default(0),
  cursor: z.string().min(1).max(1_024).optional(),
});

export interface PageQuery {
  readonly limit: number;
  readonly offset: number;
  readonly cursor?: string | undefined;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly total_count: number;
  readonly limit: number;
  readonly offset: number;
  readonly next_cursor: string | null;
}

/** One page as it is answered; `nextCursor` is left out when there is no further page. */
export const page = <Item>(
  items: readonly Item[],
  totalCount: number,
  query: PageQuery,
  nextCursor?: string | null,
): Page<Item> => ({
  items,
  total_count: totalCount,
  limit: query.limit,
  offset: query.offset,
  next_cursor: nextCursor ?? null,
});

/** A whole list of one item, for the OpenAPI document. */
export const listExample = <Item>(item: Item): Page<Item> =>
  page([item], 1, { limit: LIMIT_DEFAULT, offset: 0 });

type CursorPart = string | number | boolean | null;

/** Makes the place where a page ended opaque. `kind` names the list, e.g. `customers`. */
export const encodeCursor = (kind: string, parts: readonly CursorPart[]): string =>
  Buffer.from(JSON.stringify([kind, ...parts])).toString('base64url');

/**
 * Reads a cursor that `encodeCursor` made for the same list.
 *
 * Shape:  `shape` is a zod tuple of the parts, so that a forged cursor can't bring another type.
 * Errors: 422 `invalid_cursor`.
 */
export function decodeCursor<Parts>(kind: string, cursor: string, shape: z.ZodType<Parts>): Parts {
  const [head, ...parts] = readCursor(cursor);
  const parsed = shape.safeParse(parts);
  if (head !== kind || !parsed.success) throw invalidCursor();
  return parsed.data;
}

function readCursor(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    // A forged one may hold what no text of ours has, and what PostgreSQL refuses.
    return Array.isArray(value) && flawsOf(value).length === 0 ? value : [];
  } catch {
    return [];
  }
}

const invalidCursor = () =>
  invalid('cursor', 'invalid_cursor', 'Use the `next_cursor` of the page before, as it was.');
