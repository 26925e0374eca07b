/** Waits that end early. */
import { pause } from '../runner/backoff';

/** As `promise`, or undefined as soon as `signal` is aborted. */
export async function orAborted<T>(
  promise: Promise<T>,
  signal?: AbortSignal,
): Promise<T | undefined> {
  if (!signal) return promise;
  const ended = new AbortController();
  const aborted = new Promise<undefined>((resolve) => {
    if (signal.aborted) return resolve(undefined);
    const { signal: until } = ended;
    signal.addEventListener('abort', () => resolve(undefined), { once: true, signal: until });
  });
  return Promise.race([promise, aborted]).finally(() => ended.abort());
}

/** Resolves when `promise` does or after `ms`, whichever is first; true when `promise` did. */
export async function settledWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const done = promise.then(
    () => true,
    () => true,
  );
  const answer = await Promise.race([done, pause(ms, timer.signal).then(() => false)]);
  timer.abort();
  return answer;
}

/** A promise and how to resolve it; resolving twice does nothing. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
}

export function deferred<T>(): Deferred<T> {
  let settle: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, resolve: (value) => settle(value) };
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
