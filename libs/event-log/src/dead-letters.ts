import type { FactHeader, Mode } from '@kontor/contracts';
import { tablesOf, type ServiceCheckpoints } from './checkpoints';
import type { DeadLetter, DeadLetterQuery, DeadLetters, RetryReport } from './operators';
import { BatchSettlement } from './settlement';
import { consumerOf } from './topics';
import {
  causeFromRow,
  retryKey,
  type KeyRetryOptions,
  type PartitionKey,
} from './runner/key-retry';

/** The reason of usage that waits for a parked key of the catalog; it is retried with that key. */
export const PARKED_WITH_CATALOG = 'catalog_parked';

export interface DeadLettersOptions {
  readonly checkpoints: ServiceCheckpoints;
  /** The service's consumers that run here, by name; only these can be retried. */
  readonly consumers: ReadonlyMap<string, KeyRetryOptions>;
}

/** The parked facts of one service, of view consumers and deciding ones alike. */
export class ServiceDeadLetters implements DeadLetters {
  constructor(private readonly options: DeadLettersOptions) {}

  async list(query: DeadLetterQuery): Promise<{ items: DeadLetter[]; totalCount: number }> {
    const rows = await this.database.query<LetterRow>(
      `SELECT *, count(*) OVER () AS total_count FROM (${LETTERS}) AS letters
       WHERE $1::text IS NULL OR consumer = $1
       ORDER BY parked_at, consumer, topic, partition, position, index LIMIT $2 OFFSET $3`,
      [query.consumer ?? null, query.limit, query.offset],
    );
    const totalCount =
      rows.length > 0 || query.offset === 0
        ? Number(rows[0]?.total_count ?? 0)
        : (await this.counts())
            .filter(({ consumer }) => (query.consumer ?? consumer) === consumer)
            .reduce((sum, { count }) => sum + count, 0);
    return { items: rows.map(letterFromRow), totalCount };
  }

  async counts(): Promise<{ consumer: string; count: number }[]> {
    const rows = await this.database.query<{ consumer: string; count: string }>(
      `SELECT consumer, count(*) FROM (${LETTERS}) AS letters GROUP BY 1 ORDER BY 1`,
    );
    return rows.map(({ consumer, count }) => ({ consumer, count: Number(count) }));
  }

  async retry(id: string): Promise<RetryReport | undefined> {
    const letter = await this.find(id);
    return letter && this.retryKeyOf(letter);
  }

  async discard(id: string): Promise<RetryReport | undefined> {
    const letter = await this.find(id);
    if (!letter) return undefined;
    const { consumer, topic, partition } = letter;
    const { checkpoint } = tablesOf(consumer);
    await this.database.transaction(
      async (tx) => {
        const [row] = await tx.query<{ parking: string }>(
          `SELECT parking FROM ${checkpoint}
           WHERE consumer = $1 AND topic = $2 AND partition = $3 FOR UPDATE`,
          [consumer, topic, partition],
        );
        const settlement = new BatchSettlement({
          consumer,
          topic,
          moves: [],
          bumps: [{ partition, parking: Number(row?.parking ?? 0) }],
          unparks: [id],
          discards: [id],
        });
        await this.options.checkpoints.settle(tx, settlement);
      },
      { writesView: consumerOf(consumer).kind === 'view' },
    );
    // What waited behind a fact of its own key waits no longer; behind another one it still does.
    return letter.reason.startsWith('behind ')
      ? { applied: 0, remaining: 0 }
      : this.retryKeyOf(letter);
  }

  private async retryKeyOf(letter: DeadLetter): Promise<RetryReport> {
    const consumer = this.options.consumers.get(letter.consumer);
    if (!consumer) throw new Error(`${letter.consumer} does not run here`);
    const report = await retryKey(consumer, partitionKey(letter));
    if (report.remaining === 0) await this.retryWaitingForCatalog(letter);
    return report;
  }

  /** Usage of a tenant that was parked only because its catalog key was. */
  private async retryWaitingForCatalog({ platform, mode }: DeadLetter): Promise<void> {
    const rows = await this.database.query<LetterRow>(
      `SELECT * FROM (${LETTERS}) AS letters WHERE reason = $1 AND platform = $2 AND mode = $3`,
      [PARKED_WITH_CATALOG, platform, mode],
    );
    for (const letter of rows.map(letterFromRow)) {
      const consumer = this.options.consumers.get(letter.consumer);
      if (consumer) await retryKey(consumer, partitionKey(letter));
    }
  }

  private async find(id: string): Promise<DeadLetter | undefined> {
    const [row] = await this.database.query<LetterRow>(
      `SELECT * FROM (${LETTERS}) AS letters WHERE id::text = $1`,
      [id],
    );
    return row && letterFromRow(row);
  }

  private get database() {
    return this.options.checkpoints.database;
  }
}

const LETTERS = 'TABLE dead_letter UNION ALL TABLE view_dead_letter';

interface LetterRow {
  readonly id: string;
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  readonly position: string;
  readonly index: number;
  readonly platform: string;
  readonly mode: Mode;
  readonly key: string;
  readonly reason: string;
  readonly fact: string;
  readonly cause_topic: string | null;
  readonly cause_partition: number | null;
  readonly cause_position: string | null;
  readonly parked_at: string;
  readonly total_count?: string;
}

const partitionKey = ({ platform, mode, key, partition }: DeadLetter): PartitionKey => ({
  platform,
  mode,
  key,
  partition,
});

function letterFromRow(row: LetterRow): DeadLetter {
  const cause = causeFromRow(row);
  return {
    id: row.id,
    consumer: row.consumer,
    platform: row.platform,
    mode: row.mode,
    key: row.key,
    topic: row.topic,
    partition: row.partition,
    position: Number(row.position),
    index: row.index,
    reason: row.reason,
    fact: JSON.parse(row.fact) as FactHeader,
    ...(cause && { cause }),
    parkedAt: row.parked_at,
  };
}
