/** Tells requests of this process that something about an event was committed. */
import type { Arrival, EventArrivals } from '../../app/ports';
import { eventKey, type EventRef } from '../../domain/entries';

export class Arrivals implements EventArrivals {
  private readonly waiting = new Map<string, Set<() => void>>();

  /** Called after the commit. */
  arrived(events: readonly EventRef[]): void {
    if (this.waiting.size === 0) return;
    const woken = new Set<() => void>();
    for (const event of events)
      for (const wake of this.waiting.get(eventKey(event)) ?? []) woken.add(wake);
    for (const wake of woken) wake();
  }

  next(events: readonly EventRef[], timeoutMs: number): Arrival {
    const keys = events.map(eventKey);
    let wake: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const timer = setTimeout(wake, Math.max(0, timeoutMs));
    for (const key of keys) this.remember(key, wake);
    const end = (): void => {
      clearTimeout(timer);
      for (const key of keys) this.forget(key, wake);
    };
    return { arrived, end };
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
