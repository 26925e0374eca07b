import {
  arrayOf,
  columnsOf,
  type Database,
  numbersOf,
  type Queryable,
  type Transaction,
} from '@kontor/postgres';
import { PartitionCountChanged } from './errors';
import type { LocalLog, RecordDraft, RecordPosition, TopicPartition } from './ports';
import { textOf } from './records';
import { storedText } from './stored-facts';
import { topicOf, topicsOwnedBy } from './topics';
import { currentTraceparent } from './trace-context';
import type { Wakeups } from './wakeups';

/**
 * Opens a service's log: makes the head rows of the topics that it owns and reads its incarnation.
 *
 * Errors: PartitionCountChanged (the process must not start).
 */
export async function openLocalLog(
  database: Database,
  service: string,
  wakeups: Wakeups,
): Promise<LocalLog> {
  const topics = topicsOwnedBy(service);
  for (const { name, partitions } of topics) {
    const [row] = await database.query<{ count: number }>(
      'SELECT log_open_topic($1, $2) AS count',
      [name, partitions],
    );
    const found = Number(row?.count);
    if (found !== partitions) throw new PartitionCountChanged(name, found, partitions);
  }
  const [identity] = await database.query<{ incarnation: string }>(
    'SELECT log_open_identity() AS incarnation',
  );
  if (!identity) throw new Error('the log has no identity');
  return new PostgresLog(database, service, wakeups, identity.incarnation);
}

/**
 * The arguments of `log_append(text[], int[], smallint[], text, text[], int[], bigint[])`, for
 * statements that append and write other rows in one round trip.
 *
 * Errors: InvalidFact, FactTooLarge.
 */
export function appendArguments(records: readonly RecordDraft[]): unknown[] {
  const trace = currentTraceparent();
  return [
    arrayOf(records.map((record) => record.topic)),
    numbersOf(records.map((record) => record.partition)),
    numbersOf(records.map((record) => record.facts.length)),
    // Stored texts have no raw line feeds, so joining costs no escaping on either side.
    `${trace === undefined ? '' : `\t${trace}\n`}${records.map(storedTextOf).join('\n')}`,
    ...columnsOf<RecordDraft>(records, [
      ({ cause }) => cause?.topic ?? null,
      ({ cause }) => (cause ? String(cause.partition) : null),
      ({ cause }) => (cause ? String(cause.position) : null),
    ]),
  ];
}

const storedTextOf = (record: RecordDraft): string => storedText(textOf(record));

interface Landed {
  readonly draft: RecordDraft;
  readonly trace?: string;
}

class PostgresLog implements LocalLog {
  /** What was appended at a position that is not committed yet, for readers of this process. */
  private readonly drafts = new WeakMap<RecordPosition, Landed>();

  constructor(
    private readonly database: Database,
    private readonly service: string,
    private readonly wakeups: Wakeups,
    readonly incarnation: string,
  ) {}

  async lockHeads(tx: Transaction, partitions: readonly TopicPartition[]): Promise<void> {
    if (partitions.length === 0) return;
    for (const { topic } of partitions) this.assertOwned(topic);
    await tx.query(
      'SELECT log_lock_heads($1::text[], $2::int[])',
      [partitions.map(({ topic }) => topic), partitions.map(({ partition }) => partition)],
      { name: 'log_lock_heads' },
    );
  }

  async append(tx: Transaction, records: readonly RecordDraft[]): Promise<RecordPosition[]> {
    if (records.length === 0) return [];
    for (const { topic } of records) this.assertOwned(topic);
    const rows = await tx.query<{ position: string }>(
      `SELECT unnest(log_append($1::text[], $2::int[], $3::smallint[], $4::text,
                                $5::text[], $6::int[], $7::bigint[])) AS position`,
      appendArguments(records),
      { name: 'log_append' },
    );
    return this.appended(
      records,
      rows.map(({ position }) => Number(position)),
    );
  }

  appended(records: readonly RecordDraft[], positions: readonly number[]): RecordPosition[] {
    const trace = currentTraceparent();
    return records.map((draft, index) => {
      const { topic, partition } = draft;
      const landed = { topic, partition, position: positions[index] ?? 0 };
      this.drafts.set(landed, trace === undefined ? { draft } : { draft, trace });
      return landed;
    });
  }

  committed(positions: readonly RecordPosition[]): void {
    if (positions.length === 0) return;
    const { incarnation } = this;
    this.wakeups.appended(
      positions.map((position) => {
        const landed = this.drafts.get(position);
        if (!landed) return position;
        // Positions live on as the addresses of answers; their facts must not live on with them.
        this.drafts.delete(position);
        const { draft, trace } = landed;
        const { facts, cause } = draft;
        const content = {
          incarnation,
          facts,
          bytes: textOf(draft).length,
          ...(cause && { cause }),
          ...(trace !== undefined && { trace }),
        };
        return { ...position, content };
      }),
    );
  }

  async heads(topic: string, within: Queryable = this.database): Promise<RecordPosition[]> {
    this.assertOwned(topic);
    const rows = await within.query<{ partition: number; position: string }>(
      'SELECT partition, next - 1 AS position FROM log_head WHERE topic = $1 ORDER BY partition',
      [topic],
      { name: 'log_heads' },
    );
    return rows.map(({ partition, position }) => ({
      topic,
      partition,
      position: Number(position),
    }));
  }

  private assertOwned(topic: string): void {
    if (topicOf(topic).owner !== this.service)
      throw new Error(`${topic} belongs to ${topicOf(topic).owner}, not to ${this.service}`);
  }
}
