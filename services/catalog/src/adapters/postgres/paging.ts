/** One page of a list, and how many there are in all. */
import type { Queryable } from '@kontor/postgres';
import type { PageOf, PageRequest } from '../../app/ports';

export interface ListQuery {
  readonly columns: string;
  /** Tables and their joins. */
  readonly from: string;
  /** Conditions and their values, `$1` onwards. */
  readonly where: Conditions;
  /** The column that orders the list and that a cursor continues from. */
  readonly key: string;
  readonly order: 'ASC' | 'DESC';
}

/** Grows a WHERE clause together with its values. */
export class Conditions {
  private readonly clauses: string[] = [];
  readonly values: unknown[] = [];

  /** `clause` names the value as `?`. */
  add(clause: string, value: unknown): this {
    this.values.push(value);
    this.clauses.push(clause.replaceAll('?', `$${this.values.length}`));
    return this;
  }

  /** Only when there is a value. */
  addIf(clause: string, value: unknown): this {
    return value === undefined ? this : this.add(clause, value);
  }

  get text(): string {
    return this.clauses.join(' AND ');
  }
}

export async function readPage<Row extends object>(
  database: Queryable,
  { columns, from, where, key, order }: ListQuery,
  page: PageRequest,
): Promise<PageOf<Row>> {
  const [total] = await database.query<{ count: string }>(
    `SELECT count(*) AS count FROM ${from} WHERE ${where.text}`,
    where.values,
  );
  const values = [...where.values, page.limit + 1, page.offset];
  const [limit, offset] = [`$${values.length - 1}`, `$${values.length}`];
  if (page.after !== undefined) values.push(page.after);
  const onward =
    page.after === undefined ? '' : `AND ${key} ${order === 'ASC' ? '>' : '<'} $${values.length}`;
  const rows = await database.query<Row & { page_key: string }>(
    `SELECT ${columns}, ${key} AS page_key FROM ${from} WHERE ${where.text} ${onward}
     ORDER BY ${key} ${order} LIMIT ${limit} OFFSET ${offset}`,
    values,
  );
  const items = rows.slice(0, page.limit);
  return {
    items,
    totalCount: Number(total?.count ?? 0),
    next: rows.length > page.limit ? items.at(-1)?.page_key : undefined,
  };
}

/** The same page with its rows translated. */
export const mapPage = <Row, Item>(
  { items, totalCount, next }: PageOf<Row>,
  translate: (row: Row) => Item,
): PageOf<Item> => ({ items: items.map(translate), totalCount, next });
