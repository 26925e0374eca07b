/**
 * A session of its own for what a pool is not made for: whole tables in and out by COPY, as text,
 * with bounded memory.
 */
import { Client } from 'pg';
import type { Queryable } from '../ports';
import { CopyIn } from './copy-in';
import { CopyOut } from './copy-out';

const CONNECT_TIMEOUT_MS = 5_000;

export interface CopySession extends Queryable {
  /**
   * Runs `COPY ... TO STDOUT` and hands over what it writes, chunk by chunk; while `write` is busy
   * PostgreSQL waits. A chunk is the receiver's own.
   *
   * Answers: the number of rows.
   */
  copyOut(statement: string, write: (chunk: Buffer) => Promise<void>): Promise<number>;
  /** Runs `COPY ... FROM STDIN`; answers the number of rows. An error of `source` undoes all. */
  copyIn(statement: string, source: AsyncIterable<Buffer>): Promise<number>;
  close(): Promise<void>;
}

/** Text is the same for every PostgreSQL and every setting of the server. Errors: connection errors. */
export async function openCopySession(url: string, applicationName: string): Promise<CopySession> {
  const client = new Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    options: '-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c bytea_output=hex',
  });
  // A connection that breaks is met by the statement that uses it.
  client.on('error', () => undefined);
  await client.connect();
  return {
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await client.query<Row>(text, [...values])).rows,
    copyOut: (statement, write) => client.query(new CopyOut(statement, write)).ended,
    copyIn: (statement, source) => client.query(new CopyIn(statement, source)).ended,
    close: () => client.end(),
  };
}
