/** For the ledger: how far usage is rated, before it gives back what that usage may still capture. */
import type { Database } from '@kontor/postgres';
import type { InternalCalls } from '@kontor/service-host';

interface PartitionRow {
  readonly partition: number;
  readonly usage: string;
  readonly rated: string;
}

/** One statement, so that checkpoints and heads are of one instant. */
const PROGRESS = `
  SELECT c.partition, c.position AS usage, coalesce(h.next - 1, 0) AS rated
  FROM checkpoint AS c
    LEFT JOIN log_head AS h ON h.topic = 'rating.rated.v1' AND h.partition = c.partition
  WHERE c.consumer = 'rating.usage' AND c.topic = 'usage.recorded.v1'
  ORDER BY c.partition`;

export function serveFindProgress(internal: InternalCalls, database: Database): void {
  internal.serve('rating.find-progress', async () => {
    const rows = await database.query<PartitionRow>(PROGRESS, [], { name: 'rating progress' });
    return {
      partitions: rows.map(({ partition, usage, rated }) => ({
        partition,
        usage: Number(usage),
        rated: Number(rated),
      })),
    };
  });
}
