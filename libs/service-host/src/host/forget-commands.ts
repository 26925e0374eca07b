/**
 * Keeps the table of answered requests from growing for ever: a repeated `Idempotency-Key` is
 * answered again for a week, which is more than the day that clients are promised.
 *
 * Every instance does it; deleting what another one deletes is harmless.
 */
import { CommandIds } from '@kontor/event-log';
import type { Database } from '@kontor/postgres';
import type { Logger } from '../logger';

export const COMMANDS_KEPT_HOURS = 7 * 24;
const EVERY_MS = 3_600_000;

/** Once at the start and then every hour; the answer stops it. */
export function forgetCommands(database: Database, logger: Logger): () => Promise<void> {
  const commandIds = new CommandIds();
  const forget = async (): Promise<void> => {
    try {
      await commandIds.forgetOlderThan(database, COMMANDS_KEPT_HOURS);
    } catch (error) {
      // The next hour does what this one could not.
      const message = error instanceof Error ? error.message : String(error);
      logger.warn('could not forget old command ids', { error: message });
    }
  };
  let running = forget();
  const timer = setInterval(() => (running = running.then(forget)), EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
