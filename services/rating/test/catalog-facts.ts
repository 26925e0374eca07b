/** Facts as their owners write them, for tests of rating with its real database. */
import type {
  AssetRateSet,
  CatalogV1,
  Mode,
  Price,
  ProductVersionDrafted,
  SubscriptionCreated,
  UsageRecorded,
  UsageRecordedV1,
} from '@kontor/contracts';
import { buildRecords, type LocalLog, type RecordPosition } from '@kontor/event-log';
import type { Database } from '@kontor/postgres';

const AT = '2026-01-01T00:00:00.000000Z';
export const PLATFORM = 'acc_test';

/** A platform of its own for a test, so that tests share one service. */
export interface Shop {
  readonly platform: string;
  readonly mode: Mode;
}
export const shop = (platform = PLATFORM, mode: Mode = 'live'): Shop => ({ platform, mode });
const header = ({ platform, mode }: Shop) => ({ platform, mode, key: platform });

export const videoPrice = (over: Partial<Price> = {}): Price => ({
  priceId: 'prc_video',
  name: 'Video Generation Compute',
  eventType: 'video_generated',
  usageType: 'unit_and_volume',
  volumeField: 'minutes',
  billableDimensions: ['speed'],
  pricing: [
    {
      asset: 'USD',
      blocks: [
        { name: 'Fast', dimensions: { speed: 'fast' }, value: { volumeRate: '1' } },
        { name: 'Regular', dimensions: { speed: 'regular' }, value: { volumeRate: '0.4' } },
        { name: 'Default', dimensions: { speed: '*' }, value: { volumeRate: '0.4' } },
      ],
    },
  ],
  ...over,
});

export const drafted = (
  at: Shop,
  productId: string,
  version: number,
  ...prices: [Price, ...Price[]]
): ProductVersionDrafted => ({
  type: 'catalog.product-version-drafted',
  ...header(at),
  productId,
  code: `code_${productId}`,
  version,
  prices,
  createdAt: AT,
});

export const defaulted = (at: Shop, productId: string, version: number): CatalogV1 => ({
  type: 'catalog.product-default-changed',
  ...header(at),
  productId,
  version,
  at: AT,
});

export const versionArchived = (at: Shop, productId: string, version: number): CatalogV1 => ({
  type: 'catalog.product-version-archived',
  ...header(at),
  productId,
  version,
  at: AT,
});

export const productArchived = (at: Shop, productId: string): CatalogV1 => ({
  type: 'catalog.product-archived',
  ...header(at),
  productId,
  at: AT,
});

export const subscribed = (
  at: Shop,
  customerId: string,
  productId: string,
  over: Partial<SubscriptionCreated> = {},
): SubscriptionCreated => ({
  type: 'catalog.subscription-created',
  ...header(at),
  customerId,
  subscriptionId: `sub_${customerId}_${productId}`,
  products: [{ productId, code: `code_${productId}`, version: 1 }],
  actsFrom: null,
  createdAt: AT,
  ...over,
});

export const moved = (
  at: Shop,
  customerId: string,
  productId: string,
  change: { readonly version: number; readonly at: string },
): CatalogV1 => ({
  type: 'catalog.subscription-version-changed',
  ...header(at),
  customerId,
  subscriptionId: `sub_${customerId}_${productId}`,
  productId,
  ...change,
});

export const rateSet = (at: Shop, asset: string, rate: string, validFrom = AT): AssetRateSet => ({
  type: 'catalog.asset-rate-set',
  ...header(at),
  asset,
  source: 'USD',
  rate,
  inverseRate: null,
  validFrom,
  at: AT,
});

let events = 0;
export const usage = (
  at: Shop,
  customerId: string,
  over: Partial<UsageRecorded> = {},
): UsageRecorded => ({
  type: 'usage.recorded',
  platform: at.platform,
  mode: at.mode,
  key: customerId,
  eventId: `00000000-0000-4000-8000-${String((events += 1)).padStart(12, '0')}`,
  eventType: 'video_generated',
  occurredAt: '2026-01-05T14:32:18.000000Z',
  occurredAtText: '2026-01-05T14:32:18Z',
  recordedAt: '2026-01-05T14:32:19.000000Z',
  data: { minutes: 10, speed: 'fast' },
  heads: { catalog: 0, costCatalog: 0 },
  ...over,
});

/** Whoever can write the logs of the services that are not here. */
interface Owners {
  owner(service: string): { readonly log: LocalLog; readonly database: Database };
}

/** Publishes facts as their owner does; answers where they landed. */
export async function publish(
  service: Owners,
  topic: 'catalog.v1' | 'usage.recorded.v1',
  facts: readonly (CatalogV1 | UsageRecordedV1)[],
): Promise<RecordPosition[]> {
  const { log, database } = service.owner(topic === 'catalog.v1' ? 'catalog' : 'ingestion-gateway');
  const positions = await database.transaction((tx) => log.append(tx, buildRecords(topic, facts)));
  log.committed(positions);
  return positions;
}

/** The position of catalog.v1 after these facts. */
export async function publishCatalog(
  service: Owners,
  ...facts: readonly CatalogV1[]
): Promise<number> {
  const positions = await publish(service, 'catalog.v1', facts);
  return positions.at(-1)?.position ?? 0;
}
