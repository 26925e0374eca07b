import { Controller } from '@nestjs/common';
import type { AssetRateSet, CatalogV1 } from '@kontor/contracts';
import {
  type BatchOutcome,
  type Checkpoints,
  Consumes,
  type DeliveredFact,
  type FactBatch,
} from '@kontor/event-log';
import type { Database } from '@kontor/postgres';
import { addRates } from '../postgres/exchange-rows';

/** Folds the rates of catalog.v1; a view consumer. */
export class RateFold {
  constructor(
    private readonly database: Database,
    private readonly checkpoints: Checkpoints,
  ) {}

  async apply(batch: FactBatch<CatalogV1>): Promise<BatchOutcome> {
    const rates = batch.facts.filter(isRate);
    await this.database.transaction(
      async (tx) => {
        await this.checkpoints.settle(tx, batch.settlement);
        await addRates(tx, rates);
      },
      { writesView: true },
    );
    return { kind: 'applied' };
  }
}

const isRate = (delivered: DeliveredFact<CatalogV1>): delivered is DeliveredFact<AssetRateSet> =>
  delivered.fact.type === 'catalog.asset-rate-set';

@Controller()
export class CatalogConsumer {
  constructor(private readonly fold: RateFold) {}

  @Consumes('cost-attribution.catalog', 'catalog.v1')
  apply(batch: FactBatch<CatalogV1>): Promise<BatchOutcome> {
    return this.fold.apply(batch);
  }
}
