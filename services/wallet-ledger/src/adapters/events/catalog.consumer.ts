import { Controller, Inject } from '@nestjs/common';
import type { CatalogV1, Price } from '@kontor/contracts';
import { type BatchOutcome, Consumes, type DeliveredFact, type FactBatch } from '@kontor/event-log';
import { Ledger } from '../../app/ledger';
import type { ProductVersions } from '../../app/ports';
import {
  type CatalogChange,
  consequencesOf,
  UnknownProductVersion,
} from '../../app/when-catalog-changed';
import { deliver, walletOf } from './delivery';

export const PRODUCT_VERSIONS = Symbol('ProductVersions');

/** Opens the accounts of subscribers; a deciding consumer. */
@Controller()
export class CatalogConsumer {
  constructor(
    private readonly ledger: Ledger,
    @Inject(PRODUCT_VERSIONS) private readonly productVersions: ProductVersions,
  ) {}

  @Consumes('wallet-ledger.catalog', 'catalog.v1')
  async apply(batch: FactBatch<CatalogV1>): Promise<BatchOutcome> {
    const changes = batch.facts.flatMap(changeFromWire);
    try {
      return await deliver(this.ledger, batch, await consequencesOf(changes, this.productVersions));
    } catch (error) {
      if (error instanceof UnknownProductVersion)
        return { kind: 'poison', index: error.factIndex, reason: error.message };
      throw error;
    }
  }
}

/** What of the catalog matters to wallets; most of it does not. */
export function changeFromWire(
  { fact, topic, partition, position }: DeliveredFact<CatalogV1>,
  factIndex: number,
): CatalogChange[] {
  const { platform, mode } = fact;
  const cause = { topic, partition, position };
  switch (fact.type) {
    case 'catalog.product-version-drafted': {
      const { productId, version, prices } = fact;
      const assets = assetsOf(prices);
      return [{ kind: 'version-priced', version: { platform, mode, productId, version, assets } }];
    }
    case 'catalog.subscription-created': {
      const products = fact.products.map((product) => ({ platform, mode, ...product }));
      const wallet = walletOf(fact, fact.customerId);
      return [{ kind: 'subscribed', wallet, products, cause, factIndex }];
    }
    case 'catalog.subscription-version-changed': {
      const { productId, version } = fact;
      const products = [{ platform, mode, productId, version }];
      const wallet = walletOf(fact, fact.customerId);
      return [{ kind: 'subscribed', wallet, products, cause, factIndex }];
    }
    default:
      return [];
  }
}

/** Each once, in the order in which the prices list them. */
const assetsOf = (prices: readonly Price[]): string[] => [
  ...new Set(prices.flatMap((price) => price.pricing.map(({ asset }) => asset))),
];
