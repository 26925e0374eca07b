/**
 * Turns of this process's writers at partitions, taken before a connection is: a transaction that
 * waits for the advisory lock of a partition keeps a connection from readers, and of these there
 * are few. Between processes the advisory locks decide.
 *
 * Order: first come, first served among those that want a same partition.
 */
export class PartitionTurns {
  private readonly busy = new Set<number>();
  private waiting: { readonly partitions: readonly number[]; readonly start: () => void }[] = [];

  async run<T>(partitions: readonly number[], work: () => Promise<T>): Promise<T> {
    await this.turn(partitions);
    try {
      return await work();
    } finally {
      for (const partition of partitions) this.busy.delete(partition);
      this.startWaiting();
    }
  }

  private turn(partitions: readonly number[]): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ partitions, start: resolve });
      this.startWaiting();
    });
  }

  private startWaiting(): void {
    // What an earlier one waits for is not given to a later one, or many small could starve it.
    const wanted = new Set(this.busy);
    this.waiting = this.waiting.filter(({ partitions, start }) => {
      const isFree = partitions.every((partition) => !wanted.has(partition));
      for (const partition of partitions) wanted.add(partition);
      if (!isFree) return true;
      for (const partition of partitions) this.busy.add(partition);
      start();
      return false;
    });
  }
}
