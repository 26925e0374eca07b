/**
 * Columns of rows as PostgreSQL array literals, for set-based statements over `unnest`.
 *
 * The driver escapes every element by regular expressions; ids, numbers and instants need none,
 * and they are most of what is written.
 */
const NEEDS_NO_QUOTES = /^[A-Za-z0-9_.:+-]+$/;
const LOOKS_NULL = /^null$/i;

/** One array literal per column of the rows: `{a,b,"c d",NULL}`, for any scalar type. */
export const columnsOf = <Row>(
  rows: readonly Row[],
  columns: readonly ((row: Row) => string | null)[],
): string[] => columns.map((column) => columnOf(rows, column));

export const arrayOf = (values: readonly (string | null)[]): string => columnOf(values, itself);

/** Of whole numbers. */
export const numbersOf = (values: readonly number[]): string => `{${values.join(',')}}`;

const itself = (value: string | null): string | null => value;

function columnOf<Row>(rows: readonly Row[], column: (row: Row) => string | null): string {
  let text = '';
  // Neighbours often have the same value: the platform, the mode, a day.
  let last: string | null | undefined;
  let written = '';
  for (const row of rows) {
    const value = column(row);
    if (value !== last) {
      last = value;
      written = element(value);
    }
    text += text === '' ? written : `,${written}`;
  }
  return `{${text}}`;
}

function element(value: string | null): string {
  if (value === null) return 'NULL';
  if (NEEDS_NO_QUOTES.test(value) && !(value.length === 4 && LOOKS_NULL.test(value))) return value;
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
