/** Resolves at SIGINT or SIGTERM, after `stop` is done. A signal that comes again is ignored. */
export async function runUntilSignal(running: { stop(): Promise<void> }): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
  await running.stop();
}
