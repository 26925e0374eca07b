import type { FactAddress } from '@kontor/event-log';
import type { Queryable } from '@kontor/postgres';
import type { PastQuery } from '../../app/ports';
import type { FeeDebited } from '../../domain/wallet-event';
import { fromWire } from '../events/wallet-facts.mapping';
import { withFacts } from './posted-facts';

interface DebitRow extends FactAddress {
  readonly place: number;
}

/** Debits of fees by their ids, from the ledger's own log, in the order of the queries. */
export async function readDebits(
  queryable: Queryable,
  queries: readonly PastQuery[],
): Promise<FeeDebited[][]> {
  const asked = queries.flatMap(({ wallet, feeIds }, index) =>
    [...new Set(feeIds)].map((feeId) => ({ wallet, feeId, place: index })),
  );
  const rows = await queryable.query<DebitRow>(
    `SELECT given.place, t.partition, t.position, t.index
     FROM unnest($1::text[], $2::text[], $3::text[], $4::int[])
            AS given (platform, mode, transaction_id, place)
       JOIN decided_transaction AS t USING (platform, mode, transaction_id)
     ORDER BY t.partition, t.position, t.index`,
    [
      asked.map(({ wallet }) => wallet.platform),
      asked.map(({ wallet }) => wallet.mode),
      asked.map(({ feeId }) => feeId),
      asked.map(({ place }) => place),
    ],
    { name: 'debits by fee' },
  );
  const debits: FeeDebited[][] = queries.map(() => []);
  for (const { place, fact } of await withFacts(queryable, rows)) {
    const event = fromWire(fact);
    if (event.type === 'FeeDebited' && fact.key === queries[place]?.wallet.customerId)
      debits[place]?.push(event);
  }
  return debits;
}
