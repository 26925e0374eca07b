import { followingHeads, followUpsOf } from './follow-ups';

const namesOf = (service: string, shown: 'views' | 'own', topic: string): readonly string[] =>
  followUpsOf(service, shown)
    .own(topic)
    .map(({ name }) => name);

describe('what a read waits for', () => {
  it('is, in the projection after usage, all that rating and cost attribution make of it', () => {
    const { deciders, matters } = followUpsOf('profitability-projection', 'views');
    expect(deciders('usage.recorded.v1')).toEqual(['rating', 'cost-attribution']);
    expect(deciders('rating.rated.v1')).toEqual(['wallet-ledger']);
    expect(deciders('wallet.posted.v1')).toEqual([]);
    expect(namesOf('profitability-projection', 'views', 'wallet.posted.v1')).toEqual([
      'profitability-projection.wallet',
    ]);
    expect(matters('cost.catalog.v1')).toBe(false);
  });

  it('is, of a balance after usage, the debit, and no view', () => {
    const { deciders } = followUpsOf('wallet-ledger', 'own');
    expect(deciders('usage.recorded.v1')).toEqual(['rating']);
    expect(namesOf('wallet-ledger', 'own', 'rating.rated.v1')).toEqual(['wallet-ledger.fees']);
    expect(namesOf('wallet-ledger', 'own', 'wallet.posted.v1')).toEqual([]);
    expect(namesOf('wallet-ledger', 'views', 'wallet.posted.v1')).toEqual([
      'wallet-ledger.statements',
    ]);
  });

  it('is nothing for what a service reads from its own rows', () => {
    for (const topic of ['catalog.v1', 'usage.recorded.v1', 'wallet.posted.v1'])
      expect(followUpsOf('catalog', 'views').matters(topic)).toBe(false);
  });

  it('stays in the partition of the key where the topics have as many', () => {
    const heads = [0, 1, 2].map((partition) => ({
      topic: 'wallet.posted.v1',
      partition,
      position: 5,
    }));
    const at = { topic: 'rating.rated.v1', partition: 1, position: 3 };
    expect(followingHeads(at, heads)).toEqual([heads[1]]);
    expect(followingHeads({ ...at, topic: 'catalog.v1', partition: 0 }, heads)).toEqual(heads);
  });
});
