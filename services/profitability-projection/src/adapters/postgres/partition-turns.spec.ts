import { PartitionTurns } from './partition-turns';

/** Works that are ended by the test, and the order in which they began. */
function desk() {
  const turns = new PartitionTurns();
  const began: string[] = [];
  const ends = new Map<string, () => void>();
  const begin = (name: string, ...partitions: number[]): Promise<void> =>
    turns.run(partitions, async () => {
      began.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
    });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const end = async (name: string): Promise<void> => {
    await settled();
    ends.get(name)?.();
    await settled();
  };
  return { turns, began, begin, end, settled };
}

describe('turns at partitions', () => {
  it('lets those of different partitions work at the same time', async () => {
    const { began, begin, settled } = desk();
    void begin('a', 1);
    void begin('b', 2, 3);
    await settled();
    expect(began).toEqual(['a', 'b']);
  });

  it('makes those of a same partition wait, in the order of their coming', async () => {
    const { began, begin, end } = desk();
    for (const name of ['a', 'b', 'c']) void begin(name, 1);
    await end('a');
    await end('b');
    expect(began).toEqual(['a', 'b', 'c']);
  });

  it('does not let small ones overtake one that waits for many', async () => {
    const { began, begin, end } = desk();
    void begin('a', 1);
    void begin('all', 1, 2);
    void begin('late', 2);
    await end('a');
    expect(began).toEqual(['a', 'all']);
    await end('all');
    expect(began).toEqual(['a', 'all', 'late']);
  });

  it('goes on after one that failed', async () => {
    const { turns } = desk();
    await expect(turns.run([1], () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(turns.run([1], () => Promise.resolve('next'))).resolves.toBe('next');
  });

  it('needs no partition for a batch of nothing', async () => {
    const { turns } = desk();
    await expect(turns.run([], () => Promise.resolve('settled'))).resolves.toBe('settled');
  });
});
