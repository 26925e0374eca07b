import type { ViewFold } from '@kontor/event-log';
import type { ServiceRuntime } from '@kontor/service-host';
import { CatalogFold } from './adapters/events/catalog.consumer';
import { recheckRatings } from './adapters/events/recheck-ratings';

/** What folds into rating's view: its copy of the catalog. */
export const viewFold = ({ database, checkpoints }: ServiceRuntime): ViewFold => ({
  consumers: { 'rating.catalog': new CatalogFold(database, checkpoints) },
  recheck: recheckRatings(database),
});
