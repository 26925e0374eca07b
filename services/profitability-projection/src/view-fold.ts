import type {
  CostAttributedV1,
  RatingRatedV1,
  UsageRecordedV1,
  WalletPostedV1,
} from '@kontor/contracts';
import type { FactBatch, ViewFold } from '@kontor/event-log';
import type { ServiceRuntime } from '@kontor/service-host';
import { Arrivals } from './adapters/events/arrivals';
import { BatchFold, TopicsConsumer } from './adapters/events/topics.consumer';
import { PartitionTurns } from './adapters/postgres/partition-turns';
import { SubjectSharingRows } from './adapters/postgres/subject-rows';
import type { ViewTables } from './adapters/postgres/view-part';
import { VIEW_TABLES, ViewWriter } from './adapters/postgres/view-writer';
import { SubjectSharing } from './app/subject-sharing';

/**
 * What folds into the projection. Costs of subjects are shared at the end, once, instead of after
 * each batch that brought one of their fees.
 */
export const viewFold = (runtime: ServiceRuntime): ViewFold => viewFoldInto(VIEW_TABLES, runtime);

/** The same into other tables, for example into a part of them. */
export function viewFoldInto(
  tables: ViewTables,
  { database, checkpoints, logger }: Pick<ServiceRuntime, 'database' | 'checkpoints' | 'logger'>,
): ViewFold {
  const turns = new PartitionTurns();
  const sharing = new SubjectSharing({
    store: new SubjectSharingRows(database, turns),
    onError: (error) => logger.warn('costs of subjects are shared later', { error: String(error) }),
  });
  const writer = new ViewWriter({ database, checkpoints, turns, tables });
  const topics = new TopicsConsumer(new BatchFold(writer, new Arrivals(), sharing));
  return {
    consumers: {
      'profitability-projection.usage': {
        apply: (batch: FactBatch<UsageRecordedV1>) => topics.usage(batch),
      },
      'profitability-projection.rated': {
        apply: (batch: FactBatch<RatingRatedV1>) => topics.rated(batch),
      },
      'profitability-projection.wallet': {
        apply: (batch: FactBatch<WalletPostedV1>) => topics.wallet(batch),
      },
      'profitability-projection.costs': {
        apply: (batch: FactBatch<CostAttributedV1>) => topics.costs(batch),
      },
    },
    settle: (timeoutMs) => sharing.finish(timeoutMs),
  };
}
