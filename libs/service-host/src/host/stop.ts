import type { Logger } from '../logger';

/** A step that hangs must not keep the process from ending: what is left, a restart recovers. */
const STEP_MS_MAX = 15_000;

interface Step {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

/** What has to be undone at the end, in reverse order of its making; each step once. */
export class Stop {
  private readonly steps: Step[] = [];
  private running: Promise<void> | undefined;

  constructor(private readonly logger: Logger) {}

  add(name: string, run: () => Promise<unknown>): void {
    this.steps.push({ name, run });
  }

  run(): Promise<void> {
    this.running ??= this.undo();
    return this.running;
  }

  private async undo(): Promise<void> {
    for (const step of this.steps.splice(0).reverse()) {
      try {
        await bounded(step.run());
      } catch (error) {
        // The next steps still have to happen: a stop that ends half-way loses more.
        const message = error instanceof Error ? error.message : String(error);
        this.logger.error('could not stop cleanly', { step: step.name, error: message });
      }
    }
  }
}

async function bounded(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${STEP_MS_MAX} ms`)), STEP_MS_MAX);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
