/** Audits as they were reported, and who runs one: one at a time, over all instances. */
import type { Database } from '@kontor/postgres';

/** Older reports are forgotten. */
const KEPT_MAX = 100;
/** Of the advisory lock; the other half is the hash of the schema's name. */
const AUDIT_LOCK = 7_041;

export interface StoredReport {
  readonly id: string;
  readonly startedAt: string;
  readonly finished: boolean;
  readonly text: string;
}

export class AuditRows {
  constructor(private readonly database: Database) {}

  /** The right to audit, until it is released or this process ends; undefined = another has it. */
  async takeTurn(): Promise<{ release(): Promise<void> } | undefined> {
    const connection = await this.database.connect();
    try {
      const [row] = await connection.query<{ taken: boolean }>(
        'SELECT pg_try_advisory_lock(hashtext($1), $2) AS taken',
        [this.database.schema, AUDIT_LOCK],
      );
      if (row?.taken) return { release: () => connection.close() };
    } catch (error) {
      await connection.close();
      throw error;
    }
    await connection.close();
    return undefined;
  }

  /** Whether anybody audits now. */
  async isTurnTaken(): Promise<boolean> {
    const [row] = await this.database.query<{ taken: boolean }>(
      `SELECT EXISTS (
         SELECT FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database
         WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted
           AND l.classid::bigint = hashtext($1)::bigint & 4294967295 AND l.objid = $2
           AND l.objsubid = 2) AS taken`,
      [this.database.schema, AUDIT_LOCK],
    );
    return row?.taken === true;
  }

  async write(report: StoredReport): Promise<void> {
    await this.database.query(
      `INSERT INTO audit AS a (id, started_at, finished, report) VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO UPDATE SET finished = excluded.finished, report = excluded.report
         WHERE NOT a.finished`,
      [report.id, report.startedAt, report.finished, report.text],
    );
  }

  async forgetOld(): Promise<void> {
    await this.database.query(
      `DELETE FROM audit WHERE id NOT IN (
         SELECT id FROM audit ORDER BY started_at DESC, id DESC LIMIT ${KEPT_MAX})`,
    );
  }

  async find(id: string): Promise<string | undefined> {
    const [row] = await this.database.query<{ report: string }>(
      'SELECT report FROM audit WHERE id = $1',
      [id],
    );
    return row?.report;
  }
}
