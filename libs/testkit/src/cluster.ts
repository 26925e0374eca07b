/**
 * The distributed deployment on one machine: every service as its own process, one PostgreSQL, one
 * Kafka. What a client sees is the gateway.
 */
import { createDatabase, type TestDatabase } from './database';
import { freePort, startServer, type RunningServer } from './server';

const GATEWAY = 'ingestion-gateway';
const SERVICES = [
  GATEWAY,
  'catalog',
  'rating',
  'wallet-ledger',
  'cost-attribution',
  'profitability-projection',
] as const;

export type ClusterService = (typeof SERVICES)[number];

export interface ClusterOptions {
  readonly brokers: readonly string[];
  /** Before topics and groups, so that suites share a broker. */
  readonly prefix: string;
}

export interface RunningCluster {
  readonly gateway: RunningServer;
  readonly services: ReadonlyMap<ClusterService, RunningServer>;
  readonly database: TestDatabase;
  /** kill -9 of one service and a new start on the same port. */
  restart(service: ClusterService): Promise<void>;
  stop(): Promise<void>;
}

export async function startCluster(options: ClusterOptions): Promise<RunningCluster> {
  const database = await createDatabase();
  const ports = new Map<ClusterService, number>();
  for (const service of SERVICES) ports.set(service, await freePort());
  const env = {
    DATABASE_URL: database.url,
    KAFKA_BROKERS: options.brokers.join(','),
    KONTOR_KAFKA_PREFIX: options.prefix,
    KONTOR_INTERNAL_SECRET: 'a secret of this test cluster only',
    KONTOR_SERVICES: [...ports]
      .map(([service, port]) => `${service}=http://127.0.0.1:${port}`)
      .join(','),
    KAFKAJS_NO_PARTITIONER_WARNING: '1',
  };
  const start = (service: ClusterService): Promise<RunningServer> =>
    startServer({ service, env, port: ports.get(service)! });

  const services = new Map<ClusterService, RunningServer>();
  await Promise.all(SERVICES.map(async (name) => services.set(name, await start(name))));
  const stopOne = async (server: RunningServer): Promise<void> => {
    await server.stop();
    server.remove();
  };
  return {
    get gateway() {
      return services.get(GATEWAY)!;
    },
    services,
    database,
    restart: async (service) => {
      await services.get(service)!.kill();
      services.set(service, await start(service));
    },
    stop: async () => {
      await Promise.all([...services.values()].map(stopOne));
      await database.drop();
    },
  };
}
