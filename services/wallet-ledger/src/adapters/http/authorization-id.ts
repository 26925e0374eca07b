import { newId } from '@kontor/contracts';
import { partitionOf, partitionsOf } from '@kontor/event-log';
import { TOPIC } from '../postgres/ledger-statement';

/**
 * A new authorization's id. Its own partition, as if it were a key, is its customer's: whoever has
 * only the id knows which process has the wallet in memory. About as many ids are tried as there are
 * partitions, at 2 µs each.
 */
export function newAuthorizationId(partition: number): string {
  const partitions = partitionsOf(TOPIC);
  for (;;) {
    const id = newId('auth');
    if (partitionOf(id, partitions) === partition) return id;
  }
}
