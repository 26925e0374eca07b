import { Controller } from '@nestjs/common';
import type { UsageRecorded } from '@kontor/contracts';
import {
  type BatchCommitter,
  type BatchOutcome,
  Consumes,
  type FactBatch,
  recordsCausedBy,
} from '@kontor/event-log';
import type { Catalog } from '../../app/ports';
import { rateBatch } from '../../app/rate-batch';
import type { RatedUsage } from '../../domain/rate-usage';
import { fromWire, toWire } from './rated-facts.mapping';

const TOPIC = 'rating.rated.v1';

/** Turns recorded usage into rated usage; a deciding consumer. */
export class UsageRater {
  constructor(
    private readonly catalog: Catalog,
    private readonly committer: BatchCommitter,
    private readonly reportingCurrency: string,
  ) {}

  async apply(batch: FactBatch<UsageRecorded>): Promise<BatchOutcome> {
    const usage = batch.facts.map(({ fact }) => fromWire(fact));
    const rated = await rateBatch(usage, this.catalog);
    if (rated.kind === 'behind')
      return { kind: 'retry', reason: `the catalog is behind ${rated.catalogHead}` };
    if (rated.kind === 'poison') return rated;
    const ratedWith = {
      catalogHead: rated.catalogHead,
      reportingCurrency: this.reportingCurrency,
    };
    const built = recordsCausedBy(batch.facts, TOPIC, (fact, at) =>
      toWire(fact, present(rated.rated[at]), ratedWith),
    );
    return built.kind === 'poison' ? built : this.committer.commit(batch, built.records);
  }
}

function present(rated: RatedUsage | undefined): RatedUsage {
  if (!rated) throw new Error('fewer answers than usage');
  return rated;
}

@Controller()
export class UsageConsumer {
  constructor(private readonly rater: UsageRater) {}

  @Consumes('rating.usage', 'usage.recorded.v1')
  apply(batch: FactBatch<UsageRecorded>): Promise<BatchOutcome> {
    return this.rater.apply(batch);
  }
}
