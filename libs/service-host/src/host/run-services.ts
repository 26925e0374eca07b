/**
 * The boot of a process: any number of services in one Nest application, one address, one stop.
 */
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { systemClock, type Clock } from '@kontor/contracts';
import type { EventBus, Wakeups } from '@kontor/event-log';
import { createGuard, type RequestGuard } from '../auth/request-guard';
import { ConfigError, type KontorConfig } from '../config';
import type { Authenticate } from '../context';
import { KontorHttpAdapter, ProblemFilter } from '../http/http-adapter';
import { InFlight } from '../http/request-hooks';
import type { ControllerMethod } from '../http/route-config';
import { ServiceInstances } from '../instances';
import { ServiceCalls } from '../internal/internal-calls';
import { createLogger, type Logger } from '../logger';
import { ProcessMetrics } from '../metrics';
import { ReadsAfterWrites } from '../reads/reads-after-writes';
import type { ServiceDefinition } from '../runtime';
import { RequestTracing } from '../tracing/request-tracing';
import { startTracing, type Tracing } from '../tracing/tracing';
import { addAdminRoutes } from './admin-routes';
import { addRebuildRoutes } from './rebuild-routes';
import { forgetCommands } from './forget-commands';
import { httpMetrics } from './http-metrics';
import { addHostRoutes } from './host-routes';
import { openBus, type OpenBus } from './open-bus';
import { openService, type HostParts, type OpenService } from './open-service';
import { processOpenApi } from './process-openapi';
import { Stop } from './stop';

export interface RunOptions {
  readonly config: KontorConfig;
  readonly databaseUrl: string;
  /** Of services that have another one, by name. Then they meet only on Kafka. */
  readonly databaseUrls?: Readonly<Record<string, string>>;
  /** Default: Kafka when brokers are configured, else the services' logs in PostgreSQL. */
  readonly bus?: EventBus;
  /** Those of `bus`; needed with it. */
  readonly wakeups?: Wakeups;
  readonly clock?: Clock;
  /** Connections per service. */
  readonly poolSize?: number;
  /** Memory, CPU and garbage collection in /metrics; default true. */
  readonly processMetrics?: boolean;
}

export interface RunningServices {
  /** `http://127.0.0.1:8080`: where the API answers. */
  readonly url: string;
  readonly services: readonly OpenService[];
  readonly app: NestFastifyApplication;
  /**
   * Refuses new requests, answers those in flight, commits what waits, stops consumers, closes
   * connections. The second call waits for the first.
   */
  stop(): Promise<void>;
}

@Module({})
class KontorModule {}

/**
 * Starts services; when it fails, everything that it had opened is closed again.
 *
 * Errors: ConfigError; NewerSchema and PartitionCountChanged of the databases; EADDRINUSE.
 */
export async function runServices(
  definitions: readonly ServiceDefinition[],
  options: RunOptions,
): Promise<RunningServices> {
  checkTogether(definitions, options.config);
  const logger = createLogger(options.config.logLevel, 'host');
  const stop = new Stop(logger);
  try {
    return await start(definitions, options, { logger, stop });
  } catch (error) {
    await stop.run();
    throw error;
  }
}

function checkTogether(definitions: readonly ServiceDefinition[], config: KontorConfig): void {
  const isEdge = definitions.some(({ authenticator }) => authenticator !== undefined);
  if (!isEdge && config.internalSecret === undefined)
    throw new ConfigError(
      'KONTOR_INTERNAL_SECRET',
      'is needed by a service that runs without the gateway: it answers only to signed requests',
    );
}

const readsOf = (services: readonly OpenService[], metrics: ProcessMetrics): ReadsAfterWrites =>
  new ReadsAfterWrites(
    services.map(({ runtime }) => runtime),
    (service) => metrics.for(service),
  );

/** Routes are declared to the adapter, which is there before the application is. */
class WiredControllers {
  app: NestFastifyApplication | undefined;

  readonly of = (type: ControllerMethod['controller']): object => {
    if (!this.app) throw new Error(`${type.name} has a route before it is wired`);
    return this.app.get<object>(type, { strict: false });
  };
}

interface Surroundings {
  readonly logger: Logger;
  readonly stop: Stop;
}

async function start(
  definitions: readonly ServiceDefinition[],
  options: RunOptions,
  { logger, stop }: Surroundings,
): Promise<RunningServices> {
  const { config } = options;
  const tracing = startTracing(config, logger);
  if (tracing) stop.add('tracing', () => tracing.close());
  const bus = await openBus(options, logger);
  stop.add('bus', () => bus.close());
  const metrics = new ProcessMetrics({ processDefaults: options.processMetrics ?? true });
  const instances = new ServiceInstances(config.serviceUrls ?? {});
  stop.add('instances', () => Promise.resolve(instances.close()));
  const calls = new ServiceCalls({
    instances,
    secret: config.internalSecret,
    nowMs: Date.now,
  });
  const parts = { ...partsOf(options, bus), calls, instances, metrics };
  const services = await openServices(definitions, ({ name }) => ({
    ...parts,
    databaseUrl: options.databaseUrls?.[name] ?? options.databaseUrl,
  }));
  for (const { database, definition, runtime } of services) {
    stop.add(`database of ${definition.name}`, () => database.close());
    stop.add(`housekeeping of ${definition.name}`, forgetCommands(database, runtime.logger));
  }

  const inFlight = new InFlight();
  const state = { serving: false };
  const edge = new Edge();
  const controllers = new WiredControllers();
  const adapter = new KontorHttpAdapter({
    guard: guardOf(services, edge, config),
    logger,
    inFlight,
    controllerOf: controllers.of,
    reads: readsOf(services, metrics),
    onServed: httpMetrics(metrics.host),
    tracing: tracing && requestTracingOf(tracing, definitions),
  });
  const server = adapter.getInstance<FastifyInstance>();
  addHostRoutes(server, {
    services,
    calls,
    metrics,
    openApi: processOpenApi(definitions, config),
    isServing: () => state.serving,
  });
  for (const service of services) addOperatorRoutes(server, service);

  const app = (controllers.app = await createApplication(services, adapter, logger));
  stop.add('application', () => app.close());
  stop.add('consumers', () => all(services, ({ consumers }) => consumers.close()));
  stop.add('rebuilds', () => all(services, async ({ rebuilds }) => rebuilds?.stop()));
  await app.init();
  await edge.open(services);
  await publish(services, stop);
  await app.startAllMicroservices();
  tidyRebuilds(services);
  await app.listen(config.port, config.host);
  state.serving = true;
  stop.add('requests', () => {
    state.serving = false;
    return inFlight.close();
  });
  logger.info('serving', { services: definitions.map(({ name }) => name) });
  return { url: urlOf(server, config.host), services, app, stop: () => stop.run() };
}

function addOperatorRoutes(server: FastifyInstance, service: OpenService): void {
  const { definition, consumers, rebuilds } = service;
  addAdminRoutes(server, definition.name, consumers);
  if (rebuilds) addRebuildRoutes(server, definition.name, rebuilds);
}

function tidyRebuilds(services: readonly OpenService[]): void {
  for (const { rebuilds, runtime } of services)
    void rebuilds
      ?.tidy()
      .catch((error: unknown) =>
        runtime.logger.warn('what an old rebuild left is still there', { error: String(error) }),
      );
}

function partsOf(
  { config, databaseUrl, clock, poolSize }: RunOptions,
  { bus, wakeups }: OpenBus,
): Omit<HostParts, 'calls' | 'instances' | 'metrics'> {
  return {
    config,
    databaseUrl,
    bus,
    wakeups,
    clock: clock ?? systemClock,
    ...(poolSize !== undefined && { poolSize }),
  };
}

/** All at once; when one fails the others are closed again. */
async function openServices(
  definitions: readonly ServiceDefinition[],
  partsFor: (definition: ServiceDefinition) => HostParts,
): Promise<OpenService[]> {
  const opened = await Promise.allSettled(
    definitions.map((definition) => openService(definition, partsFor(definition))),
  );
  const failed = opened.find((result) => result.status === 'rejected');
  const services = opened.flatMap((result) =>
    result.status === 'fulfilled' ? [result.value] : [],
  );
  if (!failed) return services;
  await all(services, ({ database }) => database.close());
  throw failed.reason;
}

const guardOf = (
  services: readonly OpenService[],
  edge: Edge,
  { internalSecret: secret }: KontorConfig,
): RequestGuard =>
  createGuard({
    authenticate: services.some(({ definition }) => definition.authenticator)
      ? edge.authenticate
      : undefined,
    secret,
    nowMs: Date.now,
  });

/** A process of one service is that service, whosever path is asked for. */
const requestTracingOf = (
  tracing: Tracing,
  definitions: readonly ServiceDefinition[],
): RequestTracing =>
  new RequestTracing(tracing, definitions.length === 1 ? definitions[0]?.name : undefined);

async function createApplication(
  services: readonly OpenService[],
  adapter: KontorHttpAdapter,
  logger: Logger,
): Promise<NestFastifyApplication> {
  const root: DynamicModule = {
    module: KontorModule,
    imports: services.map(({ definition, runtime }) => definition.module(runtime)),
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: false,
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter(logger));
  for (const { consumers } of services) app.connectMicroservice({ strategy: consumers });
  return app;
}

async function publish(services: readonly OpenService[], stop: Stop): Promise<void> {
  for (const { definition, runtime, database, log } of services) {
    const published = await runtime.bus.publish({ service: definition.name, database, log });
    stop.add(`publishing of ${definition.name}`, () => published.stop());
  }
}

/** The edge's keys are known once the application is wired; until then nobody is let in. */
class Edge {
  private known: Authenticate | undefined;

  readonly authenticate: Authenticate = (key) => this.known?.(key);

  async open(services: readonly OpenService[]): Promise<void> {
    for (const { definition, runtime } of services)
      if (definition.authenticator) this.known = await definition.authenticator(runtime);
  }
}

const all = async <T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> => {
  await Promise.all(items.map(work));
};

function urlOf(server: FastifyInstance, host: string): string {
  const address = server.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
