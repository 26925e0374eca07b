/** The gateway alone, with owners whose answers a test decides. */
import { randomUUID } from 'node:crypto';
import type { UsageRecorded } from '@kontor/contracts';
import { loggedFacts, openTestService, type ApiClient, type TestService } from '@kontor/testkit';
import { ingestionGatewayService } from '../src';

export const LIVE_KEY = `key_${'1'.repeat(52)}`;
export const TEST_KEY = `key_${'2'.repeat(52)}`;
export const CUSTOMER = 'cust_00000000000000000000000001';
export const OTHER_CUSTOMER = 'cust_00000000000000000000000002';
export const VENDOR = 'vnd_00000000000000000000000001';

/** What the owners say; a test changes it as it goes. */
export interface Owners {
  head: number;
  /** Of the newest fact about each customer. */
  position: number;
  isCatalogSilent: boolean;
  areVendorsSilent: boolean;
  /** Customer id to external id, the same in every tenant of `tenants`. */
  customers: Map<string, string | null>;
  vendors: Map<string, string | null>;
  /** What the projection shows: JSON text by event id; undefined while it is not done. */
  processed: ((eventId: string) => string) | undefined;
}

export interface Gateway {
  readonly service: TestService;
  readonly owners: Owners;
  readonly live: ApiClient;
  readonly test: ApiClient;
  /** Everything that was published as usage, in the order of each partition. */
  facts(): Promise<UsageRecorded[]>;
}

export async function openGateway(): Promise<Gateway> {
  const owners: Owners = {
    head: 4,
    position: 1,
    isCatalogSilent: false,
    areVendorsSilent: false,
    customers: new Map([
      [CUSTOMER, 'u 7'],
      [OTHER_CUSTOMER, null],
    ]),
    vendors: new Map([[VENDOR, 'openai']]),
    processed: undefined,
  };
  const service = await openTestService(ingestionGatewayService, {
    config: { apiKey: LIVE_KEY, testApiKey: TEST_KEY },
    owners: ['catalog', 'cost-attribution'],
    answers: {
      'catalog.resolve-customers': (_tenant, { customerIds, externalIds }) => {
        if (owners.isCatalogSilent) throw new Error('the catalog is down');
        const customers = chosen(owners.customers, customerIds, externalIds).map(
          ([customerId, externalId]) => ({ customerId, externalId, position: owners.position }),
        );
        return { head: owners.head, customers };
      },
      'cost-attribution.resolve-vendors': (_tenant, { vendorIds, externalIds }) => {
        if (owners.areVendorsSilent) throw new Error('cost attribution is down');
        const vendors = chosen(owners.vendors, vendorIds, externalIds).map(
          ([vendorId, externalId]) => ({ vendorId, externalId }),
        );
        return { head: owners.head + 1, vendors };
      },
      'profitability-projection.get-events': (_tenant, { eventIds }) => {
        const { processed } = owners;
        return processed
          ? { events: eventIds.map(processed), complete: true }
          : { events: [], complete: false };
      },
    },
  });
  const live = service.api.as(LIVE_KEY);
  return { service, owners, live, test: live.as(TEST_KEY), facts: () => factsOf(service) };
}

const chosen = (
  all: ReadonlyMap<string, string | null>,
  ids: readonly string[],
  externalIds: readonly string[],
): [string, string | null][] =>
  [...all].filter(
    ([id, externalId]) =>
      ids.includes(id) || (externalId !== null && externalIds.includes(externalId)),
  );

const factsOf = ({ runtime }: TestService): Promise<UsageRecorded[]> =>
  loggedFacts<UsageRecorded>(runtime.database, 'usage.recorded.v1');

export const usage = (more: object = {}): Record<string, unknown> => ({
  id: randomUUID(),
  event_type: 'video_generated',
  occurred_at: '2026-01-05T14:32:18Z',
  ...more,
});
export const cost = (more: object = {}): Record<string, unknown> => ({
  id: randomUUID(),
  vendor_external_id: 'openai',
  amount: 0.16,
  ...more,
});
export const body = (...events: readonly object[]): object => ({ customer_id: CUSTOMER, events });
