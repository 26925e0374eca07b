import path from 'node:path';
import type { ServiceDefinition } from '@kontor/service-host';
import { CatalogModule } from './catalog.module';

export const catalogService: ServiceDefinition = {
  name: 'catalog',
  migrationsDir: path.resolve(__dirname, '../migrations'),
  module: (runtime) => CatalogModule.of(runtime),
};
