/** Rating alone, with its real database: what comes in as facts, what goes out as facts. */
import type { RatedFee, UsageRated, UsageRecorded } from '@kontor/contracts';
import { textOfStored } from '@kontor/event-log';
import { openTestService, pollUntil, storedFacts, type TestService } from '@kontor/testkit';
import { fromWire, toWire } from '../src/adapters/events/rated-facts.mapping';
import { CatalogRows } from '../src/adapters/postgres/catalog-rows';
import { rateUsage } from '../src/domain/rate-usage';
import { ratingService } from '../src/index';
import {
  drafted,
  moved,
  publish,
  publishCatalog,
  rateSet,
  shop,
  type Shop,
  subscribed,
  usage,
  videoPrice,
} from './catalog-facts';

let service: TestService;
beforeAll(async () => {
  service = await openTestService(ratingService, { owners: ['catalog', 'ingestion-gateway'] });
});
afterAll(() => service.stop());

interface RatedRecord {
  readonly partition: number;
  readonly facts: UsageRated[];
  readonly text: string;
  readonly cause: { readonly topic: string; readonly partition: number; readonly position: number };
}

/** Rated records about these usage facts, once each of them is rated. */
async function ratedOf(usages: readonly UsageRecorded[]): Promise<RatedRecord[]> {
  const wanted = new Set(usages.map(({ eventId }) => eventId));
  return pollUntil(
    async () => {
      const records = (await readRated()).filter(({ facts }) =>
        facts.some(({ eventId }) => wanted.has(eventId)),
      );
      const count = records.reduce((total, { facts }) => total + facts.length, 0);
      return count >= wanted.size ? records : undefined;
    },
    { what: 'rated usage' },
  );
}

async function readRated(): Promise<RatedRecord[]> {
  const rows = await service.runtime.database.query<{
    partition: number;
    facts: string;
    cause_topic: string;
    cause_partition: number;
    cause_position: string;
  }>("SELECT * FROM log_record WHERE topic = 'rating.rated.v1' ORDER BY partition, position");
  return rows.map((row) => ({
    partition: row.partition,
    facts: storedFacts<UsageRated>(row.facts),
    text: textOfStored(row.facts),
    cause: {
      topic: row.cause_topic,
      partition: row.cause_partition,
      position: Number(row.cause_position),
    },
  }));
}

async function rate(...usages: UsageRecorded[]): Promise<UsageRated[]> {
  await publish(service, 'usage.recorded.v1', usages);
  const facts = (await ratedOf(usages)).flatMap((record) => record.facts);
  return usages.map(({ eventId }) => facts.find((fact) => fact.eventId === eventId)!);
}
const amountsOf = ({ fees }: UsageRated): string[] =>
  fees.map(({ alternatives }) => alternatives[0].amount);
const stamped = (catalog: number) => ({ heads: { catalog, costCatalog: 0 } });

const letters = (platform: string): Promise<{ reason: string }[]> =>
  service.runtime.database.query(
    'SELECT reason FROM dead_letter WHERE platform = $1 ORDER BY position, index',
    [platform],
  );

async function openVideoShop(at: Shop, customer: string): Promise<number> {
  return publishCatalog(
    service,
    drafted(at, 'prp_video', 1, videoPrice()),
    subscribed(at, customer, 'prp_video'),
  );
}

describe('rating usage', () => {
  it('answers each usage record with one record of the same partition, with it as the cause', async () => {
    const at = shop('acc_cause');
    const head = await openVideoShop(at, 'cust_cause');
    const usages = [1, 2, 3].map(() => usage(at, 'cust_cause', stamped(head)));
    const [position] = await publish(service, 'usage.recorded.v1', usages);
    const records = await ratedOf(usages);
    expect(records).toHaveLength(1);
    expect(records[0]?.cause).toEqual(position);
    expect(records[0]?.partition).toBe(position?.partition);
    expect(records[0]?.facts.map(({ eventId }) => eventId)).toEqual(
      usages.map(({ eventId }) => eventId),
    );
  });

  it('prices as the reference text says: 10 fast minutes are 10.00, 100 regular ones 40.00', async () => {
    const at = shop('acc_figures');
    const head = await openVideoShop(at, 'cust_figures');
    const sent = (minutes: number, speed: string) =>
      usage(at, 'cust_figures', { ...stamped(head), data: { minutes, speed }, subject: 'video_1' });
    const rated = await rate(sent(10, 'fast'), sent(100, 'regular'), sent(5, 'warp'));
    expect(rated.map(amountsOf)).toEqual([['10'], ['40'], ['2']]);
    expect(rated[0]).toMatchObject({
      subject: 'video_1',
      catalogHead: expect.any(Number) as number,
      reportingCurrency: 'USD',
      fees: [
        {
          productId: 'prp_video',
          productCode: 'code_prp_video',
          productVersion: 1,
          priceId: 'prc_video',
          dimensions: { speed: 'fast' },
          volumeField: 'minutes',
          alternatives: [
            { asset: 'USD', inputVolume: '10', volumeRate: '1', fiatRate: '1', fiatValue: '10' },
          ],
        },
      ],
    });
  });

  it('waits for the catalog that was stamped on the usage', async () => {
    const at = shop('acc_waits');
    const head = await publishCatalog(service, rateSet(at, 'MIN', '0.1'));
    const early = usage(at, 'cust_waits', stamped(head + 1));
    await publish(service, 'usage.recorded.v1', [early]);
    await openVideoShop(at, 'cust_waits');
    const [record] = await ratedOf([early]);
    expect(amountsOf(record!.facts[0]!)).toEqual(['10']);
  });

  it('says why there is no fee', async () => {
    const at = shop('acc_unrated');
    const head = await openVideoShop(at, 'cust_unrated');
    const none = { heads: stamped(head).heads };
    const costs = [
      {
        costId: '68116730-e125-408b-8f75-90f1fb9aa7dd',
        vendorId: 'vnd_1',
        amount: '1',
        currency: 'USD',
        sent: {},
      },
    ];
    const onlyCosts = usage(at, 'cust_unrated', { ...none, costs });
    delete onlyCosts.data;
    const rated = await rate(
      usage(at, 'cust_stranger', none),
      usage(at, 'cust_unrated', { ...none, eventType: 'sung' }),
      usage(at, 'cust_unrated', { ...none, data: { speed: 'fast' } }),
      usage(at, 'cust_unrated', { ...none, data: { speed: 'fast', minutes: 'ten' } }),
      onlyCosts,
    );
    expect(rated.map(({ fees, unratedReason }) => [fees.length, unratedReason])).toEqual([
      [0, 'no_subscription'],
      [0, 'no_matching_price'],
      [0, 'volume_field_missing'],
      [0, 'volume_field_invalid'],
      [0, 'cost_only'],
    ]);
  });

  it('keeps platforms and modes apart', async () => {
    const live = shop('acc_mine');
    const head = await openVideoShop(live, 'cust_mine');
    const foreign = [shop('acc_mine', 'test'), shop('acc_theirs')];
    const rated = await rate(...foreign.map((at) => usage(at, 'cust_mine', stamped(head))));
    expect(rated.map(({ unratedReason }) => unratedReason)).toEqual([
      'no_subscription',
      'no_subscription',
    ]);
  });

  it('prices each event with the version and the rate of its own day', async () => {
    const at = shop('acc_days');
    const inMinutes = (rate: string) =>
      videoPrice({ pricing: [{ asset: 'MIN', blocks: [{ value: { volumeRate: rate } }] }] });
    const head = await publishCatalog(
      service,
      drafted(at, 'prp_video', 1, inMinutes('1')),
      drafted(at, 'prp_video', 2, inMinutes('2')),
      subscribed(at, 'cust_days', 'prp_video'),
      moved(at, 'cust_days', 'prp_video', { version: 2, at: '2026-02-01T00:00:00.000000Z' }),
      rateSet(at, 'MIN', '0.1'),
      rateSet(at, 'MIN', '0.2', '2026-03-01T00:00:00.000000Z'),
    );
    const on = (day: string) =>
      usage(at, 'cust_days', {
        ...stamped(head),
        data: { minutes: 2 },
        occurredAt: `${day}T00:00:00.000000Z`,
      });
    const rated = await rate(on('2025-06-01'), on('2026-02-01'), on('2026-03-01'));
    expect(
      rated.map(({ fees: [fee] }) => [fee!.alternatives[0].amount, fee!.alternatives[0].fiatValue]),
    ).toEqual([
      ['2', '0.2'],
      ['4', '0.4'],
      ['4', '0.8'],
    ]);
  });

  it('rates again to the same bytes as of the head on the fact', async () => {
    const at = shop('acc_again');
    const head = await openVideoShop(at, 'cust_again');
    const one = usage(at, 'cust_again', stamped(head));
    await publish(service, 'usage.recorded.v1', [one]);
    const [record] = await ratedOf([one]);
    const { catalogHead, reportingCurrency } = record!.facts[0]!;
    const later = await publishCatalog(
      service,
      drafted(at, 'prp_video', 2, videoPrice({ usageType: 'unit' })),
      moved(at, 'cust_again', 'prp_video', { version: 2, at: '2020-01-01T00:00:00.000000Z' }),
    );
    const place = { topic: 'catalog.v1', partition: 0, position: later };
    await service.runtime.checkpoints.waitFor('rating.catalog', place, 10_000);

    const rateAsOf = async (position: number): Promise<string> => {
      const rows = new CatalogRows(service.runtime.database, 'USD');
      const books = await rows.booksAt(position, [{ ...at, customerId: 'cust_again' }]);
      const held = books.held({ ...at, customerId: 'cust_again' }, one.occurredAt);
      const rated = rateUsage(fromWire(one), held, books.exchange(at));
      return JSON.stringify([toWire(one, rated, { catalogHead, reportingCurrency })]);
    };
    expect(await rateAsOf(catalogHead)).toBe(record!.text);
    expect(await rateAsOf(later)).not.toBe(record!.text);
  });

  it('rates a thousand events of many customers, each once', async () => {
    const at = shop('acc_many');
    const customers = Array.from({ length: 50 }, (_, n) => `cust_many_${n}`);
    const head = await publishCatalog(
      service,
      drafted(at, 'prp_video', 1, videoPrice()),
      ...customers.map((customer) => subscribed(at, customer, 'prp_video')),
    );
    const usages = Array.from({ length: 1_000 }, (_, n) =>
      usage(at, customers[n % customers.length]!, { ...stamped(head), data: { minutes: n } }),
    );
    const rated = await rate(...usages);
    expect(rated.map(amountsOf)).toEqual(
      usages.map((_, n) => [n % 5 === 0 ? String((n * 2) / 5) : ((n * 4) / 10).toFixed(1)]),
    );
    const all = (await readRated()).flatMap(({ facts }) => facts);
    expect(new Set(all.map(({ eventId }) => eventId)).size).toBe(all.length);
  });

  it('cuts free texts of a fact that would be too large, and keeps its figures', async () => {
    const at = shop('acc_large');
    const prices = Array.from({ length: 100 }, (_, n) => videoPrice({ priceId: `prc_large_${n}` }));
    const head = await publishCatalog(
      service,
      drafted(at, 'prp_video', 1, ...(prices as [(typeof prices)[0]])),
      subscribed(at, 'cust_large', 'prp_video'),
    );
    const [rated] = await rate(
      usage(at, 'cust_large', {
        ...stamped(head),
        description: '💸'.repeat(500),
        data: { minutes: 1, speed: 'x'.repeat(10_000) },
      }),
    );
    const fees: RatedFee[] = rated!.fees;
    expect(fees).toHaveLength(100);
    expect(fees[99]).toMatchObject({
      dimensions: { speed: 'x'.repeat(60) },
      alternatives: [{ amount: '0.4', description: '💸'.repeat(60) }],
    });
  });
});

describe('rating usage that cannot be priced yet', () => {
  it('parks usage of a platform whose catalog is parked; other platforms go on', async () => {
    const stuck = shop('acc_stuck');
    const fine = shop('acc_fine');
    await openVideoShop(stuck, 'cust_stuck');
    const head = await openVideoShop(fine, 'cust_fine');
    await service.runtime.database.query(
      `INSERT INTO view_dead_letter (id, consumer, topic, partition, position, index, platform,
                                     mode, key, reason, fact)
       VALUES (gen_random_uuid(), 'rating.catalog', 'catalog.v1', 0, 1, 0, 'acc_stuck', 'live',
               'acc_stuck', 'broken', '{}')`,
    );
    const waiting = [1, 2].map(() => usage(stuck, 'cust_stuck', stamped(head)));
    const going = usage(fine, 'cust_fine', stamped(head));
    await publish(service, 'usage.recorded.v1', [...waiting, going]);
    const [record] = await ratedOf([going]);
    expect(amountsOf(record!.facts[0]!)).toEqual(['10']);
    const parked = await pollUntil(async () => {
      const found = await letters('acc_stuck');
      return found.length === 2 ? found : undefined;
    });
    expect(parked[0]?.reason).toContain('catalog_parked');
    expect(await readRated()).not.toContainEqual(
      expect.objectContaining({ facts: [expect.objectContaining({ platform: 'acc_stuck' })] }),
    );
    await service.runtime.database.query('DELETE FROM view_dead_letter');
  });

  it('parks usage under a version that the catalog never drafted', async () => {
    const at = shop('acc_lost');
    const head = await publishCatalog(service, subscribed(at, 'cust_lost', 'prp_lost'));
    await publish(service, 'usage.recorded.v1', [usage(at, 'cust_lost', stamped(head))]);
    const [letter] = await pollUntil(async () => {
      const found = await letters('acc_lost');
      return found.length > 0 ? found : undefined;
    });
    expect(letter?.reason).toContain('product_version_unknown');
  });
});
