/**
 * Whether a process can do its work: every database answers, the bus answers, no consumer stopped.
 */
import { topicsOwnedBy } from '@kontor/event-log';
import type { OpenService } from './open-service';

export interface ServiceReadiness {
  readonly database: string;
  readonly bus: string;
  readonly consumers: string;
}

export interface Readiness {
  readonly ready: boolean;
  readonly services: Readonly<Record<string, ServiceReadiness>>;
}

/** Whoever asks for readiness asks again soon: better no than a late answer. */
const CHECK_MS_MAX = 2_000;
const UP = 'up';
const RUNNING = 'running';

export async function readinessOf(services: readonly OpenService[]): Promise<Readiness> {
  const checked = await Promise.all(
    services.map(async (service) => [service.definition.name, await check(service)] as const),
  );
  const ready = checked.every(
    ([, { database, bus, consumers }]) => database === UP && bus === UP && consumers === RUNNING,
  );
  return { ready, services: Object.fromEntries(checked) };
}

async function check({ definition, database, runtime, consumers }: OpenService) {
  const owned = topicsOwnedBy(definition.name)[0];
  const [databaseState, busState, consumerState] = await Promise.all([
    stateOf(database.query('SELECT 1').then(() => UP)),
    stateOf(owned ? runtime.bus.heads(owned.name).then(() => UP) : Promise.resolve(UP)),
    stateOf(
      consumers.progress().then((progress) => {
        const stopped = progress.find(({ state }) => state !== RUNNING);
        return stopped ? `${stopped.consumer}: ${stopped.state}` : RUNNING;
      }),
    ),
  ]);
  return { database: databaseState, bus: busState, consumers: consumerState };
}

async function stateOf(check: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('does not answer'), CHECK_MS_MAX);
  });
  try {
    return await Promise.race([check.catch(() => 'down'), late]);
  } finally {
    clearTimeout(timer);
  }
}
