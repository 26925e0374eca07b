/**
 * One service as it runs, alone: its Nest application over HTTP, a fresh database, the embedded bus.
 */
import type { Clock, InternalOperations } from '@kontor/contracts';
import { createWakeups, openLocalLog, eventLogMigrations, type LocalLog } from '@kontor/event-log';
import { migrate, openDatabase, type Database } from '@kontor/postgres';
import {
  readConfig,
  runServices,
  type Authenticate,
  type KontorConfig,
  type Scope,
  type ServiceDefinition,
  type ServiceRuntime,
} from '@kontor/service-host';
import { ApiClient } from './client';
import { createDatabase } from './database';

type Answers = {
  readonly [Name in keyof InternalOperations]?: (
    tenant: { readonly platform: string; readonly mode: 'live' | 'test' },
    request: InternalOperations[Name]['request'],
  ) => Promise<InternalOperations[Name]['response']> | InternalOperations[Name]['response'];
};

export interface TestServiceOptions {
  readonly clock?: Clock;
  readonly config?: Partial<KontorConfig>;
  /** What services that are not here would answer. */
  readonly answers?: Answers;
  /** Services whose logs the test writes itself, as their owners would: `owners: ['catalog']`. */
  readonly owners?: readonly string[];
}

export interface TestService {
  readonly url: string;
  readonly runtime: ServiceRuntime;
  /** All scopes, live mode of platform `acc_test`. */
  readonly api: ApiClient;
  /** Any tenant: `key('acc_b', 'test', ['read'])`. */
  key(platform: string, mode?: 'live' | 'test', scopes?: readonly Scope[]): string;
  /** The log of another owner and its database, to append facts to. */
  owner(service: string): { readonly log: LocalLog; readonly database: Database };
  /** Stops it and removes the database. */
  stop(): Promise<void>;
}

const ALL_SCOPES: readonly Scope[] = ['ingest', 'read', 'write', 'admin'];

/**
 * Boots a service on a fresh database. A service without an authenticator of its own takes keys
 * that say who they are: `<platform>.<mode>.<scope>+<scope>`.
 */
export async function openTestService(
  definition: ServiceDefinition,
  options: TestServiceOptions = {},
): Promise<TestService> {
  const { url: databaseUrl, drop } = await createDatabase();
  const wakeups = createWakeups();
  const owners = new Map<string, { log: LocalLog; database: Database }>();
  for (const service of options.owners ?? [])
    owners.set(service, await openOwner(databaseUrl, service, wakeups));
  let runtime: ServiceRuntime | undefined;
  const running = await runServices(
    [
      {
        ...definition,
        authenticator: definition.authenticator ?? (() => Promise.resolve(speakingKeys)),
        module: (made) => {
          runtime = made;
          answerFor(made, options.answers ?? {});
          return definition.module(made);
        },
      },
    ],
    {
      config: { ...readConfig({ PORT: '0', LOG_LEVEL: 'error' }), ...options.config },
      databaseUrl,
      wakeups,
      processMetrics: false,
      ...(options.clock && { clock: options.clock }),
    },
  );
  if (!runtime) throw new Error('the service was not wired');
  const keyOf = (platform: string, mode = 'live', scopes = ALL_SCOPES): string =>
    `${platform}.${mode}.${scopes.join('+')}`;
  return {
    url: running.url,
    runtime,
    api: new ApiClient(running.url, keyOf('acc_test')),
    key: keyOf,
    owner: (service) => {
      const owner = owners.get(service);
      if (!owner) throw new Error(`name ${service} in \`owners\``);
      return owner;
    },
    stop: async () => {
      await running.stop();
      for (const { database } of owners.values()) await database.close();
      await drop();
    },
  };
}

async function openOwner(
  url: string,
  service: string,
  wakeups: ReturnType<typeof createWakeups>,
): Promise<{ log: LocalLog; database: Database }> {
  await migrate({ url, service }, [eventLogMigrations]);
  const database = await openDatabase({ url, service, poolSize: 2 });
  return { database, log: await openLocalLog(database, service, wakeups) };
}

const speakingKeys: Authenticate = (key) => {
  const [platform = '', mode = '', scopes = ''] = key.split('.');
  if (!platform.startsWith('acc_')) return undefined;
  return {
    platform,
    mode: mode === 'test' ? ('test' as const) : ('live' as const),
    scopes: ALL_SCOPES.filter((scope) => scopes.split('+').includes(scope)),
    keyId: `key_of_${platform}`,
  };
};

function answerFor(runtime: ServiceRuntime, answers: Answers): void {
  for (const name of Object.keys(answers) as (keyof Answers)[]) {
    const answer = answers[name] as (tenant: unknown, request: unknown) => unknown;
    runtime.internal.serve(name, (tenant, request) =>
      Promise.resolve(answer(tenant, request) as never),
    );
  }
}
