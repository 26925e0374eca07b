import path from 'node:path';
import type { Authenticate, ServiceDefinition, ServiceRuntime } from '@kontor/service-host';
import { ensureGivenKeys } from './adapters/postgres/first-platform';
import { IngestionGatewayModule } from './ingestion-gateway.module';
import { keyRingOf } from './key-ring-of';
import { viewFold } from './view-fold';

export {
  ensureFirstPlatform,
  type FirstKey,
  type FirstPlatform,
  type KeptSecrets,
  type KeyOrigin,
} from './adapters/postgres/first-platform';
export { newSecret } from './adapters/postgres/secrets';

/** The edge: keys, usage, and the way to the other services. */
export const ingestionGatewayService: ServiceDefinition = {
  name: 'ingestion-gateway',
  migrationsDir: path.resolve(__dirname, '../migrations'),
  module: (runtime) => IngestionGatewayModule.for(runtime),
  view: viewFold,
  authenticator,
};

/** How keys are known. Keys given by the environment work from here on. */
async function authenticator(runtime: ServiceRuntime): Promise<Authenticate> {
  await ensureGivenKeys(runtime);
  const ring = keyRingOf(runtime);
  return (key) => ring.identify(key);
}
