/** Wakes readers of the same process, so that they need not poll; a missed wake-up costs one poll. */
import type { RecordPosition } from './ports';

export interface Wakeups {
  /** Records were committed. */
  appended(positions: readonly RecordPosition[]): void;
  /** Called for commits of `topic`; answers how to end that. */
  onAppended(topic: string, wake: () => void): () => void;
  /** A consumer's checkpoint was committed. */
  applied(consumer: string, positions: readonly RecordPosition[]): void;
  onApplied(consumer: string, wake: (positions: readonly RecordPosition[]) => void): () => void;
}

/** One per process, shared by all services in it. */
export function createWakeups(): Wakeups {
  const appended = new Listeners<void>();
  const applied = new Listeners<readonly RecordPosition[]>();
  return {
    appended: (positions) => {
      for (const topic of new Set(positions.map((position) => position.topic)))
        appended.call(topic, undefined);
    },
    onAppended: (topic, wake) => appended.add(topic, wake),
    applied: (consumer, positions) => applied.call(consumer, positions),
    onApplied: (consumer, wake) => applied.add(consumer, wake),
  };
}

class Listeners<Message> {
  private readonly byName = new Map<string, Set<(message: Message) => void>>();

  add(name: string, listener: (message: Message) => void): () => void {
    const listeners = this.byName.get(name) ?? new Set();
    this.byName.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  call(name: string, message: Message): void {
    for (const listener of this.byName.get(name) ?? []) listener(message);
  }
}
