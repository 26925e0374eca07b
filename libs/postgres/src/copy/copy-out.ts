import { type CopyConnection, CopyQuery } from './copy-query';

const CHUNK_BYTES = 256 * 1024;
/** Above this the socket is not read until the receiver has caught up. */
const WAITING_CHUNKS_MAX = 8;

/** Gathers the rows, which come one message each, into chunks, and writes them one after another. */
export class CopyOut extends CopyQuery {
  private chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  private filled = 0;
  private waiting = 0;
  private failed: { readonly error: unknown } | undefined;
  private written: Promise<void> = Promise.resolve();

  constructor(
    statement: string,
    private readonly write: (chunk: Buffer) => Promise<void>,
  ) {
    super(statement);
  }

  /** pg reuses the memory behind `chunk`. */
  handleCopyData({ chunk }: { readonly chunk: Buffer }, connection: CopyConnection): void {
    for (let from = 0; from < chunk.length;) {
      const taken = chunk.copy(this.chunk, this.filled, from);
      from += taken;
      this.filled += taken;
      if (this.filled === CHUNK_BYTES) this.flush(connection);
    }
  }

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFail('not a COPY TO');
  }

  protected async finish(connection: CopyConnection): Promise<void> {
    this.flush(connection);
    await this.written;
    if (this.failed) throw this.failed.error;
  }

  private flush(connection: CopyConnection): void {
    const full = this.chunk.subarray(0, this.filled);
    this.chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    this.filled = 0;
    if (full.length === 0 || this.failed) return;
    this.waiting += 1;
    if (this.waiting >= WAITING_CHUNKS_MAX) connection.stream.pause();
    this.written = this.written.then(() => this.writeOne(full, connection));
  }

  private async writeOne(chunk: Buffer, connection: CopyConnection): Promise<void> {
    try {
      if (!this.failed) await this.write(chunk);
    } catch (error) {
      // The rest is read and dropped, or the session could not be used again.
      this.failed = { error };
    }
    this.waiting -= 1;
    if (connection.stream.isPaused()) connection.stream.resume();
  }
}
