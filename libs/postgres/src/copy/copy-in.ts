import { type CopyConnection, CopyQuery } from './copy-query';

/** Sent and not yet taken by the socket; above it the source waits. */
const UNSENT_BYTES_MAX = 1024 * 1024;

export class CopyIn extends CopyQuery {
  private stopped = false;
  private failed: { readonly error: unknown } | undefined;

  constructor(
    statement: string,
    private readonly source: AsyncIterable<Buffer>,
  ) {
    super(statement);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    void this.send(connection);
  }

  /** PostgreSQL refused a row, or said that we gave up: then our own reason is the better one. */
  override handleError(error: Error): void {
    this.stopped = true;
    super.handleError(this.failed ? (this.failed.error as Error) : error);
  }

  protected finish(): Promise<void> {
    return Promise.resolve();
  }

  private async send(connection: CopyConnection): Promise<void> {
    try {
      for await (const chunk of this.source) {
        if (this.stopped) return;
        connection.sendCopyFromChunk(chunk);
        if (connection.stream.writableLength > UNSENT_BYTES_MAX) await drained(connection);
      }
      connection.endCopyFrom();
    } catch (error) {
      this.failed = { error };
      connection.sendCopyFail('the source failed');
    }
  }
}

function drained({ stream }: CopyConnection): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
