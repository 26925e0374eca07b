/** A corrective rebuild: what rating keeps in memory of its view is made anew, without a restart. */
import {
  type Json,
  loggedFacts,
  openTestService,
  pollUntil,
  type TestService,
} from '@kontor/testkit';
import { ratingService } from '../src/index';
import {
  drafted,
  publish,
  publishCatalog,
  shop,
  subscribed,
  usage,
  videoPrice,
} from './catalog-facts';

const REBUILDS = '/admin/rating/rebuilds';

let service: TestService;
beforeAll(async () => {
  service = await openTestService(ratingService, { owners: ['catalog', 'ingestion-gateway'] });
});
afterAll(() => service.stop());

/** What the fee of one more event is. */
async function feeOfNext(catalog: number): Promise<string> {
  const { database } = service.runtime;
  const next = usage(shop(), 'cust_a', { heads: { catalog, costCatalog: 0 } });
  await publish(service, 'usage.recorded.v1', [next]);
  const fact: Json = await pollUntil(
    async () => {
      const facts = await loggedFacts<Json>(database, 'rating.rated.v1');
      return facts.find(({ eventId }) => eventId === next.eventId);
    },
    { what: 'the rated usage' },
  );
  return fact.fees[0].alternatives[0].amount;
}

describe('a rebuild of rating', () => {
  it('corrects the prices that running processes rate with', async () => {
    const catalog = await publishCatalog(
      service,
      drafted(shop(), 'prp_a', 1, videoPrice()),
      subscribed(shop(), 'cust_a', 'prp_a'),
    );
    const { database, checkpoints } = service.runtime;
    await checkpoints.waitFor(
      'rating.catalog',
      { topic: 'catalog.v1', partition: 0, position: catalog },
      10_000,
    );
    await database.query(
      `UPDATE product_version SET prices = replace(prices::text, '"volumeRate":"1"', '"volumeRate":"3"')::json`,
    );
    expect(await feeOfNext(catalog)).toBe('30');

    const { id } = await service.api.create(REBUILDS, { verify: true });
    const rebuild = await pollUntil<Json>(
      async () => {
        const found = await service.api.read(`${REBUILDS}/${id}`);
        return found.ended_at !== null && found;
      },
      { timeoutMs: 20_000, what: 'the end of the rebuild' },
    );
    expect(rebuild.comparison.differences).toContainEqual({
      ...{ table: 'product_version', difference: 'changed' },
      key: { platform: shop().platform, mode: 'live', product_id: 'prp_a', version: '1' },
    });
    await pollUntil(async () => (await feeOfNext(catalog)) === '10', {
      what: 'fees by the corrected prices',
    });
  });
});
