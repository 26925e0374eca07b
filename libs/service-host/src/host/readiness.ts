/**
 * Whether a process can take work: every database answers. Without the bus what is accepted waits in
 * the database, and a consumer that stopped would not go on elsewhere either: both are shown, and
 * metrics and alerts are made of them, but nobody is sent away for them.
 */
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
/** The bus decides nothing here, so nobody waits long for it. */
const BUS_CHECK_MS_MAX = 300;
export const UP = 'up';
const RUNNING = 'running';

export async function readinessOf(services: readonly OpenService[]): Promise<Readiness> {
  const checked = await Promise.all(
    services.map(async (service) => [service.definition.name, await check(service)] as const),
  );
  const ready = checked.every(([, { database }]) => database === UP);
  return { ready, services: Object.fromEntries(checked) };
}

async function check({ database, runtime, consumers }: OpenService) {
  const [databaseState, busState] = await Promise.all([
    stateOf(database.query('SELECT 1'), CHECK_MS_MAX),
    stateOf(runtime.bus.answers?.() ?? Promise.resolve(), BUS_CHECK_MS_MAX),
  ]);
  const stopped = consumers.states().find(({ isStopped }) => isStopped);
  const consumerState = stopped ? `${stopped.consumer}: ${stopped.state}` : RUNNING;
  return { database: databaseState, bus: busState, consumers: consumerState };
}

async function stateOf(check: Promise<unknown>, withinMs: number): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('does not answer'), withinMs);
  });
  try {
    return await Promise.race([
      check.then(
        () => UP,
        () => 'down',
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
