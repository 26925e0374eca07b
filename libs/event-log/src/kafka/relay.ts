/**
 * Copies a service's local log to Kafka, row by row in order, and never anything else.
 *
 * One at a time per service: whoever holds the session's advisory lock; the others wait to take
 * over. Everything of the database goes through that session, so a relay that lost its lock cannot
 * go on. Two may still write for a moment (a process that was frozen): readers pass over what they
 * know by its position, and progress never goes back.
 *
 * Errors: none reach the caller; the broker and the database are waited for without end.
 */
import type { Queryable } from '@kontor/postgres';
import type { PublishedLog, RelayStatus, RunningSubscription } from '../ports';
import { topicsOwnedBy } from '../topics';
import type { Wakeups } from '../wakeups';
import { NEWSWORTHY_ATTEMPT, retryDelayMs, type BusLogger } from './options';
import type { RelayProducer } from './relay-producer';
import {
  keyOf,
  loadProgress,
  readBacklog,
  readRows,
  saveProgress,
  type RelayProgress,
} from './relay-store';
import { pause } from '../runner/backoff';
import { deferred, messageOf, type Deferred } from './waiting';
import type { LogRow } from './wire';

/** Another process may append to the same log without waking this one. */
const POLL_MS = 250;
/** How long a stop waits for the acknowledgement of what was sent; without it it is sent again. */
const STOP_PATIENCE_MS = 5_000;
/** A relay that waits for the lock asks this often. */
const LOCK_POLL_MS = 1_000;

export interface RelayParts {
  readonly published: PublishedLog;
  readonly producer: RelayProducer;
  readonly wakeups: Wakeups;
  readonly logger: BusLogger;
  topicsReady(signal: AbortSignal): Promise<void>;
}

type Session = Queryable & { close(): Promise<void> };

export class Relay implements RunningSubscription {
  private readonly stopping = new AbortController();
  private readonly held = deferred<void>();
  private readonly topics: readonly string[];
  private readonly running: Promise<void>;
  private readonly deaf: (() => void)[];
  private appended: Deferred<void> = deferred<void>();
  private state = 'standby';
  private publishedRecords = 0;

  constructor(private readonly parts: RelayParts) {
    this.topics = topicsOwnedBy(parts.published.service).map(({ name }) => name);
    this.deaf = this.topics.map((topic) =>
      parts.wakeups.onAppended(topic, () => this.appended.resolve()),
    );
    this.running = this.run();
  }

  get ready(): Promise<void> {
    return this.held.promise;
  }

  async status(): Promise<RelayStatus> {
    const { service, database } = this.parts.published;
    const { records, oldest } = await readBacklog(database, this.topics);
    return {
      service,
      state: this.state,
      backlogRecords: records,
      ageSeconds: oldest ? Math.max(0, (Date.now() - Date.parse(oldest)) / 1000) : 0,
      publishedRecords: this.publishedRecords,
    };
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.appended.resolve();
    this.held.resolve();
    await this.running;
    for (const end of this.deaf) end();
  }

  private async run(): Promise<void> {
    for (let attempt = 0; !this.stopping.signal.aborted; attempt += 1) {
      const before = this.publishedRecords;
      try {
        await this.parts.topicsReady(this.stopping.signal);
        if (this.stopping.signal.aborted) break;
        await this.hold();
      } catch (error) {
        if (this.publishedRecords > before) attempt = 0;
        this.waitsFor(error, attempt);
        await pause(retryDelayMs(attempt), this.stopping.signal);
      }
    }
    await this.parts.producer.close();
    this.state = 'stopped';
  }

  private waitsFor(error: unknown, attempt: number): void {
    this.state = `waiting: ${messageOf(error)}`;
    const { service } = this.parts.published;
    const fields = { relay: service, error: messageOf(error) };
    if (attempt === NEWSWORTHY_ATTEMPT) this.parts.logger.warn('the relay tries again', fields);
  }

  private copiesAgain(): void {
    if (this.state === 'copying') return;
    this.state = 'copying';
    this.parts.logger.info('the relay copies', { relay: this.parts.published.service });
  }

  /** Copies as long as this process has the lock. */
  private async hold(): Promise<void> {
    const session: Session = await this.parts.published.database.connect();
    try {
      while (!(await this.tryLock(session))) {
        this.state = 'standby';
        await pause(LOCK_POLL_MS, this.stopping.signal);
        if (this.stopping.signal.aborted) return;
      }
      // A mark that is lost in a crash only publishes its stretch again.
      await session.query('SET synchronous_commit = off');
      if (this.state === 'standby') this.state = 'copying';
      this.held.resolve();
      await this.copy(session);
    } finally {
      await session.close().catch(() => undefined);
    }
  }

  private async tryLock(session: Session): Promise<boolean> {
    const [row] = await session.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked',
      [`kontor relay of ${this.parts.published.database.schema}`],
    );
    return row?.locked === true;
  }

  private async copy(session: Session): Promise<void> {
    const progress = await loadProgress(session, this.topics);
    let rows: readonly LogRow[] = [];
    while (!this.stopping.signal.aborted) {
      if (rows.length === 0) rows = await this.nextRows(session, progress);
      if (rows.length === 0) continue;
      const reached = reachedBy(rows);
      for (const [key, position] of reached) progress.set(key, position);
      // While the broker writes these rows, the next ones are read.
      const [, following] = await Promise.all([this.send(rows), readRows(session, progress)]);
      await saveProgress(session, reached);
      this.publishedRecords += rows.length;
      this.copiesAgain();
      rows = following;
    }
  }

  /** The rows to send next; waits a while when there are none. */
  private async nextRows(session: Session, progress: RelayProgress): Promise<LogRow[]> {
    // Renewed before reading: what is appended from here on wakes the wait below.
    this.appended = deferred<void>();
    const rows = await readRows(session, progress);
    if (rows.length === 0) await this.appendedOrPolled();
    return rows;
  }

  private async appendedOrPolled(): Promise<void> {
    const timer = new AbortController();
    await Promise.race([this.appended.promise, pause(POLL_MS, timer.signal)]);
    timer.abort();
  }

  /** Errors: also when the relay is stopped and the broker takes longer than it may then. */
  private async send(rows: readonly LogRow[]): Promise<void> {
    const { published, producer } = this.parts;
    const { service, log } = published;
    const sent = producer.send(rows, { service, incarnation: log.incarnation });
    const late = this.patienceEnds();
    try {
      await Promise.race([sent, late.promise]);
    } finally {
      late.forget();
    }
  }

  private patienceEnds(): { promise: Promise<never>; forget(): void } {
    const forgotten = new AbortController();
    const promise = new Promise<never>((_, reject) => {
      const end = (): void =>
        void pause(STOP_PATIENCE_MS, forgotten.signal).then(() => reject(new Error('stopped')));
      if (this.stopping.signal.aborted) return end();
      this.stopping.signal.addEventListener('abort', end, { signal: forgotten.signal });
    });
    promise.catch(() => undefined);
    return { promise, forget: () => forgotten.abort() };
  }
}

/** The last position of each partition among rows. */
function reachedBy(rows: readonly LogRow[]): Map<string, number> {
  const reached = new Map<string, number>();
  for (const row of rows) reached.set(keyOf(row), row.position);
  return reached;
}
