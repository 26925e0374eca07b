import type { Database, Queryable, Transaction } from '@kontor/postgres';
import { Fenced, FENCED_SQLSTATE, sqlStateOf } from './errors';
import type { Checkpoints, ParkedKey, RecordPosition, Settlement } from './ports';
import { settlementOf } from './settlement';
import { consumerOf, partitionsOf } from './topics';
import type { Wakeups } from './wakeups';

/**
 * Another instance may be the one that applies: asked again this often while somebody waits, with one
 * question for all who wait for the consumer.
 */
const POLL_MS = 50;

/** A partition of a consumer as its rows say. */
export interface PartitionState {
  readonly partition: number;
  readonly position: number;
  readonly parking: number;
  readonly incarnation: string | null;
  /** Keys with parked facts, and the letter that each waits behind. */
  readonly parked: readonly (ParkedKey & { readonly letterId: string })[];
  /** Facts given up beyond the checkpoint, as `position/index`. */
  readonly discarded: readonly string[];
}

/** The checkpoints of a service, and what the runner needs beside them. */
export interface ServiceCheckpoints extends Checkpoints {
  readonly database: Database;
  /** Reads all partitions of a consumer fresh; makes missing rows. */
  load(consumer: string, topic: string): Promise<PartitionState[]>;
  /** Tells waiting requests of this process that a checkpoint was committed. */
  applied(consumer: string, positions: readonly RecordPosition[]): void;
}

export const openCheckpoints = (database: Database, wakeups: Wakeups): ServiceCheckpoints =>
  new PostgresCheckpoints(database, wakeups);

/** A view consumer's rows live in the view, under names of their own. */
export const tablesOf = (
  consumer: string,
): { checkpoint: string; deadLetter: string; settle: string } =>
  consumerOf(consumer).kind === 'view'
    ? { checkpoint: 'view_checkpoint', deadLetter: 'view_dead_letter', settle: 'view_log_settle' }
    : { checkpoint: 'checkpoint', deadLetter: 'dead_letter', settle: 'log_settle' };

class PostgresCheckpoints implements ServiceCheckpoints {
  /** The highest positions that this process knows to be committed. */
  private readonly known = new Map<string, number>();
  private readonly asked = new Map<string, Promise<void>>();

  constructor(
    readonly database: Database,
    private readonly wakeups: Wakeups,
  ) {}

  async settle(tx: Transaction, settlement: Settlement): Promise<void> {
    const batch = settlementOf(settlement);
    const { settle } = tablesOf(batch.consumer);
    const trial = batch.trial ? ', log_end_as_trial()' : '';
    try {
      await tx.query(`SELECT ${settle}($1::json)${trial}`, [JSON.stringify(batch.plan)], {
        name: batch.trial ? `${settle} trial` : settle,
      });
    } catch (error) {
      batch.fenced = sqlStateOf(error) === FENCED_SQLSTATE;
      throw batch.fenced ? new Fenced(batch.consumer) : error;
    }
    batch.reached = true;
    batch.fenced = false;
  }

  async trySettle(tx: Transaction, settlements: readonly Settlement[]): Promise<boolean[]> {
    const batches = settlements.map(settlementOf);
    for (const { consumer } of batches)
      if (consumerOf(consumer).kind === 'view')
        throw new Error(`${consumer} is a view consumer: its batches share no transaction`);
    const real = batches.filter(({ trial }) => !trial);
    const written = new Map<object, boolean>();
    if (real.length > 0) {
      const [row] = await tx.query<{ answers: boolean[] }>(
        'SELECT log_try_settle($1::json) AS answers',
        [JSON.stringify(real.map(({ plan }) => plan))],
        { name: 'log_try_settle' },
      );
      real.forEach((batch, index) => written.set(batch, row?.answers[index] === true));
    }
    return batches.map((batch) => {
      const answer = written.get(batch) ?? false;
      // A trial must not sink the transaction that it shares: it ends here, as far as it got.
      batch.reached = batch.trial || answer;
      batch.fenced = !batch.reached;
      return answer;
    });
  }

  async position(consumer: string, topic: string, partition: number): Promise<number> {
    const { checkpoint } = tablesOf(consumer);
    const [row] = await this.database.query<{ position: string }>(
      `SELECT position FROM ${checkpoint} WHERE consumer = $1 AND topic = $2 AND partition = $3`,
      [consumer, topic, partition],
      { name: `${checkpoint} position` },
    );
    const position = Number(row?.position ?? 0);
    this.remember(consumer, { topic, partition, position });
    return position;
  }

  async waitFor(consumer: string, at: RecordPosition, timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    for (let askedAt = Number.NEGATIVE_INFINITY; ;) {
      if (this.knows(consumer, at)) return true;
      const woken = this.nextMove(consumer, Math.min(POLL_MS, deadline - Date.now()));
      // Commits of this process wake the wait and say how far they came: no question is needed.
      if (Date.now() - askedAt >= POLL_MS || Date.now() >= deadline) {
        askedAt = Date.now();
        await this.refresh(consumer, at.topic);
        if (this.knows(consumer, at)) return true;
      }
      if (Date.now() >= deadline) return false;
      await woken;
    }
  }

  /** Learns how far all partitions are; who asks while a question is on its way gets its answer. */
  private refresh(consumer: string, topic: string): Promise<void> {
    const name = `${consumer} ${topic}`;
    const asked = this.asked.get(name);
    if (asked) return asked;
    const asking = this.readPositions(consumer, topic).finally(() => this.asked.delete(name));
    this.asked.set(name, asking);
    return asking;
  }

  private async readPositions(consumer: string, topic: string): Promise<void> {
    const { checkpoint } = tablesOf(consumer);
    const rows = await this.database.query<{ partition: number; position: string }>(
      `SELECT partition, position FROM ${checkpoint} WHERE consumer = $1 AND topic = $2`,
      [consumer, topic],
      { name: `${checkpoint} positions` },
    );
    for (const { partition, position } of rows)
      this.remember(consumer, { topic, partition, position: Number(position) });
  }

  async parkedKeys(tx: Queryable, consumer: string): Promise<ParkedKey[]> {
    const { deadLetter } = tablesOf(consumer);
    return tx.query<{ platform: string; mode: ParkedKey['mode']; key: string }>(
      `SELECT DISTINCT platform, mode, key FROM ${deadLetter} WHERE consumer = $1`,
      [consumer],
      { name: `${deadLetter} keys` },
    );
  }

  async load(consumer: string, topic: string): Promise<PartitionState[]> {
    const states = await this.read(consumer, topic);
    if (states.length === partitionsOf(topic)) return states;
    const { checkpoint } = tablesOf(consumer);
    await this.database.transaction(
      (tx) =>
        tx.query(
          `INSERT INTO ${checkpoint} (consumer, topic, partition)
             SELECT $1, $2, p FROM generate_series(0, $3::int - 1) AS p ON CONFLICT DO NOTHING`,
          [consumer, topic, partitionsOf(topic)],
        ),
      { writesView: consumerOf(consumer).kind === 'view' },
    );
    return this.read(consumer, topic);
  }

  applied(consumer: string, positions: readonly RecordPosition[]): void {
    for (const position of positions) this.remember(consumer, position);
    this.wakeups.applied(consumer, positions);
  }

  private async read(consumer: string, topic: string): Promise<PartitionState[]> {
    const { checkpoint, deadLetter } = tablesOf(consumer);
    const rows = await this.database.query<PartitionRow>(
      `SELECT c.partition, c.position, c.parking, c.incarnation,
              (SELECT json_agg(k) FROM (
                 SELECT DISTINCT ON (platform, mode, key) platform, mode, key, id AS "letterId"
                 FROM ${deadLetter} AS d
                 WHERE d.consumer = c.consumer AND d.topic = c.topic AND d.partition = c.partition
                 ORDER BY platform, mode, key, position, index) AS k) AS parked,
              (SELECT json_agg(d.position || '/' || d.index) FROM discarded_fact AS d
               WHERE d.consumer = c.consumer AND d.topic = c.topic AND d.partition = c.partition
                 AND d.position > c.position) AS discarded
       FROM ${checkpoint} AS c WHERE c.consumer = $1 AND c.topic = $2 ORDER BY c.partition`,
      [consumer, topic],
      { name: `${checkpoint} load` },
    );
    return rows.map((row) => ({
      partition: row.partition,
      position: Number(row.position),
      parking: Number(row.parking),
      incarnation: row.incarnation,
      parked: row.parked ?? [],
      discarded: row.discarded ?? [],
    }));
  }

  private knows(consumer: string, at: RecordPosition): boolean {
    return (this.known.get(nameOf(consumer, at)) ?? 0) >= at.position;
  }

  private remember(consumer: string, at: RecordPosition): void {
    if (!this.knows(consumer, at)) this.known.set(nameOf(consumer, at), at.position);
  }

  private nextMove(consumer: string, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        stopListening();
        resolve();
      };
      const timer = setTimeout(done, Math.max(0, timeoutMs));
      const stopListening = this.wakeups.onApplied(consumer, done);
    });
  }
}

interface PartitionRow {
  readonly partition: number;
  readonly position: string;
  readonly parking: string;
  readonly incarnation: string | null;
  readonly parked: PartitionState['parked'] | null;
  readonly discarded: string[] | null;
}

const nameOf = (consumer: string, { topic, partition }: RecordPosition): string =>
  `${consumer} ${topic} ${partition}`;
