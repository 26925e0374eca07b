/** The parked facts of one key, applied in order past the checkpoint. */
import { upcast } from '@kontor/contracts';
import type { Cause, DeliveredFact, ParkedKey } from '../ports';
import { tablesOf, type ServiceCheckpoints } from '../checkpoints';
import type { RetryReport } from '../operators';
import { messageOf, runHandler, type Run } from './handler-run';
import { isolate } from './isolate';
import type { BatchHandler, ConsumerHooks } from './types';

/** One transaction's worth. */
const LETTERS_MAX = 500;
/** The reader of the same partition may be first several times; each time it got on. */
const ATTEMPTS_MAX = 20;

export interface KeyRetryOptions {
  readonly consumer: string;
  readonly topic: string;
  readonly checkpoints: ServiceCheckpoints;
  readonly handler: BatchHandler;
  readonly hooks?: ConsumerHooks;
}

export type PartitionKey = ParkedKey & { readonly partition: number };

/** Applies until nothing is left or one fact cannot be applied; that one gets its new reason. */
export async function retryKey(options: KeyRetryOptions, key: PartitionKey): Promise<RetryReport> {
  let applied = 0;
  for (let attempt = 0; attempt < ATTEMPTS_MAX;) {
    const parked = await readParked(options, key);
    if (parked.facts.length === 0) return { applied, remaining: 0 };
    const { run, count } = await applyParked(options, key, parked);
    if (run.kind === 'applied') {
      applied += count;
      attempt = 0;
    } else if (run.kind === 'fenced') {
      attempt += 1;
    } else {
      const reason = reasonOf(run);
      if (run.kind !== 'retry') await writeReason(options, key, reason);
      return { applied, remaining: await countParked(options, key), reason };
    }
  }
  const reason = 'other readers were first each time; try again';
  return { applied, remaining: await countParked(options, key), reason };
}

interface ParkedFacts {
  readonly parking: number;
  readonly ids: readonly string[];
  readonly facts: readonly DeliveredFact[];
}

/** Applies what can be applied of these letters: all of them, or those before the first bad one. */
async function applyParked(
  options: KeyRetryOptions,
  key: PartitionKey,
  parked: ParkedFacts,
): Promise<{ run: Run; count: number }> {
  const runFirst = (count: number, trial = false): Promise<Run> =>
    runHandler(options.handler, {
      facts: parked.facts.slice(0, count),
      plan: {
        consumer: options.consumer,
        topic: options.topic,
        moves: [],
        bumps: [{ partition: key.partition, parking: parked.parking }],
        unparks: parked.ids.slice(0, count),
      },
      trial,
    });
  const all = parked.facts.length;
  const run = await runFirst(all);
  const judged =
    run.kind === 'threw'
      ? await isolate(parked.facts, run.error, (facts) => runFirst(facts.length, true))
      : run;
  if (judged.kind === 'unclear') return { run, count: 0 };
  if (judged.kind !== 'poison') return { run: judged, count: all };
  const bad = Math.min(...judged.poisons.map(({ index }) => index));
  // The facts before the bad one are applied now; the next round meets it first.
  return bad === 0 ? { run: judged, count: 0 } : { run: await runFirst(bad), count: bad };
}

const reasonOf = (run: Run): string => {
  if (run.kind === 'poison') return run.poisons[0]?.reason ?? 'poison';
  if (run.kind === 'threw') return messageOf(run.error);
  return run.kind === 'retry' ? run.reason : run.kind;
};

async function readParked(options: KeyRetryOptions, key: PartitionKey): Promise<ParkedFacts> {
  const { checkpoint, deadLetter } = tablesOf(options.consumer);
  const rows = await options.checkpoints.database.query<ParkedRow>(
    `SELECT c.parking, d.id, d.position, d.index, d.fact,
            d.cause_topic, d.cause_partition, d.cause_position
     FROM ${checkpoint} AS c JOIN ${deadLetter} AS d USING (consumer, topic, partition)
     WHERE ${OF_KEY} ORDER BY d.position, d.index LIMIT ${LETTERS_MAX}`,
    keyValues(options, key),
  );
  return {
    parking: Number(rows[0]?.parking ?? 0),
    ids: rows.map(({ id }) => id),
    facts: rows.map((row) => deliveredFromRow(row, options.topic, key.partition)),
  };
}

async function countParked(options: KeyRetryOptions, key: PartitionKey): Promise<number> {
  const { deadLetter } = tablesOf(options.consumer);
  const [row] = await options.checkpoints.database.query<{ count: string }>(
    `SELECT count(*) FROM ${deadLetter} WHERE ${OF_KEY}`,
    keyValues(options, key),
  );
  return Number(row?.count ?? 0);
}

/** The first letter says why; the others say behind which they wait. */
async function writeReason(
  options: KeyRetryOptions,
  key: PartitionKey,
  reason: string,
): Promise<void> {
  const { deadLetter } = tablesOf(options.consumer);
  await options.checkpoints.database.query(
    `WITH first AS (SELECT id FROM ${deadLetter} WHERE ${OF_KEY} ORDER BY position, index LIMIT 1)
     UPDATE ${deadLetter} AS d
     SET reason = CASE WHEN d.id = first.id THEN $7 ELSE 'behind ' || first.id END
     FROM first WHERE ${OF_KEY}`,
    [...keyValues(options, key), reason],
  );
}

const OF_KEY = `consumer = $1 AND topic = $2 AND partition = $3
  AND platform = $4 AND mode = $5 AND key = $6`;

const keyValues = (options: KeyRetryOptions, key: PartitionKey): unknown[] => [
  options.consumer,
  options.topic,
  key.partition,
  key.platform,
  key.mode,
  key.key,
];

interface ParkedRow {
  readonly parking: string;
  readonly id: string;
  readonly position: string;
  readonly index: number;
  readonly fact: string;
  readonly cause_topic: string | null;
  readonly cause_partition: number | null;
  readonly cause_position: string | null;
}

const deliveredFromRow = (row: ParkedRow, topic: string, partition: number): DeliveredFact => {
  const cause = causeFromRow(row);
  const [fact] = upcast([JSON.parse(row.fact) as DeliveredFact['fact']]);
  if (!fact) throw new Error('a letter without a fact');
  return {
    topic,
    partition,
    position: Number(row.position),
    index: row.index,
    fact,
    ...(cause && { cause }),
  };
};

/** The cause columns of a record or of a letter. */
export const causeFromRow = (row: {
  readonly cause_topic: string | null;
  readonly cause_partition: number | null;
  readonly cause_position: string | null;
}): Cause | undefined =>
  row.cause_topic === null || row.cause_partition === null
    ? undefined
    : {
        topic: row.cause_topic,
        partition: row.cause_partition,
        position: Number(row.cause_position),
      };
