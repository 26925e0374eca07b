/** What is going on, on stderr: a terminal's line is redrawn, anything else gets a line now and then. */
const REDRAW_MS = 100;
const LINE_MS = 3_000;
const CLEAR_LINE = '\r\u001b[2K';

export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export class Progress {
  private shownAt = -Infinity;
  private open = false;

  constructor(
    private readonly output: ProgressOutput,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Shown at once when nothing was shown for a while, else left out: the next one says more. */
  show(line: string): void {
    const every = this.output.isTTY ? REDRAW_MS : LINE_MS;
    if (this.now() - this.shownAt < every) return;
    this.shownAt = this.now();
    this.open = this.output.isTTY === true;
    this.output.write(this.open ? `${CLEAR_LINE}${line}` : `${line}\n`);
  }

  /** Makes room for the result. */
  end(): void {
    if (this.open) this.output.write(CLEAR_LINE);
    this.open = false;
  }
}
