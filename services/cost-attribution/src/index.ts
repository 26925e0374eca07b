import path from 'node:path';
import type { ServiceDefinition } from '@kontor/service-host';
import { CostAttributionModule } from './cost-attribution.module';

export const costAttributionService: ServiceDefinition = {
  name: 'cost-attribution',
  migrationsDir: path.resolve(__dirname, '../migrations'),
  module: (runtime) => CostAttributionModule.of(runtime),
};
