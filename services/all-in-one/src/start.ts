/**
 * The composition root: every service in one process, on an embedded PostgreSQL unless DATABASE_URL
 * names another, over the logs in it unless KAFKA_BROKERS names a broker.
 */
import path from 'node:path';
import { catalogService } from '@kontor/catalog';
import { costAttributionService } from '@kontor/cost-attribution';
import {
  ensureFirstPlatform,
  ingestionGatewayService,
  type FirstPlatform,
} from '@kontor/ingestion-gateway';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@kontor/postgres';
import { profitabilityProjectionService } from '@kontor/profitability-projection';
import { ratingService } from '@kontor/rating';
import {
  runServices,
  type KontorConfig,
  type RunningServices,
  type ServiceDefinition,
  type StartedProcess,
} from '@kontor/service-host';
import { walletLedgerService } from '@kontor/wallet-ledger';
import { bannerOf } from './banner';
import { keepKey, openDataFolder, readKey } from './data-folder';

export const ALL_SERVICES: readonly ServiceDefinition[] = [
  ingestionGatewayService,
  catalogService,
  ratingService,
  walletLedgerService,
  costAttributionService,
  profitabilityProjectionService,
];

/** Starts everything and prints where it answers; when a part fails, the others are stopped. */
export async function startAllInOne(given: KontorConfig): Promise<StartedProcess> {
  const config = { ...given, dataDir: path.resolve(given.dataDir) };
  openDataFolder(config.dataDir);
  const embedded =
    config.databaseUrl === undefined ? await startEmbeddedPostgres(config.dataDir) : undefined;
  try {
    const services = await runServices(ALL_SERVICES, {
      config,
      databaseUrl: config.databaseUrl ?? embedded?.url ?? '',
    });
    return await announce(config, services, embedded);
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

async function announce(
  config: KontorConfig,
  services: RunningServices,
  embedded: EmbeddedPostgres | undefined,
): Promise<StartedProcess> {
  const { keys } = await firstPlatform(config, services);
  process.stdout.write(
    bannerOf({
      url: services.url,
      dataDir: config.dataDir,
      embeddedDatabase: embedded !== undefined,
      kafkaBrokers: config.kafkaBrokers,
      keys,
    }),
  );
  return {
    stop: async () => {
      await services.stop();
      // PostgreSQL goes last: until here a drain may still have something to commit.
      await embedded?.stop();
    },
  };
}

async function firstPlatform(
  config: KontorConfig,
  { services }: RunningServices,
): Promise<FirstPlatform> {
  const gateway = services.find(({ definition }) => definition === ingestionGatewayService);
  if (!gateway) throw new Error('the gateway is not among the services');
  const { dataDir } = config;
  const first = await ensureFirstPlatform(gateway.runtime, {
    live: readKey(dataDir, 'live'),
    test: readKey(dataDir, 'test'),
  });
  for (const mode of ['live', 'test'] as const) {
    const { origin, secret } = first.keys[mode];
    if (origin === 'generated' && secret !== undefined) keepKey(dataDir, mode, secret);
  }
  return first;
}
