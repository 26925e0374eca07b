import path from 'node:path';
import type { ServiceDefinition } from '@kontor/service-host';
import { ProfitabilityProjectionModule } from './profitability-projection.module';
import { viewFold } from './view-fold';

export const profitabilityProjectionService: ServiceDefinition = {
  name: 'profitability-projection',
  migrationsDir: path.resolve(__dirname, '../migrations'),
  module: (runtime) => ProfitabilityProjectionModule.of(runtime),
  view: viewFold,
};
