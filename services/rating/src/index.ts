import path from 'node:path';
import type { ServiceDefinition } from '@kontor/service-host';
import { RatingModule } from './rating.module';
import { viewFold } from './view-fold';

export const ratingService: ServiceDefinition = {
  name: 'rating',
  migrationsDir: path.resolve(__dirname, '../migrations'),
  module: (runtime) => RatingModule.of(runtime),
  view: viewFold,
};
