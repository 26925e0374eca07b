// Generated from schemas/ by `npm run generate`. Do not edit.
import type {
  CatalogV1,
  CostAttributedV1,
  CostCatalogV1,
  RatingRatedV1,
  UsageRecordedV1,
  WalletPostedV1,
} from './facts';

/** Which facts a topic holds. */
export interface FactsByTopic {
  'catalog.v1': CatalogV1;
  'cost.attributed.v1': CostAttributedV1;
  'cost.catalog.v1': CostCatalogV1;
  'rating.rated.v1': RatingRatedV1;
  'usage.recorded.v1': UsageRecordedV1;
  'wallet.posted.v1': WalletPostedV1;
}
export type FactTopic = keyof FactsByTopic;

export interface TopicDefinition {
  readonly name: string;
  readonly owner: string;
  readonly partitions: number;
  readonly retention: string;
  /** Written by external producers; not facts of ours. */
  readonly inbound: boolean;
  /** Raw items without an envelope. */
  readonly raw: boolean;
}

export const TOPICS: readonly TopicDefinition[] = [
  {
    name: 'usage.recorded.v1',
    owner: 'ingestion-gateway',
    partitions: 8,
    retention: 'forever',
    inbound: false,
    raw: false,
  },
  {
    name: 'catalog.v1',
    owner: 'catalog',
    partitions: 1,
    retention: 'forever',
    inbound: false,
    raw: false,
  },
  {
    name: 'cost.catalog.v1',
    owner: 'cost-attribution',
    partitions: 1,
    retention: 'forever',
    inbound: false,
    raw: false,
  },
  {
    name: 'rating.rated.v1',
    owner: 'rating',
    partitions: 8,
    retention: 'forever',
    inbound: false,
    raw: false,
  },
  {
    name: 'wallet.posted.v1',
    owner: 'wallet-ledger',
    partitions: 8,
    retention: 'forever',
    inbound: false,
    raw: false,
  },
  {
    name: 'cost.attributed.v1',
    owner: 'cost-attribution',
    partitions: 8,
    retention: 'forever',
    inbound: false,
    raw: false,
  },
  {
    name: 'usage.ingest.v1',
    owner: 'external',
    partitions: 8,
    retention: '7d',
    inbound: true,
    raw: false,
  },
  {
    name: 'usage.ingest.v1.dlq',
    owner: 'ingestion-gateway',
    partitions: 8,
    retention: '30d',
    inbound: false,
    raw: true,
  },
];

export interface ConsumerDefinition {
  readonly name: string;
  readonly service: string;
  /** view: folds into <service>_view and is replayed; deciding: turns facts into ours, never replayed. */
  readonly kind: 'view' | 'deciding';
  readonly topics: readonly string[];
}

export const CONSUMERS: readonly ConsumerDefinition[] = [
  {
    name: 'ingestion-gateway.directory',
    service: 'ingestion-gateway',
    kind: 'view',
    topics: ['catalog.v1'],
  },
  {
    name: 'ingestion-gateway.vendors',
    service: 'ingestion-gateway',
    kind: 'view',
    topics: ['cost.catalog.v1'],
  },
  {
    name: 'ingestion-gateway.ingest',
    service: 'ingestion-gateway',
    kind: 'deciding',
    topics: ['usage.ingest.v1'],
  },
  {
    name: 'rating.catalog',
    service: 'rating',
    kind: 'view',
    topics: ['catalog.v1'],
  },
  {
    name: 'rating.usage',
    service: 'rating',
    kind: 'deciding',
    topics: ['usage.recorded.v1'],
  },
  {
    name: 'wallet-ledger.catalog',
    service: 'wallet-ledger',
    kind: 'deciding',
    topics: ['catalog.v1'],
  },
  {
    name: 'wallet-ledger.fees',
    service: 'wallet-ledger',
    kind: 'deciding',
    topics: ['rating.rated.v1'],
  },
  {
    name: 'wallet-ledger.statements',
    service: 'wallet-ledger',
    kind: 'view',
    topics: ['wallet.posted.v1'],
  },
  {
    name: 'cost-attribution.catalog',
    service: 'cost-attribution',
    kind: 'view',
    topics: ['catalog.v1'],
  },
  {
    name: 'cost-attribution.usage',
    service: 'cost-attribution',
    kind: 'deciding',
    topics: ['usage.recorded.v1'],
  },
  {
    name: 'profitability-projection.usage',
    service: 'profitability-projection',
    kind: 'view',
    topics: ['usage.recorded.v1'],
  },
  {
    name: 'profitability-projection.rated',
    service: 'profitability-projection',
    kind: 'view',
    topics: ['rating.rated.v1'],
  },
  {
    name: 'profitability-projection.wallet',
    service: 'profitability-projection',
    kind: 'view',
    topics: ['wallet.posted.v1'],
  },
  {
    name: 'profitability-projection.costs',
    service: 'profitability-projection',
    kind: 'view',
    topics: ['cost.attributed.v1'],
  },
];
