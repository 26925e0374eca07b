/** `rating.price-usage`: what the ledger asks before it holds money for usage. */
import type { AssetPricing, InternalOperations } from '@kontor/contracts';
import { openTestService, type TestService } from '@kontor/testkit';
import { ratingService } from '../src/index';
import {
  drafted,
  moved,
  publishCatalog,
  type Shop,
  shop,
  subscribed,
  videoPrice,
} from './catalog-facts';

type Request = InternalOperations['rating.price-usage']['request'];

describe('pricing usage that has not happened yet', () => {
  let service: TestService;
  /** What the catalog says; facts follow when the test says so. */
  let head = 0;
  let customerPosition = 0;
  beforeAll(async () => {
    service = await openTestService(ratingService, {
      owners: ['catalog'],
      answers: {
        'catalog.resolve-customers': (_, { customerIds }) => ({
          head,
          customers: customerIds.map((customerId) => ({
            customerId,
            externalId: null,
            position: customerPosition,
          })),
        }),
      },
    });
  });
  afterAll(() => service.stop());

  const price = (at: Shop, over: Partial<Request> = {}) =>
    service.runtime.internal.call('rating.price-usage', at, {
      customerId: 'cust_a',
      eventType: 'video_generated',
      at: '2026-01-05T14:32:18.000000Z',
      data: { minutes: 10, speed: 'fast' },
      ...over,
    });

  it('gives the fees that the usage would have, in every listed asset', async () => {
    const at = shop('acc_price');
    const minutes: AssetPricing = { asset: 'MIN', blocks: [{ value: { volumeRate: '0.5' } }] };
    head = await publishCatalog(
      service,
      drafted(at, 'prp_video', 1, videoPrice({ pricing: [...videoPrice().pricing, minutes] })),
      subscribed(at, 'cust_a', 'prp_video'),
    );
    expect(await price(at)).toEqual({
      fees: [
        {
          productId: 'prp_video',
          productCode: 'code_prp_video',
          productVersion: 1,
          priceId: 'prc_video',
          priceName: 'Video Generation Compute',
          usageType: 'unit_and_volume',
          volumeField: 'minutes',
          dimensions: { speed: 'fast' },
          alternatives: [
            { asset: 'USD', amount: '10', inputVolume: '10', volumeRate: '1', description: 'Fast' },
            {
              asset: 'MIN',
              amount: '5',
              inputVolume: '10',
              volumeRate: '0.5',
              description: 'Video Generation Compute',
            },
          ],
        },
      ],
    });
  });

  it('shows long dimension values as far as they tell', async () => {
    const at = shop('acc_long');
    head = await publishCatalog(
      service,
      drafted(at, 'prp_video', 1, videoPrice()),
      subscribed(at, 'cust_a', 'prp_video'),
    );
    const { fees } = await price(at, { data: { minutes: 1, speed: 'x'.repeat(300) } });
    expect(fees[0]!.dimensions).toEqual({ speed: 'x'.repeat(255) });
  });

  it.each<[string, Partial<Request>]>([
    ['no_subscription', { customerId: 'cust_nobody' }],
    ['no_matching_price', { eventType: 'other' }],
    ['volume_field_missing', { data: { speed: 'fast' } }],
    ['volume_field_invalid', { data: { minutes: -1 } }],
  ])('says that there is no fee because of %s', async (unratedReason, over) => {
    const at = shop(`acc_${unratedReason}`);
    head = await publishCatalog(
      service,
      drafted(at, 'prp_video', 1, videoPrice()),
      subscribed(at, 'cust_a', 'prp_video'),
    );
    expect(await price(at, over)).toEqual({ fees: [], unratedReason });
  });

  it('counts what the catalog has answered a moment ago', async () => {
    const at = shop('acc_ahead');
    await publishCatalog(
      service,
      drafted(at, 'prp_video', 1, videoPrice()),
      drafted(
        at,
        'prp_video',
        2,
        videoPrice({
          usageType: 'unit',
          pricing: [{ asset: 'USD', blocks: [{ value: { unitPrice: '7' } }] }],
        }),
      ),
      subscribed(at, 'cust_a', 'prp_video'),
    );
    const move = moved(at, 'cust_a', 'prp_video', {
      version: 2,
      at: '2026-01-01T00:00:00.000000Z',
    });
    // The head was read before the customer changed; the customer is newer than it.
    customerPosition = head = (await publishCatalog(service, move)) + 1;
    const asked = price(at);
    await publishCatalog(service, drafted(at, 'prp_other', 1, videoPrice()));
    expect((await asked).fees[0]!.alternatives[0]!.amount).toBe('7');
  });

  it('does not answer while its copy of the catalog is behind', async () => {
    head = customerPosition + 1_000;
    await expect(price(shop('acc_price'))).rejects.toMatchObject({ code: 'dependency_down' });
  });
});
