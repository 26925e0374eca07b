/** The rows of rebuilds: what any process of the service can say of one. */
import type { Queryable } from '@kontor/postgres';
import type { Rebuild, RebuildReport, RebuildRequest, RebuildState } from './ports';

/** Older ones are forgotten. */
const KEPT = 100;

/** The lock that whoever works on a rebuild holds, as SQL: two int4 keys. */
export const rebuildLock = (viewSchema: string): string => `hashtext('${viewSchema} rebuild'), 0`;

export const NOTHING_DONE: RebuildReport = {
  factsDone: 0,
  factsTotal: 0,
  factsPerSecond: 0,
  secondsLeft: null,
  comparison: null,
  reason: null,
};

export class RebuildRows {
  constructor(
    private readonly database: Queryable,
    private readonly viewSchema: string,
  ) {}

  /** By the holder of the lock: whatever has not ended was left by a process that is gone. */
  async open(id: string, { verify, swap }: RebuildRequest): Promise<void> {
    await this.endAbandoned();
    await this.database.query(
      `INSERT INTO rebuild (id, verify, swap, state, report) VALUES ($1, $2, $3, 'preparing', $4)`,
      [id, verify, swap, JSON.stringify(NOTHING_DONE)],
    );
    await this.database.query(
      `DELETE FROM rebuild WHERE id NOT IN
         (SELECT id FROM rebuild ORDER BY started_at DESC LIMIT ${KEPT})`,
    );
  }

  async endAbandoned(): Promise<void> {
    await this.database.query(
      `UPDATE rebuild SET state = 'interrupted', ended_at = clock_timestamp(),
         updated_at = clock_timestamp() WHERE ended_at IS NULL`,
    );
  }

  async write(id: string, state: RebuildState, report: RebuildReport): Promise<void> {
    const isEnd = state === 'done' || state === 'failed' || state === 'interrupted';
    await this.database.query(
      `UPDATE rebuild SET state = $2, report = $3, updated_at = clock_timestamp(),
         ended_at = CASE WHEN $4 THEN clock_timestamp() END WHERE id = $1`,
      [id, state, JSON.stringify(report), isEnd],
    );
  }

  async find(id: string): Promise<Rebuild | undefined> {
    const rows = await this.database.query<RebuildRow>(
      `SELECT *, ${this.isHeld} AS held FROM rebuild WHERE id = $1`,
      [id],
    );
    return rows.map(fromRow)[0];
  }

  async list(page: {
    readonly limit: number;
    readonly offset: number;
  }): Promise<{ items: Rebuild[]; totalCount: number }> {
    const rows = await this.database.query<RebuildRow>(
      `SELECT *, ${this.isHeld} AS held FROM rebuild ORDER BY started_at DESC, id`,
    );
    const items = rows.slice(page.offset, page.offset + page.limit).map(fromRow);
    return { items, totalCount: rows.length };
  }

  private get isHeld(): string {
    return `EXISTS (SELECT FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database
      WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()
        AND l.objsubid = 2 AND l.objid::bigint = 0 AND l.classid::bigint =
          (hashtext('${this.viewSchema} rebuild')::bigint + 4294967296) % 4294967296)`;
  }
}

interface RebuildRow {
  readonly id: string;
  readonly verify: boolean;
  readonly swap: boolean;
  readonly state: RebuildState;
  readonly report: string;
  readonly started_at: string;
  readonly updated_at: string;
  readonly ended_at: string | null;
  readonly held: boolean;
}

const fromRow = (row: RebuildRow): Rebuild => ({
  id: row.id,
  verify: row.verify,
  swap: row.swap,
  state: row.ended_at === null && !row.held ? 'interrupted' : row.state,
  ...(JSON.parse(row.report) as RebuildReport),
  startedAt: row.started_at,
  updatedAt: row.updated_at,
  endedAt: row.ended_at,
});
