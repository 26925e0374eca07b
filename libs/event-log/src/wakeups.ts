/** Wakes readers of the same process, so that they need not poll; a missed wake-up costs one poll. */
import type { FactHeader } from '@kontor/contracts';
import type { Cause, RecordPosition } from './ports';

/** A committed record; what is in it too when this process appended it. */
export interface AppendedRecord extends RecordPosition {
  readonly content?: RecordContent;
}

export interface RecordContent {
  readonly incarnation: string;
  /** What was written as JSON: never changed by anyone from here on. */
  readonly facts: readonly FactHeader[];
  /** Length of their text. */
  readonly bytes: number;
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
