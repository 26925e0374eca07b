import type { Connection } from 'pg';
import { type CopyConnection, CopyQuery } from './copy-query';
import { copyStatementOf, type CopyRows } from './copy-text';

/**
 * Rows that are all there already: they are sent behind the statement, without waiting for its
 * answer. A PostgreSQL that refuses the statement passes over what comes behind it.
 *
 * Source: PostgreSQL documentation, Frontend/Backend Protocol, "COPY Operations".
 */
export class CopyRowsIn extends CopyQuery {
  private readonly bytes: Buffer;

  constructor(rows: CopyRows) {
    super(copyStatementOf(rows));
    this.bytes = Buffer.from(rows.text);
  }

  override submit(connection: Connection): void {
    super.submit(connection);
    const { sendCopyFromChunk, endCopyFrom } = connection as CopyConnection;
    sendCopyFromChunk.call(connection, this.bytes);
    endCopyFrom.call(connection);
  }

  handleCopyInResponse(): void {}

  protected finish(): Promise<void> {
    return Promise.resolve();
  }
}
