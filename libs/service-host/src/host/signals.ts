/**
 * The next SIGINT or SIGTERM. Listen before the start, so that a signal which comes during it is
 * kept until there is something to stop. Later signals are ignored: a terminal and npm both send
 * one for a single Ctrl-C.
 */
export const nextSignal = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });

/** Resolves when the signal came and `stop` is done. */
export async function runUntilSignal(
  running: { stop(): Promise<void> },
  signal: Promise<void> = nextSignal(),
): Promise<void> {
  await signal;
  await running.stop();
}
