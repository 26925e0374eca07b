/** The catalog alone on a fresh database, and what tests ask of it again and again. */
import type { CatalogV1 } from '@kontor/contracts';
import {
  ApiClient,
  FakeClock,
  type Json,
  loggedFacts,
  openTestService,
  type TestService,
} from '@kontor/testkit';
import { catalogService } from '../src/index';

export interface World {
  readonly service: TestService;
  readonly clock: FakeClock;
  readonly api: ApiClient;
  /** Another tenant, or fewer scopes. */
  as(platform: string, mode?: 'live' | 'test', scopes?: ('read' | 'write')[]): ApiClient;
  facts(): Promise<CatalogV1[]>;
  head(): Promise<number>;
}

export async function openWorld(): Promise<World> {
  const clock = new FakeClock('2026-03-01T12:00:00Z');
  const service = await openTestService(catalogService, { clock });
  return {
    service,
    clock,
    api: service.api,
    as: (platform, mode = 'live', scopes = ['read', 'write']) =>
      service.api.as(service.key(platform, mode, scopes)),
    facts: () => loggedFacts<CatalogV1>(service.runtime.database, 'catalog.v1'),
    head: async () => (await service.runtime.log.heads('catalog.v1'))[0]?.position ?? 0,
  };
}

let count = 0;
export const unique = (name: string): string => `${name}_${(count += 1)}`;

/** A price by unit, unless told otherwise. */
export const price = (changes: Json = {}): Json => ({
  name: 'Requests',
  type: 'usage_based',
  billing_model: { type: 'real_time' },
  usage_calculation: { event_type: 'request', usage_type: 'unit' },
  pricing: [{ asset: 'USD', values: [{ unit_price: 0.01 }] }],
  ...changes,
});

export const product = (changes: Json = {}): Json => ({
  name: 'Requests',
  code: unique('requests'),
  prices: [price()],
  publish: true,
  ...changes,
});

/** A product of the catalog, made; answers its id, code and version. */
export const sold = (api: ApiClient, changes: Json = {}): Promise<Json> =>
  api.create('/products', product(changes));

export const position = (answer: { headers: Headers }): number =>
  Number(/^catalog\.v1:0:(\d+)$/.exec(answer.headers.get('kontor-position') ?? '')?.[1]);
