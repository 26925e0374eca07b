/**
 * The statements of a transaction, one after the other, without waiting for each: while one runs in
 * the database, the rows of the next are printed.
 *
 * Errors: that of a statement is thrown to whoever sends or asks next, and by `done`; those behind it
 *         are not sent.
 */
import type { CopyRows, Queryable, Transaction } from '@kontor/postgres';

export interface Statement {
  /** Prepared once per connection under this name, when there is one. */
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

export class StatementsInTurn implements Queryable {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly tx: Transaction) {}

  /** Resolves when the statement was sent, which is when the one before it is done. */
  async send(statement: Statement): Promise<void> {
    await this.last;
    void this.start(statement);
  }

  /** Resolves when the rows were sent. */
  async copy(rows: CopyRows): Promise<void> {
    await this.last;
    void this.inTurn(this.tx.copy(rows));
  }

  async query<Row extends object>(
    text: string,
    values: readonly unknown[] = [],
    options: { readonly name?: string } = {},
  ): Promise<Row[]> {
    await this.last;
    return this.start<Row>({ text, values, ...options });
  }

  async done(): Promise<void> {
    await this.last;
  }

  private start<Row extends object>({ text, values, name }: Statement): Promise<Row[]> {
    return this.inTurn(this.tx.query<Row>(text, values, name === undefined ? {} : { name }));
  }

  private inTurn<Answer>(running: Promise<Answer>): Promise<Answer> {
    // It is met by whoever comes next.
    running.catch(() => undefined);
    this.last = running;
    return running;
  }
}
