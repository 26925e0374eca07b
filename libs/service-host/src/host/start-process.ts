/**
 * A process from start to end: what cannot start says why in one line and ends with status 1.
 */
import { ConfigError, readConfig, type KontorConfig } from '../config';
import type { ServiceDefinition } from '../runtime';
import { runServices } from './run-services';
import { nextSignal, runUntilSignal } from './signals';

export interface StartedProcess {
  stop(): Promise<void>;
}

/** Boots, runs until SIGINT or SIGTERM, stops. Owns the exit status. */
export async function startProcess(
  boot: (config: KontorConfig) => Promise<StartedProcess>,
): Promise<void> {
  const signal = nextSignal();
  let started: StartedProcess;
  try {
    started = await boot(readConfig(process.env));
  } catch (error) {
    process.stderr.write(`Kontor cannot start: ${reasonOf(error)}\n`);
    // Not only the exit status: whatever a failed start left open must not keep the process alive.
    process.exit(1);
  }
  await runUntilSignal(started, signal);
}

/** One service alone: with a database and, usually, a broker that it shares with the others. */
export const startService = (definition: ServiceDefinition): Promise<void> =>
  startProcess(async (config) => {
    const { databaseUrl } = config;
    if (databaseUrl === undefined)
      throw new ConfigError('DATABASE_URL', 'is needed by a service that runs alone');
    const running = await runServices([definition], { config, databaseUrl });
    process.stdout.write(`${definition.name} answers at ${running.url}\n`);
    return running;
  });

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE' && 'port' in error)
    return `port ${String(error.port)} is in use: set PORT to another one.`;
  return error.message;
}
