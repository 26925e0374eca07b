/**
 * One service's parts, opened: its database brought up to date, its log, its checkpoints, the
 * transport of its consumers.
 */
import type { Clock } from '@kontor/contracts';
import {
  EventLogServer,
  eventLogMigrations,
  openCheckpoints,
  openLocalLog,
  ServiceRebuilds,
  type EventBus,
  type LocalLog,
  type Wakeups,
} from '@kontor/event-log';
import { migrate, openDatabase, type Database, type MigrationSet } from '@kontor/postgres';
import type { KontorConfig } from '../config';
import type { ServiceInstances } from '../instances';
import type { ServiceCalls } from '../internal/internal-calls';
import { createLogger } from '../logger';
import type { ProcessMetrics } from '../metrics';
import type { ServiceDefinition, ServiceRuntime } from '../runtime';
import { activeTracing } from '../tracing/tracing';
import { consumerHooks } from './consumer-metrics';

/** What all services of a process share. */
export interface HostParts {
  readonly config: KontorConfig;
  readonly databaseUrl: string;
  readonly bus: EventBus;
  readonly wakeups: Wakeups;
  readonly clock: Clock;
  readonly calls: ServiceCalls;
  readonly instances: ServiceInstances;
  readonly metrics: ProcessMetrics;
  readonly poolSize?: number;
}

export interface OpenService {
  readonly definition: ServiceDefinition;
  readonly database: Database;
  readonly log: LocalLog;
  readonly runtime: ServiceRuntime;
  readonly consumers: EventLogServer;
  /** Absent where the service has no view. */
  readonly rebuilds?: ServiceRebuilds;
}

/**
 * Errors: NewerSchema, PartitionCountChanged (the process must not start); connection errors.
 */
export async function openService(
  definition: ServiceDefinition,
  parts: HostParts,
): Promise<OpenService> {
  const { name } = definition;
  const options = {
    url: parts.databaseUrl,
    service: name,
    ...(parts.poolSize !== undefined && { poolSize: parts.poolSize }),
  };
  await migrate(options, migrationsOf(definition));
  const database = await openDatabase(options);
  try {
    return await openParts(definition, parts, database);
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The log's tables come before the service's own. */
export const migrationsOf = ({ name, migrationsDir }: ServiceDefinition): MigrationSet[] => [
  eventLogMigrations,
  { set: name, dir: migrationsDir },
];

async function openParts(
  definition: ServiceDefinition,
  parts: HostParts,
  database: Database,
): Promise<OpenService> {
  const { name } = definition;
  const log = await openLocalLog(database, name, parts.wakeups);
  const checkpoints = openCheckpoints(database, parts.wakeups);
  const logger = createLogger(parts.config.logLevel, name);
  const metrics = parts.metrics.for(name);
  const runtime: ServiceRuntime = {
    service: name,
    config: parts.config,
    clock: parts.clock,
    database,
    log,
    checkpoints,
    bus: parts.bus,
    internal: parts.calls,
    instances: parts.instances,
    metrics,
    logger,
  };
  const consumers = new EventLogServer({
    service: name,
    checkpoints,
    bus: parts.bus,
    logger,
    hooks: { ...consumerHooks(metrics), ...activeTracing()?.deliveries(name) },
  });
  const rebuilds = rebuildsOf(definition, parts, runtime);
  return { definition, database, log, runtime, consumers, ...(rebuilds && { rebuilds }) };
}

function rebuildsOf(
  definition: ServiceDefinition,
  { databaseUrl, bus }: HostParts,
  runtime: ServiceRuntime,
): ServiceRebuilds | undefined {
  if (!definition.view) return undefined;
  const { name: service } = definition;
  const { database, logger } = runtime;
  return new ServiceRebuilds({
    ...{ service, database, databaseUrl, bus, logger },
    migrations: migrationsOf(definition),
    openFold: (place) => {
      const fold = definition.view?.({ ...runtime, ...place });
      if (!fold) throw new Error(`${service} has no view`);
      return fold;
    },
  });
}
