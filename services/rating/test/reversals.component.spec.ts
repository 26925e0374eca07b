/** Reversed usage, in rating alone: which fees may have to go back. */
import type {
  RatingRatedV1,
  UsageRated,
  UsageRatingReversed,
  UsageReversed,
} from '@kontor/contracts';
import { loggedFacts, openTestService, pollUntil, type TestService } from '@kontor/testkit';
import { ratingService } from '../src/index';
import {
  drafted,
  moved,
  productArchived,
  publish,
  publishCatalog,
  shop,
  subscribed,
  usage,
  videoPrice,
} from './catalog-facts';

describe('rating of reversed usage', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await openTestService(ratingService, { owners: ['catalog', 'ingestion-gateway'] });
  });
  afterAll(() => service.stop());

  async function ratedAs<Fact extends RatingRatedV1>(
    type: Fact['type'],
    eventId: string,
  ): Promise<Fact> {
    return pollUntil(
      async () => {
        const facts = await loggedFacts<RatingRatedV1>(service.runtime.database, 'rating.rated.v1');
        return facts.find((fact) => fact.type === type && fact.eventId === eventId) as Fact;
      },
      { what: `${type} of ${eventId}` },
    );
  }

  const reversed = (of: ReturnType<typeof usage>, parts = { fees: true, costs: false }) =>
    ({
      type: 'usage.reversed',
      platform: of.platform,
      mode: of.mode,
      key: of.key,
      eventId: of.eventId,
      eventType: of.eventType,
      reason: 'sent by mistake',
      ...parts,
      recordedAt: '2026-01-06T00:00:00.000000Z',
    }) satisfies UsageReversed;

  it('names every fee that it had, also after the customer got other prices', async () => {
    const at = shop('acc_reversed');
    const [first, second] = ['prc_video', 'prc_extra'].map((priceId) =>
      videoPrice({ priceId }),
    ) as [ReturnType<typeof videoPrice>, ReturnType<typeof videoPrice>];
    const catalog = await publishCatalog(
      service,
      drafted(at, 'prp_video', 1, first, second),
      drafted(at, 'prp_video', 2, videoPrice({ priceId: 'prc_next' })),
      subscribed(at, 'cust_1', 'prp_video'),
    );
    const event = usage(at, 'cust_1', { heads: { catalog, costCatalog: 0 } });
    await publish(service, 'usage.recorded.v1', [event]);
    const { fees } = await ratedAs<UsageRated>('rating.usage-rated', event.eventId);
    expect(fees).toHaveLength(2);

    await publishCatalog(
      service,
      moved(at, 'cust_1', 'prp_video', { version: 2, at: '2026-01-01T00:00:00.000000Z' }),
      productArchived(at, 'prp_video'),
    );
    await publish(service, 'usage.recorded.v1', [reversed(event)]);
    const back = await ratedAs<UsageRatingReversed>('rating.usage-reversed', event.eventId);
    expect(back).toMatchObject({ key: 'cust_1', reason: 'sent by mistake' });
    expect(back.feeIds).toEqual(expect.arrayContaining(fees.map(({ feeId }) => feeId)));
  });

  it('that nobody priced names nothing', async () => {
    const event = usage(shop('acc_reversed_none'), 'cust_1');
    await publish(service, 'usage.recorded.v1', [event, reversed(event)]);
    const back = await ratedAs<UsageRatingReversed>('rating.usage-reversed', event.eventId);
    expect(back.feeIds).toEqual([]);
  });
});
