import { isId } from '@kontor/contracts';
import { partitionOf, partitionsOf } from '@kontor/event-log';
import { TOPIC } from '../postgres/ledger-statement';
import { newAuthorizationId } from './authorization-id';

describe('an authorization made by the ledger', () => {
  it('has an id that leads to the partition of its customer', () => {
    const partitions = partitionsOf(TOPIC);
    for (let partition = 0; partition < partitions; partition += 1) {
      const ids = Array.from({ length: 20 }, () => newAuthorizationId(partition));
      expect(new Set(ids).size).toBe(20);
      for (const id of ids) {
        expect(isId('auth', id)).toBe(true);
        expect(partitionOf(id, partitions)).toBe(partition);
      }
    }
  });
});
