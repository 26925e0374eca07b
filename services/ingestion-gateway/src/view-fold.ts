import type { CatalogV1, CostCatalogV1 } from '@kontor/contracts';
import type { FactBatch, ViewFold } from '@kontor/event-log';
import type { ServiceRuntime } from '@kontor/service-host';
import {
  DIRECTORY_CONSUMER,
  ReferencesConsumer,
  VENDORS_CONSUMER,
} from './adapters/events/references.consumer';

/** What folds into the view: who exists, for the time when an owner does not answer. */
export function viewFold({ database, checkpoints }: ServiceRuntime): ViewFold {
  const references = new ReferencesConsumer({ database, checkpoints });
  return {
    consumers: {
      [DIRECTORY_CONSUMER]: {
        apply: (batch: FactBatch<CatalogV1>) => references.customers(batch),
      },
      [VENDORS_CONSUMER]: {
        apply: (batch: FactBatch<CostCatalogV1>) => references.vendors(batch),
      },
    },
  };
}
