/** Rating made again from its own log: the same bytes, or the events that differ by name. */
import type { UsageRecorded } from '@kontor/contracts';
import {
  type Json,
  loggedFacts,
  openTestService,
  pollUntil,
  tamperWithLog,
  type TestService,
} from '@kontor/testkit';
import { ratingService } from '../src/index';
import {
  drafted,
  publish,
  publishCatalog,
  rateSet,
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

async function verified(): Promise<Json> {
  const { id } = await service.api.create(REBUILDS, { verify: true, swap: false });
  return pollUntil(
    async () => {
      const rebuild = await service.api.read(`${REBUILDS}/${id}`);
      return rebuild.ended_at !== null && rebuild;
    },
    { timeoutMs: 20_000, what: 'the end of the verification' },
  );
}

async function rate(usages: readonly UsageRecorded[]): Promise<void> {
  await publish(service, 'usage.recorded.v1', usages);
  const { database } = service.runtime;
  await pollUntil(
    async () => {
      const [row] = await database.query<{ facts: string }>(
        "SELECT sum(facts_count) AS facts FROM log_record WHERE topic = 'rating.rated.v1'",
      );
      return Number(row?.facts) === rated.length;
    },
    { what: 'rated usage' },
  );
}
const rated: UsageRecorded[] = [];

describe('verifying rating', () => {
  const at = shop();

  it('rates every usage fact again with the catalog of its day, and finds the same bytes', async () => {
    for (const rateOfMin of ['0.5', '0.25', '0.125']) {
      await publishCatalog(service, rateSet(at, 'MIN', rateOfMin));
      const product = `prp_${rateOfMin.length}`;
      const catalog = await publishCatalog(
        service,
        drafted(at, product, 1, videoPrice()),
        subscribed(at, 'cust_a', product),
      );
      const heads = { catalog, costCatalog: 0 };
      const usages = Array.from({ length: 30 }, (_, index) =>
        usage(at, index % 2 === 0 ? 'cust_a' : 'cust_without', {
          ...{ heads, data: { minutes: index + 0.1, speed: index % 3 ? 'fast' : 'slow' } },
        }),
      );
      rated.push(...usages);
      await rate(usages);
    }
    expect(await verified()).toMatchObject({
      state: 'done',
      comparison: { same: true, decisions_checked: 90, differences: [] },
    });
  });

  it('names the events whose fee is another one, or is missing', async () => {
    const { database } = service.runtime;
    const facts = await loggedFacts<Json>(database, 'rating.rated.v1');
    const changed = facts.find((fact) => fact.fees.length > 0)!;
    const missing = facts.find((fact) => fact.eventId !== changed.eventId)!;
    await tamperWithLog(database, 'rating.rated.v1', (text) => {
      const kept = (JSON.parse(text) as Json[]).filter(
        ({ eventId }) => eventId !== missing.eventId,
      );
      const dear = kept.find(({ eventId }) => eventId === changed.eventId);
      if (dear) dear.fees[0].alternatives[0].amount = '1000';
      return JSON.stringify(kept);
    });
    const { comparison } = await verified();
    expect(comparison).toMatchObject({ same: false, truncated: false });
    const table = 'decisions of rating.usage';
    const key = (fact: Json) => ({ platform: at.platform, mode: 'live', event_id: fact.eventId });
    expect(comparison.differences).toHaveLength(2);
    expect(comparison.differences).toEqual(
      expect.arrayContaining([
        { table, key: key(changed), difference: 'changed' },
        { table, key: key(missing), difference: 'missing' },
      ]),
    );
  });
});
