/**
 * Method: as in interleaving.property.spec.ts, on real PostgreSQL: the whole rows of every table,
 * as PostgreSQL prints them, are compared between interleavings; once in a single order of
 * transactions, once with the topics running at the same time and sharing under way.
 */
import fc from 'fast-check';
import type { Tenant } from '../src/domain/entries';
import {
  batchesOf,
  entriesOf,
  expectedProductCosts,
  interleave,
  onPlatform,
  storyArbitrary,
  type Entry,
} from './history';
import { openView, type PostgresView } from './view-on-postgres';

const random = fc.infiniteStream(fc.double({ min: 0, max: 0.999999, noNaN: true }));
const stories = fc.array(storyArbitrary, { minLength: 3, maxLength: 15 });

let view: PostgresView;
beforeAll(async () => {
  // So few at a time that most rounds end half-way, and most subjects are large.
  view = await openView({ eventsMax: 1, feesMax: 1 });
});
afterAll(() => view.close());

let runs = 0;

/** Each run is on a platform of its own, so that nothing needs to be removed. */
async function run(
  entries: readonly Entry[],
  work: (entries: readonly Entry[], tenant: Tenant) => Promise<void>,
): Promise<{ rows: string[]; productCosts: Record<string, string> }> {
  runs += 1;
  const platform = `acc_${String(runs).padStart(26, '0')}`;
  const tenant: Tenant = { platform, mode: 'live' };
  await work(onPlatform(entries, platform), tenant);
  expect(await view.sharing.settle(tenant, 20_000)).toBe(true);
  return { rows: await view.rows(platform), productCosts: await productCosts(platform) };
}

const straight = async (entries: readonly Entry[]): Promise<void> => {
  for (const batch of batchesOf(entries, () => 0)) await view.apply(batch);
};

/** The four topics at once, each in its own order, while subjects are shared. */
async function atOnce(batches: readonly Entry[][], tenant: Tenant): Promise<void> {
  const topics = ['usage', 'rated', 'wallet', 'costs'] as const;
  let done = false;
  const topicsDone = Promise.all(
    topics.map(async (topic) => {
      for (const batch of batches.filter(([first]) => first!.topic === topic))
        await view.apply(batch);
    }),
  ).finally(() => {
    done = true;
  });
  while (!done) await view.sharing.settle(tenant, 5_000);
  await topicsDone;
}

async function productCosts(platform: string): Promise<Record<string, string>> {
  const rows = await view.database.query<{ key: string; costs: string }>(
    `SELECT product_id || '|' || day || '|' || currency AS key, trim_scale(costs)::text AS costs
     FROM product_day WHERE platform = $1 AND costs <> 0 ORDER BY key`,
    [platform],
  );
  return Object.fromEntries(rows.map(({ key, costs }) => [key, costs]));
}

describe('the view on PostgreSQL, whatever the interleaving of its topics', () => {
  it('has the same rows, byte for byte, and shares costs as the rules say', async () => {
    await fc.assert(
      fc.asyncProperty(stories, random, async (list, numbers) => {
        const pick = (): number => numbers.next().value;
        const entries = list.flatMap(entriesOf);
        const one = await run(entries, straight);
        const other = await run(interleave(entries, pick), async (order, tenant) => {
          for (const batch of batchesOf(order, pick)) {
            await view.apply(batch);
            if (pick() < 0.2) await view.sharing.settle(tenant, 20_000);
          }
        });
        expect(other).toEqual(one);
        expect(other.productCosts).toEqual(expectedProductCosts(entries));
      }),
      { numRuns: 30 },
    );
  }, 120_000);

  it('has the same rows when the topics run at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(stories, random, async (list, numbers) => {
        const pick = (): number => numbers.next().value;
        const entries = list.flatMap(entriesOf);
        const one = await run(entries, straight);
        const other = await run(interleave(entries, pick), (order, tenant) =>
          atOnce(
            batchesOf(order, () => 0.9),
            tenant,
          ),
        );
        expect(other).toEqual(one);
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});
