/** Wakes readers of the same process, so that they need not poll; a missed wake-up costs one poll. */
import type { Cause, RecordPosition } from './ports';

/** A committed record; its text too when this process appended it and still has it. */
export interface AppendedRecord extends RecordPosition {
  readonly incarnation?: string;
  /** The JSON array of its facts. */
  readonly text?: string;
  readonly cause?: Cause;
  readonly trace?: string;
}

export interface Wakeups {
  /** Records were committed. */
  appended(records: readonly AppendedRecord[]): void;
  /** Called for commits of `topic`; answers how to end that. */
  onAppended(topic: string, wake: (records: readonly AppendedRecord[]) => void): () => void;
  /** A consumer's checkpoint was committed. */
  applied(consumer: string, positions: readonly RecordPosition[]): void;
  onApplied(consumer: string, wake: (positions: readonly RecordPosition[]) => void): () => void;
}

/** One per process, shared by all services in it. */
export function createWakeups(): Wakeups {
  const appended = new Listeners<readonly AppendedRecord[]>();
  const applied = new Listeners<readonly RecordPosition[]>();
  return {
    appended: (records) => {
      for (const topic of new Set(records.map((record) => record.topic)))
        appended.call(
          topic,
          records.filter((record) => record.topic === topic),
        );
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
