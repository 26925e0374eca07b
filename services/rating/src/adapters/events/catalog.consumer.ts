import { Controller } from '@nestjs/common';
import type { CatalogV1 } from '@kontor/contracts';
import { type BatchOutcome, type Checkpoints, Consumes, type FactBatch } from '@kontor/event-log';
import type { Database } from '@kontor/postgres';
import { addCatalogRows } from '../postgres/catalog-view';
import { rowsOf } from './catalog-facts.mapping';

/** Folds catalog.v1 into rating's own copy; a view consumer. */
export class CatalogFold {
  constructor(
    private readonly database: Database,
    private readonly checkpoints: Checkpoints,
  ) {}

  async apply(batch: FactBatch<CatalogV1>): Promise<BatchOutcome> {
    const rows = rowsOf(batch.facts);
    await this.database.transaction(
      async (tx) => {
        await this.checkpoints.settle(tx, batch.settlement);
        await addCatalogRows(tx, rows);
      },
      { writesView: true },
    );
    return { kind: 'applied' };
  }
}

@Controller()
export class CatalogConsumer {
  constructor(private readonly fold: CatalogFold) {}

  @Consumes('rating.catalog', 'catalog.v1')
  apply(batch: FactBatch<CatalogV1>): Promise<BatchOutcome> {
    return this.fold.apply(batch);
  }
}
