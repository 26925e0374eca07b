/**
 * Rows as COPY's text format, for inserts that only add: one statement without expressions, which
 * PostgreSQL writes page by page instead of row by row.
 *
 * Source: PostgreSQL documentation, COPY, "Text Format".
 */
const NEEDS_ESCAPE = /[\\\n\r\t]/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};
const NULL = '\\N';

export type CopyColumn<Row> = readonly [
  name: string,
  /** As the column's type reads it; null is NULL. */
  value: (row: Row) => string | null,
];

/** What is copied where. */
export interface CopyRows {
  readonly table: string;
  readonly columns: readonly string[];
  /** Lines as `copyTextOf` makes them. */
  readonly text: string;
}

/** A table that rows of a kind are copied into. */
export interface CopyTable<Row> {
  readonly table: string;
  copied(rows: readonly Row[]): CopyRows;
}

export function copyTable<Row>(table: string, columns: readonly CopyColumn<Row>[]): CopyTable<Row> {
  const names = columns.map(([name]) => name);
  const values = columns.map(([, value]) => value);
  return { table, copied: (rows) => ({ table, columns: names, text: copyTextOf(rows, values) }) };
}

/** One line a row. */
export function copyTextOf<Row>(
  rows: readonly Row[],
  columns: readonly ((row: Row) => string | null)[],
): string {
  let text = '';
  for (const row of rows) {
    let separator = '';
    for (const column of columns) {
      text += separator + field(column(row));
      separator = '\t';
    }
    text += '\n';
  }
  return text;
}

function field(value: string | null): string {
  if (value === null) return NULL;
  if (!NEEDS_ESCAPE.test(value)) return value;
  return value.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character] ?? character);
}

export const copyStatementOf = ({ table, columns }: CopyRows): string =>
  `COPY ${table} (${columns.join(', ')}) FROM STDIN`;
