import { type Clock, newUuid } from '@kontor/contracts';
import { type DecimalString, wire } from '@kontor/money';
import type { Logger } from '@kontor/service-host';
import type { AuditRows, StoredReport } from '../postgres/audit-rows';
import { type AuditCounts, type Difference, Findings } from './findings';
import { PARTITIONS, type WalletAudit } from './wallet-audit';

const PROGRESS_MS = 1_000;

export type AuditStatus = 'running' | 'done' | 'failed';

/** What is known of an audit; decimals are texts. */
export interface AuditReport {
  readonly id: string;
  readonly status: AuditStatus;
  readonly startedAt: string;
  readonly seconds: number;
  readonly partitions: number;
  readonly partitionsDone: number;
  readonly counts: AuditCounts;
  readonly assets: readonly { readonly asset: string; readonly sum: DecimalString }[];
  readonly balanced: boolean;
  readonly differenceCount: number;
  readonly differences: readonly Difference[];
  /** Why it failed. */
  readonly error?: string;
}

export interface AuditDeskParts {
  readonly audit: WalletAudit;
  readonly rows: AuditRows;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error'>;
}

interface Running {
  readonly id: string;
  readonly startedAt: string;
  readonly began: number;
  readonly findings: Findings;
}

/** Runs audits, one at a time over all instances, and keeps their reports. */
export class AuditDesk {
  private readonly stopping = new AbortController();
  private running: Promise<unknown> | undefined;

  constructor(private readonly parts: AuditDeskParts) {}

  /** Starts one and answers how far it is after at most `waitMs`; undefined = another one runs. */
  async start(waitMs: number): Promise<AuditReport | undefined> {
    const { rows, clock } = this.parts;
    const turn = await rows.takeTurn();
    if (!turn) return undefined;
    const running: Running = {
      id: newUuid(),
      startedAt: clock.now(),
      began: performance.now(),
      findings: new Findings(),
    };
    const report = reportOf(running, 'running');
    try {
      await rows.write(toRow(report));
      await rows.forgetOld();
    } catch (error) {
      await turn.release();
      throw error;
    }
    const done = this.run(running).finally(() => turn.release());
    this.running = done.catch(() => undefined);
    return this.orAfter(waitMs, running, done);
  }

  /** Of any instance; one whose process ended shows as failed. */
  async find(id: string): Promise<AuditReport | undefined> {
    const { rows } = this.parts;
    const taken = await rows.isTurnTaken();
    const text = await rows.find(id);
    if (text === undefined) return undefined;
    const report = JSON.parse(text) as AuditReport;
    return report.status === 'running' && !taken
      ? { ...report, status: 'failed', error: 'its process ended' }
      : report;
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('the server stops'));
    await this.running;
  }

  private async run(running: Running): Promise<AuditReport> {
    const { audit } = this.parts;
    const progress = setInterval(() => void this.keep(running, 'running'), PROGRESS_MS);
    let error: unknown;
    try {
      await audit.run(running.findings, this.stopping.signal);
    } catch (reason) {
      error = reason;
    } finally {
      clearInterval(progress);
    }
    return this.keep(running, error === undefined ? 'done' : 'failed', error);
  }

  private async keep(running: Running, status: AuditStatus, error?: unknown): Promise<AuditReport> {
    const report = reportOf(running, status, error);
    try {
      await this.parts.rows.write(toRow(report));
    } catch (reason) {
      this.parts.logger.error('an audit could not be reported', { reason: String(reason) });
    }
    return report;
  }

  private async orAfter(
    waitMs: number,
    running: Running,
    done: Promise<AuditReport>,
  ): Promise<AuditReport> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<AuditReport>((resolve) => {
      timer = setTimeout(() => resolve(reportOf(running, 'running')), waitMs);
    });
    return Promise.race([done, late]).finally(() => clearTimeout(timer));
  }
}

const toRow = (report: AuditReport): StoredReport => ({
  id: report.id,
  startedAt: report.startedAt,
  finished: report.status !== 'running',
  text: JSON.stringify(report),
});

function reportOf(running: Running, status: AuditStatus, error?: unknown): AuditReport {
  const { id, startedAt, began, findings } = running;
  return {
    id,
    status,
    startedAt,
    seconds: Math.round(performance.now() - began) / 1_000,
    partitions: PARTITIONS,
    partitionsDone: findings.partitionsDone,
    counts: { ...findings.counts },
    assets: [...findings.legs]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([asset, amount]) => ({ asset, sum: wire(amount) })),
    balanced: findings.balanced,
    differenceCount: findings.differenceCount,
    differences: [...findings.differences],
    ...(error !== undefined && { error: error instanceof Error ? error.message : String(error) }),
  };
}
