import path from 'node:path';
import type { ServiceDefinition } from '@kontor/service-host';
import { CostAttributionModule } from './cost-attribution.module';
import { viewFold } from './view-fold';

export const costAttributionService: ServiceDefinition = {
  name: 'cost-attribution',
  migrationsDir: path.resolve(__dirname, '../migrations'),
  module: (runtime) => CostAttributionModule.of(runtime),
  view: viewFold,
};
