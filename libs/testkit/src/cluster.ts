/**
 * The distributed deployment on one machine: every service as its own processes, one PostgreSQL, one
 * Kafka. What a client sees is the gateway. Planned as `npm run cluster` plans it.
 */
import path from 'node:path';
import { createDatabase, type TestDatabase } from './database';
import { freePort, startServer, type RunningServer } from './server';

export type ClusterService =
  | 'ingestion-gateway'
  | 'catalog'
  | 'rating'
  | 'wallet-ledger'
  | 'cost-attribution'
  | 'profitability-projection';

/** A dozen processes start at once, on whatever machine runs the tests. */
const START_TIMEOUT_MS = 240_000;

interface PlannedProcess {
  /** `rating-2` */
  readonly name: string;
  readonly service: ClusterService;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
}

interface PlanScripts {
  readonly GATEWAY: ClusterService;
  readonly SERVICES: readonly ClusterService[];
  planCluster(options: {
    readonly instances: number;
    readonly ports: readonly number[];
    readonly databaseUrl: string;
    readonly brokers: string;
    readonly secret: string;
    readonly prefix: string;
    readonly env?: Readonly<Record<string, string>>;
  }): PlannedProcess[];
}

export interface ClusterOptions {
  readonly brokers: readonly string[];
  /** Before topics and groups, so that suites share a broker. */
  readonly prefix: string;
  /** Processes a service; default 1. */
  readonly instances?: number;
  /** A database of the caller's, who keeps it; otherwise one of the run's PostgreSQL. */
  readonly databaseUrl?: string;
  /** More variables, for all processes. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunningCluster {
  /** The first gateway. */
  readonly gateway: RunningServer;
  /** The first process of each service. */
  readonly services: ReadonlyMap<ClusterService, RunningServer>;
  /** All processes by name: `rating-1`, `rating-2`. */
  readonly processes: ReadonlyMap<string, RunningServer>;
  readonly database: Pick<TestDatabase, 'url'>;
  /** kill -9 of one process and a new start on the same port. */
  restart(name: ClusterService | string): Promise<void>;
  /** SIGTERM, the end, a new start on the same port. Answers the exit status. */
  roll(name: string): Promise<number | null>;
  stop(): Promise<void>;
}

const scripts = require(path.resolve(__dirname, '../../../deploy/cluster/plan.js')) as PlanScripts;

const databaseFor = async ({ databaseUrl }: ClusterOptions): Promise<TestDatabase> =>
  databaseUrl ? { url: databaseUrl, drop: () => Promise.resolve() } : createDatabase();

export async function startCluster(options: ClusterOptions): Promise<RunningCluster> {
  const database = await databaseFor(options);
  const instances = options.instances ?? 1;
  const ports: number[] = [];
  while (ports.length < scripts.SERVICES.length * instances) ports.push(await freePort());
  const plan = scripts.planCluster({
    instances,
    ports,
    databaseUrl: database.url,
    brokers: options.brokers.join(','),
    prefix: options.prefix,
    secret: 'a secret of this test cluster only',
    ...(options.env && { env: options.env }),
  });
  const start = ({ service, env, port }: PlannedProcess): Promise<RunningServer> =>
    startServer({ service, env, port, startTimeoutMs: START_TIMEOUT_MS });
  const processes = new Map<string, RunningServer>();
  const starting = await Promise.allSettled(
    plan.map(async (each) => processes.set(each.name, await start(each))),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(
      [...processes.values()].map(async (server) => {
        await server.stop();
        server.remove();
      }),
    );
    await database.drop();
  };
  const failed = starting.find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }

  const plannedOf = (name: string): PlannedProcess => {
    const found = plan.find((each) => each.name === name || each.service === name);
    if (!found) throw new Error(`there is no process ${name}`);
    return found;
  };
  const runningOf = (name: string): RunningServer => processes.get(plannedOf(name).name)!;
  const startAgain = async (name: string): Promise<void> => {
    const planned = plannedOf(name);
    runningOf(name).remove();
    processes.set(planned.name, await start(planned));
  };
  return {
    get gateway() {
      return runningOf(scripts.GATEWAY);
    },
    get services() {
      return new Map(scripts.SERVICES.map((service) => [service, runningOf(service)]));
    },
    get processes() {
      return new Map(plan.map(({ name }) => [name, runningOf(name)]));
    },
    database,
    restart: async (name) => {
      await runningOf(name).kill();
      await startAgain(name);
    },
    roll: async (name) => {
      const status = await runningOf(name).stop();
      await startAgain(name);
      return status;
    },
    stop,
  };
}
