/**
 * The group-commit queue: one batch is in flight, everything new waits and then goes together.
 *
 * A commit costs about the same for one command as for a hundred, so a hot stream is as fast as
 * many. Order is kept: commands are handed over in the order of their submission, interactive ones
 * before background ones.
 *
 * Limits: `batchCommandsMax` commands a batch; `bytesMax` of waiting commands, beyond which
 *         `submit` rejects with QueueFull at once (HTTP 429).
 * Errors: whatever `commit` throws rejects every command of that batch; nothing is retried here,
 *         because only the store knows whether a failed commit happened.
 */
export interface GroupCommitOptions<Command, Answer> {
  /** Answers in the order of the commands; runs one batch at a time. */
  readonly commit: (batch: readonly Command[]) => Promise<readonly Outcome<Answer>[]>;
  /** Runs `next` in a later turn of the event loop: `setImmediate`, passed in to stay pure. */
  readonly nextTurn: (next: () => void) => void;
  readonly batchCommandsMax?: number;
  readonly bytesMax?: number;
  readonly onBatch?: BatchObserver;
}

/** Told of each batch when it is taken; what it answers is called when the batch has its answers. */
export interface BatchObserver {
  (commands: number): () => void;
  readonly surroundings?: Surroundings;
}

/** Carries what surrounds the submission of a command (its trace) over to the commit of its batch. */
export interface Surroundings {
  capture(): unknown;
  around<T>(captured: readonly unknown[], commit: () => Promise<T>): Promise<T>;
}

export type Outcome<Answer> =
  { readonly ok: true; readonly answer: Answer } | { readonly ok: false; readonly error: Error };

export type Priority = 'interactive' | 'background';

/** One transaction stays short enough that nobody waits a second for it. */
const BATCH_COMMANDS_MAX = 1_000;
/** Two batches of the largest usual requests; what exceeds it is answered 429. */
const BYTES_MAX = 64 * 1024 * 1024;

export class QueueFull extends Error {
  readonly code = 'queue_full';
  readonly retriable = true;
  constructor() {
    super('too many commands are waiting');
  }
}

export class QueueStopped extends Error {
  readonly code = 'stopping';
  readonly retriable = true;
  constructor() {
    super('the service is stopping');
  }
}

interface Waiting<Command, Answer> {
  readonly command: Command;
  readonly bytes: number;
  readonly surrounding: unknown;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

export class GroupCommitQueue<Command, Answer> {
  private readonly interactive: Waiting<Command, Answer>[] = [];
  private readonly background: Waiting<Command, Answer>[] = [];
  private readonly idle: (() => void)[] = [];
  private waitingBytes = 0;
  private running = false;
  private stopped = false;

  constructor(private readonly options: GroupCommitOptions<Command, Answer>) {}

  /** Bytes of the commands that wait; for the metric and for back-pressure. */
  get bytesWaiting(): number {
    return this.waitingBytes;
  }

  submit(command: Command, bytes: number, priority: Priority = 'interactive'): Promise<Answer> {
    if (this.stopped) return Promise.reject(new QueueStopped());
    const bytesMax = this.options.bytesMax ?? BYTES_MAX;
    // A single command larger than the bound still passes an empty queue: its own limit is elsewhere.
    if (this.waitingBytes > 0 && this.waitingBytes + bytes > bytesMax)
      return Promise.reject(new QueueFull());
    this.waitingBytes += bytes;
    const surrounding = this.options.onBatch?.surroundings?.capture();
    return new Promise((resolve, reject) => {
      this[priority].push({ command, bytes, surrounding, resolve, reject });
      this.wake();
    });
  }

  /** Refuses new commands and resolves when the last waiting one has its answer. */
  stop(): Promise<void> {
    this.stopped = true;
    return this.running ? new Promise((resolve) => this.idle.push(resolve)) : Promise.resolve();
  }

  private wake(): void {
    if (this.running) return;
    this.running = true;
    this.scheduleNext();
  }

  // Yielding once lets every caller that was just answered come back before the batch is taken;
  // without it only half of them are in each batch.
  private scheduleNext(): void {
    this.options.nextTurn(() => void this.commitNext());
  }

  private async commitNext(): Promise<void> {
    const batch = this.take();
    if (batch.length === 0) {
      this.running = false;
      for (const done of this.idle.splice(0)) done();
      return;
    }
    const done = this.options.onBatch?.(batch.length);
    try {
      const outcomes = await this.commit(batch);
      batch.forEach((waiting, index) => settle(waiting, outcomes[index]));
    } catch (error) {
      for (const waiting of batch) waiting.reject(asError(error));
    }
    done?.();
    this.scheduleNext();
  }

  private commit(batch: readonly Waiting<Command, Answer>[]): Promise<readonly Outcome<Answer>[]> {
    const commands = batch.map((waiting) => waiting.command);
    const surroundings = this.options.onBatch?.surroundings;
    if (!surroundings) return this.options.commit(commands);
    const captured = batch.map((waiting) => waiting.surrounding);
    return surroundings.around(captured, () => this.options.commit(commands));
  }

  private take(): Waiting<Command, Answer>[] {
    const room = this.options.batchCommandsMax ?? BATCH_COMMANDS_MAX;
    const batch = this.interactive.splice(0, room);
    if (batch.length < room) batch.push(...this.background.splice(0, room - batch.length));
    for (const waiting of batch) this.waitingBytes -= waiting.bytes;
    return batch;
  }
}

function settle<Answer>(
  waiting: Waiting<unknown, Answer>,
  outcome: Outcome<Answer> | undefined,
): void {
  if (!outcome) waiting.reject(new Error('the commit answered fewer commands than it was given'));
  else if (outcome.ok) waiting.resolve(outcome.answer);
  else waiting.reject(outcome.error);
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));
