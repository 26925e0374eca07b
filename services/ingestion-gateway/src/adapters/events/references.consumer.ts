/**
 * Folds who exists from the facts of their owners, for the time when an owner does not answer.
 */
import { Controller, Inject } from '@nestjs/common';
import type { CatalogV1, CostCatalogV1 } from '@kontor/contracts';
import { Consumes, type BatchOutcome, type Checkpoints, type FactBatch } from '@kontor/event-log';
import type { Database } from '@kontor/postgres';
import { putKnown, type KnownRow, type ReferenceTable } from '../postgres/known-references';

export const DIRECTORY_CONSUMER = 'ingestion-gateway.directory';
export const VENDORS_CONSUMER = 'ingestion-gateway.vendors';

export const REFERENCES_PARTS = Symbol('ReferencesParts');

export interface ReferencesParts {
  readonly database: Database;
  readonly checkpoints: Checkpoints;
}

@Controller()
export class ReferencesConsumer {
  constructor(@Inject(REFERENCES_PARTS) private readonly parts: ReferencesParts) {}

  @Consumes(DIRECTORY_CONSUMER, 'catalog.v1')
  customers(batch: FactBatch<CatalogV1>): Promise<BatchOutcome> {
    return this.put('known_customer', batch, customerRow);
  }

  @Consumes(VENDORS_CONSUMER, 'cost.catalog.v1')
  vendors(batch: FactBatch<CostCatalogV1>): Promise<BatchOutcome> {
    return this.put('known_vendor', batch, vendorRow);
  }

  private async put<Fact extends CatalogV1 | CostCatalogV1>(
    table: ReferenceTable,
    batch: FactBatch<Fact>,
    rowOf: (fact: Fact) => KnownRow | undefined,
  ): Promise<BatchOutcome> {
    await this.parts.database.transaction(
      async (tx) => {
        await putKnown(
          tx,
          table,
          batch.facts.flatMap(({ fact }) => rowOf(fact) ?? []),
        );
        await this.parts.checkpoints.settle(tx, batch.settlement);
      },
      { writesView: true },
    );
    return { kind: 'applied' };
  }
}

function customerRow(fact: CatalogV1): KnownRow | undefined {
  if (
    fact.type !== 'catalog.customer-created' &&
    fact.type !== 'catalog.customer-external-id-assigned'
  )
    return undefined;
  const { platform, mode, customerId: id, externalId = null } = fact;
  return { platform, mode, id, externalId };
}

function vendorRow(fact: CostCatalogV1): KnownRow | undefined {
  if (fact.type !== 'cost.vendor-created') return undefined;
  const { platform, mode, vendorId: id, externalId = null } = fact;
  return { platform, mode, id, externalId };
}
