import type { Database } from '@kontor/postgres';
import type { ServiceCheckpoints } from '../checkpoints';
import { retryKey, type KeyRetryOptions } from '../runner/key-retry';
import { BatchSettlement } from '../settlement';
import { consumerOf } from '../topics';

interface GivenUpRow {
  readonly id: string | null;
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  readonly position: string;
  readonly platform: string;
  readonly mode: 'live' | 'test';
  readonly key: string;
  readonly parking: string;
  readonly late: boolean;
}

/**
 * Takes out of the shadow's parked facts what an operator gave up while it was being filled, and
 * applies what waits behind. What was given up before was never read into it.
 *
 * Errors: DiscardOverlooked when the shadow holds such a fact: it must be filled anew.
 */
export async function honourDiscards(
  database: Database,
  checkpoints: ServiceCheckpoints,
  consumers: ReadonlyMap<string, KeyRetryOptions>,
): Promise<void> {
  const rows = await database.query<GivenUpRow>(
    `SELECT l.id, d.consumer, d.topic, d.partition, d.position, d.platform, d.mode, d.key,
            c.parking, d.discarded_at > (SELECT max(started_at) FROM rebuild) AS late
     FROM discarded_fact AS d
     JOIN view_checkpoint AS c
       ON (c.consumer, c.topic, c.partition) = (d.consumer, d.topic, d.partition)
     LEFT JOIN view_dead_letter AS l
       ON (l.consumer, l.topic, l.partition, l.position, l.index)
        = (d.consumer, d.topic, d.partition, d.position, d.index)
     WHERE d.position <= c.position
     ORDER BY d.consumer, d.topic, d.partition, d.position, d.index`,
  );
  for (const { id, consumer, topic, partition, late, ...row } of rows) {
    if (consumerOf(consumer).kind !== 'view') continue;
    if (id === null) {
      if (late) throw new DiscardOverlooked(`${topic}/${partition}/${row.position}`);
      continue;
    }
    await takeOut(database, checkpoints, { id, consumer, topic, partition });
    const retrying = consumers.get(consumer);
    const { platform, mode, key } = row;
    if (retrying) await retryKey(retrying, { platform, mode, key, partition });
  }
}

/** A fact was given up after the shadow had applied it. */
export class DiscardOverlooked extends Error {
  readonly code = 'discard_overlooked';
  constructor(fact: string) {
    super(`the fact at ${fact} was discarded while the view was being rebuilt; start again`);
  }
}

async function takeOut(
  database: Database,
  checkpoints: ServiceCheckpoints,
  letter: { id: string; consumer: string; topic: string; partition: number },
): Promise<void> {
  const { id, consumer, topic, partition } = letter;
  await database.transaction(async (tx) => {
    const [row] = await tx.query<{ parking: string }>(
      `SELECT parking FROM view_checkpoint
       WHERE consumer = $1 AND topic = $2 AND partition = $3 FOR UPDATE`,
      [consumer, topic, partition],
    );
    const bumps = [{ partition, parking: Number(row?.parking ?? 0) }];
    const plan = { consumer, topic, moves: [], bumps, unparks: [id] };
    await checkpoints.settle(tx, new BatchSettlement(plan));
  });
}
