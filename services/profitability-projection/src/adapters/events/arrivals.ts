/** Tells requests of this process that something about an event was committed. */
import { eventKey, type EventRef } from '../../domain/entries';

export class Arrivals {
  private readonly waiting = new Map<string, Set<() => void>>();

  /** Called after the commit. */
  arrived(events: readonly EventRef[]): void {
    if (this.waiting.size === 0) return;
    for (const event of events) for (const wake of this.waiting.get(eventKey(event)) ?? []) wake();
  }

  /** Resolves at the next arrival of one of the events, or after `timeoutMs`. */
  next(events: readonly EventRef[], timeoutMs: number): Promise<void> {
    const keys = events.map(eventKey);
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        for (const key of keys) this.forget(key, done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      for (const key of keys) this.remember(key, done);
    });
  }

  private remember(key: string, wake: () => void): void {
    const waiting = this.waiting.get(key);
    if (waiting) waiting.add(wake);
    else this.waiting.set(key, new Set([wake]));
  }

  private forget(key: string, wake: () => void): void {
    const waiting = this.waiting.get(key);
    waiting?.delete(wake);
    if (waiting?.size === 0) this.waiting.delete(key);
  }
}
