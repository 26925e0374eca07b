import type { Connection, Submittable } from 'pg';

/** The part of the connection that pg's types leave out. */
export interface CopyConnection extends Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(reason: string): void;
}

/** What pg expects of a statement that it does not run itself. */
export abstract class CopyQuery implements Submittable {
  readonly ended: Promise<number>;
  protected resolve: (rows: number) => void = () => undefined;
  protected reject: (error: unknown) => void = () => undefined;
  private rows = 0;

  constructor(private readonly statement: string) {
    this.ended = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  submit(connection: Connection): void {
    connection.query(this.statement);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.rows = Number(/^COPY (\d+)$/.exec(text)?.[1] ?? 0);
  }

  handleReadyForQuery(connection: CopyConnection): void {
    void this.finish(connection).then(() => this.resolve(this.rows), this.reject);
  }

  handleError(error: Error): void {
    this.reject(error);
  }

  handleEmptyQuery(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}

  /** Runs before the number of rows is answered. */
  protected abstract finish(connection: CopyConnection): Promise<void>;
}
