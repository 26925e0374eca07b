/** How far the tables of a backup are, in a line. */
export type Show = (line: string) => void;

const MEGABYTE = 1_000_000;

export class Tally {
  bytes = 0;
  private tablesDone = 0;
  private table = '';
  private readonly startedAt = performance.now();

  constructor(
    /** What is done to the bytes: `written`, `checked`. */
    private readonly done: string,
    private readonly tables: number,
    private readonly show: Show,
    /** When it is known before. */
    private readonly bytesAll?: number,
  ) {}

  begin(table: string): void {
    this.table = table;
    this.tell();
  }

  add(bytes: number): void {
    this.bytes += bytes;
    this.tell();
  }

  end(): void {
    this.tablesDone += 1;
  }

  private tell(): void {
    const seconds = Math.max((performance.now() - this.startedAt) / 1000, 0.001);
    const all = this.bytesAll === undefined ? '' : ` of ${megabytes(this.bytesAll)}`;
    this.show(
      `${this.table}: table ${this.tablesDone + 1} of ${this.tables}, ${megabytes(this.bytes)}${all} MB ` +
        `${this.done}, ${megabytes(this.bytes / seconds)} MB/s`,
    );
  }
}

export const megabytes = (bytes: number): string => (bytes / MEGABYTE).toFixed(1);
