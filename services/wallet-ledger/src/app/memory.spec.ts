import { evolve } from '../domain/evolve';
import { credited, opened, placed } from '../domain/testing';
import { initialState } from '../domain/wallet-state';
import { TransactionWindow } from './transaction-window';
import { WalletCache } from './wallet-cache';

const stored = (version: number) => ({ wallet: initialState(), version });

describe('wallets in memory', () => {
  it('are taken out for a batch, so that a failed one leaves nothing behind', () => {
    const cache = new WalletCache();
    cache.put('a', stored(1));
    expect(cache.take('a')?.version).toBe(1);
    expect(cache.take('a')).toBeUndefined();
  });

  it('go, least recently used first, when there are too many', () => {
    const cache = new WalletCache(2_500);
    cache.put('a', stored(1));
    cache.put('b', stored(1));
    cache.put('a', stored(2));
    cache.put('c', stored(1));
    expect(cache.size).toBe(2);
    expect(cache.take('b')).toBeUndefined();
    expect(cache.take('a')?.version).toBe(2);
  });

  it('count with their open holds and with the grants to come', () => {
    const ids = Array.from({ length: 100 }, (_, index) => `auth-${index}`);
    const held = [
      opened(),
      credited('g1', '100'),
      ...ids.map((id) => placed(id, '1', { balance: '0' })),
    ].reduce(evolve, initialState());
    const cache = new WalletCache(20_000);
    cache.put('small', stored(1));
    cache.put('held', { wallet: held, version: 1 });
    expect(cache.take('held')).toBeUndefined();
    expect(cache.size).toBe(0);
  });

  it('are counted once, however often they are written', () => {
    const cache = new WalletCache(2_500);
    for (let version = 1; version <= 100; version += 1) cache.put('a', stored(version));
    cache.put('b', stored(1));
    expect(cache.size).toBe(2);
  });
});

describe('transaction ids in memory', () => {
  const decided = (platform: string, transactionId: string) => ({
    platform,
    mode: 'live' as const,
    transactionId,
    contentHash: 'h',
    at: '2026-01-05T14:32:18.000000Z',
    address: { topic: 'wallet.posted.v1', partition: 0, position: 1 },
  });

  it('are the oldest to go when there are too many', () => {
    const window = new TransactionWindow(2);
    for (const id of ['a', 'b', 'c']) window.add(decided('acc_1', id));
    const known = ['a', 'b', 'c'].filter((id) => window.decided.get('acc_1 live', id));
    expect(known).toEqual(['b', 'c']);
  });

  it('stay when they were answered again since', () => {
    const window = new TransactionWindow(2);
    for (const id of ['a', 'a', 'b']) window.add(decided('acc_1', id));
    const known = ['a', 'b'].filter((id) => window.decided.get('acc_1 live', id));
    expect(known).toEqual(['a', 'b']);
  });

  it('are each tenant’s own', () => {
    const window = new TransactionWindow();
    window.add(decided('acc_1', 'a'));
    expect(window.decided.get('acc_2 live', 'a')).toBeUndefined();
    expect(window.decided.get('acc_1 test', 'a')).toBeUndefined();
    expect(window.decided.get('acc_1 live', 'a')).toBeDefined();
  });
});
