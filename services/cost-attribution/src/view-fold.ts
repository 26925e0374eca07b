import type { ViewFold } from '@kontor/event-log';
import type { ServiceRuntime } from '@kontor/service-host';
import { RateFold } from './adapters/events/catalog.consumer';

/** What folds into the view: the rates that costs are converted with. */
export const viewFold = ({ database, checkpoints }: ServiceRuntime): ViewFold => ({
  consumers: { 'cost-attribution.catalog': new RateFold(database, checkpoints) },
});
