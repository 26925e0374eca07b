/**
 * Columns of rows as PostgreSQL array literals, for set-based statements over `unnest`.
 *
 * The driver escapes every element by regular expressions; ids, numbers and instants need none,
 * and they are most of what is written.
 */
const NEEDS_NO_QUOTES = /^[A-Za-z0-9_.:+-]+$/;
const LOOKS_NULL = /^null$/i;

/** `{a,b,"c d",NULL}`; for arrays of text, uuid, numeric, date and timestamptz. */
export function arrayOf(values: Iterable<string | null>): string {
  let text = '{';
  for (const value of values) text += (text.length > 1 ? ',' : '') + element(value);
  return `${text}}`;
}

function element(value: string | null): string {
  if (value === null) return 'NULL';
  if (NEEDS_NO_QUOTES.test(value) && !LOOKS_NULL.test(value)) return value;
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * JSON documents, one a line, null as an empty line: JSON text holds no raw line feed, so nothing
 * is escaped. In SQL: `string_to_array($n::text, E'\n')`, then `NULLIF(line, '')::json`.
 */
export const jsonLines = (values: readonly (object | null)[]): string =>
  values.map((value) => (value === null ? '' : JSON.stringify(value))).join('\n');

/** One array literal per column of the rows. */
export const columnsOf = <Row>(
  rows: readonly Row[],
  columns: readonly ((row: Row) => string | null)[],
): string[] => columns.map((column) => arrayOf(rows.map(column)));
