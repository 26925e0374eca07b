/** How long to wait before the same thing is tried again: without end, but ever more rarely. */
const FIRST_MS = 50;
const LAST_MS = 10_000;

export const backoffMs = (attempt: number): number =>
  Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));

/** Resolves after `milliseconds`, or as soon as `signal` is aborted. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done, { once: true });
  });
}
