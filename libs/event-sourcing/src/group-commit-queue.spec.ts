import { GroupCommitQueue, QueueFull, QueueStopped, type Outcome } from './index';

const answered = (commands: readonly string[]): Outcome<string>[] =>
  commands.map((command) => ({ ok: true, answer: command.toUpperCase() }));

describe('group-commit queue', () => {
  const batches: string[][] = [];
  const queueOf = (
    options: {
      batchCommandsMax?: number;
      bytesMax?: number;
      fail?: string;
      gate?: Promise<void>;
    } = {},
  ): GroupCommitQueue<string, string> => {
    batches.length = 0;
    return new GroupCommitQueue<string, string>({
      nextTurn: setImmediate,
      ...options,
      commit: async (commands) => {
        batches.push([...commands]);
        await options.gate;
        if (options.fail && commands.includes(options.fail)) throw new Error('the disk is full');
        return answered(commands);
      },
    });
  };

  it('answers each caller with its own answer', async () => {
    const queue = queueOf();
    expect(await Promise.all(['a', 'b', 'c'].map((name) => queue.submit(name, 1)))).toEqual([
      'A',
      'B',
      'C',
    ]);
  });

  it('commits together what came while a commit was under way, in order', async () => {
    let open: () => void = () => undefined;
    const queue = queueOf({ gate: new Promise((resolve) => (open = resolve)) });
    const first = queue.submit('first', 1);
    while (batches.length === 0) await new Promise(setImmediate);
    const later = ['a', 'b', 'c'].map((name) => queue.submit(name, 1));
    open();
    await Promise.all([first, ...later]);
    expect(batches).toEqual([['first'], ['a', 'b', 'c']]);
  });

  it('lets a person waiting for an answer go before background work', async () => {
    const queue = queueOf();
    const all = [queue.submit('fee', 1, 'background'), queue.submit('hold', 1)];
    await Promise.all(all);
    expect(batches).toEqual([['hold', 'fee']]);
  });

  it('never takes more than a batch holds', async () => {
    const queue = queueOf({ batchCommandsMax: 2 });
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => queue.submit(name, 1)));
    expect(batches).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('refuses at once what would wait beyond its bytes, and goes on', async () => {
    const queue = queueOf({ bytesMax: 10 });
    const first = queue.submit('a', 8);
    await expect(queue.submit('b', 8)).rejects.toThrow(QueueFull);
    expect(await first).toBe('A');
    expect(queue.bytesWaiting).toBe(0);
    expect(await queue.submit('huge', 99)).toBe('HUGE');
  });

  it('tells every caller of a failed commit, and only those', async () => {
    const queue = queueOf({ fail: 'bad', batchCommandsMax: 2 });
    const results = await Promise.allSettled(
      ['bad', 'x', 'y'].map((name) => queue.submit(name, 1)),
    );
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  it('finishes what waits when it is stopped, and takes nothing new', async () => {
    const queue = queueOf();
    const last = queue.submit('last', 1);
    const stopped = queue.stop();
    await expect(queue.submit('late', 1)).rejects.toThrow(QueueStopped);
    await stopped;
    expect(await last).toBe('LAST');
  });

  it('reports a commit that answers too few as an error of that command', async () => {
    const queue = new GroupCommitQueue<string, string>({
      nextTurn: setImmediate,
      commit: () => Promise.resolve([]),
    });
    await expect(queue.submit('lost', 1)).rejects.toThrow('fewer');
  });
});
