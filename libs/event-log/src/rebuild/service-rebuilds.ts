import { newUuid } from '@kontor/contracts';
import { openDatabase, viewSchemaOf, type Database, type Queryable } from '@kontor/postgres';
import { messageOf } from '../runner/handler-run';
import type {
  Rebuild,
  RebuildReport,
  RebuildRequest,
  Rebuilds,
  RebuildState,
  ViewComparison,
} from './ports';
import { NOTHING_DONE, rebuildLock, RebuildRows } from './rebuild-rows';
import type { Replay } from './replay';
import { RebuildGivenUp, runRebuild, type RebuildParts, type RebuildWatch } from './run-rebuild';
import { dropLeftovers } from './shadow';

/** How often the row of a running rebuild is written. */
const REPORT_MS = 500;

export interface ServiceRebuildsOptions extends RebuildParts {
  /** Where the service's state is. */
  readonly database: Database;
}

/** The rebuilds of one service's view: one at a time over all of its processes. */
export class ServiceRebuilds implements Rebuilds {
  private readonly rows: RebuildRows;
  private readonly viewSchema: string;
  private readonly stopping = new AbortController();
  private working: Promise<void> = Promise.resolve();

  constructor(private readonly options: ServiceRebuildsOptions) {
    this.viewSchema = viewSchemaOf(options.service);
    this.rows = new RebuildRows(options.database, this.viewSchema);
  }

  async start(request: RebuildRequest): Promise<Rebuild | undefined> {
    const { databaseUrl: url, service } = this.options;
    // A connection of its own: the service's few are for requests and consumers.
    const database = await openDatabase({ url, service, poolSize: 1 });
    try {
      const session = await this.takeLock(database);
      if (session) return await this.begin(newUuid(), request, { database, session });
    } catch (error) {
      await database.close();
      throw error;
    }
    await database.close();
    return undefined;
  }

  find(id: string): Promise<Rebuild | undefined> {
    return this.rows.find(id);
  }

  list(page: { readonly limit: number; readonly offset: number }) {
    return this.rows.list(page);
  }

  /** Removes what a rebuild left whose process was killed, unless another one is under way. */
  async tidy(): Promise<void> {
    const session = await this.takeLock(this.options.database);
    if (!session) return;
    try {
      await this.rows.endAbandoned();
      await dropLeftovers(session, this.viewSchema);
    } finally {
      await session.close();
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.working;
  }

  private async takeLock(database: Database): Promise<Session | undefined> {
    const session = await database.connect();
    const [row] = await session
      .query<{ taken: boolean }>(
        `SELECT pg_try_advisory_lock(${rebuildLock(this.viewSchema)}) AS taken`,
      )
      .catch(async (error: unknown) => {
        await session.close();
        throw error;
      });
    if (row?.taken && !this.stopping.signal.aborted) return session;
    await session.close();
    return undefined;
  }

  private async begin(id: string, request: RebuildRequest, held: HeldLock): Promise<Rebuild> {
    await this.rows.open(id, request);
    const rebuild = await this.rows.find(id);
    if (!rebuild) throw new Error('the row of a rebuild is gone');
    this.working = this.work(id, request, held);
    return rebuild;
  }

  private async work(id: string, request: RebuildRequest, held: HeldLock): Promise<void> {
    const { logger, service } = this.options;
    const progress = new Progress();
    const stopReporting = this.reportOn(id, progress);
    logger.info('a view is being rebuilt', { service, id, ...request });
    try {
      const { signal } = this.stopping;
      const { session } = held;
      await runRebuild(this.options, { id, session, signal, watch: progress, ...request });
      progress.end('done');
    } catch (error) {
      progress.end(error instanceof RebuildGivenUp ? 'interrupted' : 'failed', messageOf(error));
      logger.error('a rebuild ended without result', { service, id, error: messageOf(error) });
    }
    await stopReporting();
    await held.session.close();
    await held.database.close();
    logger.info('a rebuild has ended', { service, id, state: progress.state });
  }

  /** Writes the row now and then, and at the end once more. */
  private reportOn(id: string, progress: Progress): () => Promise<void> {
    const { logger } = this.options;
    const write = async (): Promise<void> => {
      try {
        await progress.read();
        await this.rows.write(id, progress.state, progress.report);
      } catch (error) {
        logger.warn('the progress of a rebuild was not noted', { id, error: messageOf(error) });
      }
    };
    let writing = Promise.resolve();
    const timer = setInterval(() => (writing = writing.then(write)), REPORT_MS);
    return () => {
      clearInterval(timer);
      return writing.then(write);
    };
  }
}

type Session = Queryable & { close(): Promise<void> };

interface HeldLock {
  readonly database: Database;
  readonly session: Session;
}

/** What those who watch are told. */
class Progress implements RebuildWatch {
  state: RebuildState = 'preparing';
  report: RebuildReport = NOTHING_DONE;
  private replay: Pick<Replay, 'factsDone' | 'records'> | undefined;
  private startedAt = 0;

  entered(state: RebuildState): void {
    this.state = state;
  }

  replaying(replay: Pick<Replay, 'factsDone' | 'records'>): void {
    this.replay = replay;
    this.startedAt = performance.now();
  }

  replayed(factsDone: number): void {
    this.replay = undefined;
    this.report = { ...this.report, factsDone };
  }

  compared(comparison: ViewComparison): void {
    this.report = { ...this.report, comparison };
  }

  end(state: 'done' | 'failed' | 'interrupted', reason: string | null = null): void {
    const { factsDone } = this.report;
    this.state = state;
    this.report = { ...this.report, reason };
    if (state === 'done') this.report = { ...this.report, factsTotal: factsDone, secondsLeft: 0 };
  }

  /** Facts are known of records that were read; the others count as many on average. */
  async read(): Promise<void> {
    const { replay } = this;
    if (!replay) return;
    const records = await replay.records().catch((error: unknown) => {
      if (this.replay) throw error;
      return undefined;
    });
    const { factsDone } = replay;
    // It may have ended while this was being read.
    if (!this.replay || !records) return;
    const { done, total } = records;
    const factsTotal = done > 0 ? Math.round((factsDone / done) * total) : factsDone;
    const seconds = (performance.now() - this.startedAt) / 1_000;
    const factsPerSecond = Math.round(factsDone / Math.max(seconds, 0.001));
    const left = factsTotal - factsDone;
    const secondsLeft = factsPerSecond > 0 ? Math.ceil(left / factsPerSecond) : null;
    this.report = { ...this.report, factsDone, factsTotal, factsPerSecond, secondsLeft };
  }
}
