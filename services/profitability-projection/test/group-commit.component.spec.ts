/**
 * Method: random histories, as in interleaving.component.spec.ts, but all topics go to one writer at
 * the same time, so that several batches share each transaction and know each other only in memory.
 */
import fc from 'fast-check';
import {
  batchesOf,
  entriesOf,
  interleave,
  onPlatform,
  storyArbitrary,
  type Entry,
  type Story,
} from './history';
import { openView, type PostgresView } from './view-on-postgres';

const random = fc.infiniteStream(fc.double({ min: 0, max: 0.999999, noNaN: true }));
const stories = fc.array(storyArbitrary, { minLength: 3, maxLength: 15 });
const TOPICS = ['usage', 'rated', 'costs', 'wallet'] as const;

let view: PostgresView;
beforeAll(async () => {
  view = await openView({ eventsMax: 1, feesMax: 1 });
});
afterAll(() => view.close());

let runs = 0;

/** What the view holds after `work`, on a platform of its own. */
async function rowsAfter(
  entries: readonly Entry[],
  work: (entries: readonly Entry[]) => Promise<void>,
): Promise<string[]> {
  runs += 1;
  const platform = `acc_${String(runs).padStart(26, '0')}`;
  await work(onPlatform(entries, platform));
  expect(await view.sharing.settle({ platform, mode: 'live' }, 20_000)).toBe(true);
  return view.rows(platform);
}

const straight = async (entries: readonly Entry[]): Promise<void> => {
  for (const batch of batchesOf(entries, () => 0)) await view.apply(batch);
};

const ofTopic = (entries: readonly Entry[], topic: Entry['topic']): Entry[] =>
  entries.filter((entry) => entry.topic === topic);

/** Each topic in its own order, a batch at a time, all four at once. */
async function together(entries: readonly Entry[], pick: () => number): Promise<void> {
  await Promise.all(
    TOPICS.map(async (topic) => {
      for (const batch of batchesOf(ofTopic(entries, topic), pick)) {
        const [outcome] = await view.applyTogether([batch]);
        if (outcome?.status === 'rejected') throw outcome.reason;
      }
    }),
  );
}

/** One batch of each topic that says anything. */
const aBatchATopic = (entries: readonly Entry[]): Entry[][] =>
  TOPICS.map((topic) => ofTopic(entries, topic)).filter((batch) => batch.length > 0);

const statusesOf = (outcomes: readonly PromiseSettledResult<void>[]): string[] =>
  outcomes.map(({ status }) => status);

/** One event with fees of two products and two costs, so that every topic waits for another. */
const story: Story = {
  ...{ customer: 1, subject: 'chat', day: 1, hour: 3, type: 'generated', reversed: 'not' },
  fees: [
    { product: 0, amount: '7', priced: true },
    { product: 1, amount: '1', priced: true },
  ],
  costs: [
    { vendor: 0, amount: '0.1', converted: true, category: 'tokens' },
    { vendor: 1, amount: '0.16', converted: true, category: '' },
  ],
};

describe('batches of several topics in one transaction', () => {
  it('give the rows that each in a transaction of its own gives', async () => {
    await fc.assert(
      fc.asyncProperty(stories, random, async (list, numbers) => {
        const pick = (): number => numbers.next().value;
        const entries = list.flatMap(entriesOf);
        const one = await rowsAfter(entries, straight);
        const other = await rowsAfter(interleave(entries, pick), (order) => together(order, pick));
        expect(other).toEqual(one);
      }),
      { numRuns: 30 },
    );
  }, 120_000);

  it.each(TOPICS)(
    'are written without that of %s when another reader was first there',
    async (topic) => {
      const entries = entriesOf(story, runs);
      const rest = entries.filter((entry) => entry.topic !== topic);
      const expected = await rowsAfter(rest, straight);
      const rows = await rowsAfter(entries, async (all) => {
        const batches = aBatchATopic(all);
        const fenced = batches.find(([first]) => first!.topic === topic);
        const outcomes = await view.applyTogether(batches, fenced);
        expect(statusesOf(outcomes)).toEqual(
          batches.map((batch) => (batch === fenced ? 'rejected' : 'fulfilled')),
        );
      });
      expect(rows).toEqual(expected);
    },
  );

  it.each(TOPICS)('are written without that of %s when it cannot be applied', async (topic) => {
    const entries = entriesOf(story, runs);
    const rest = entries.filter((entry) => entry.topic !== topic);
    const expected = await rowsAfter(rest, straight);
    const rows = await rowsAfter(entries, async (all) => {
      // The same said twice is an error of the log.
      const batches = aBatchATopic(all).map((batch) =>
        batch[0]!.topic === topic ? [...batch, ...batch] : batch,
      );
      const outcomes = await view.applyTogether(batches);
      expect(statusesOf(outcomes)).toEqual(
        batches.map(([first]) => (first!.topic === topic ? 'rejected' : 'fulfilled')),
      );
    });
    expect(rows).toEqual(expected);
  });

  it('know at the next transaction what was written in the one before', async () => {
    const entries = entriesOf(story, runs);
    const expected = await rowsAfter(entries, straight);
    const rows = await rowsAfter(entries, async (all) => {
      for (const batch of aBatchATopic(all)) {
        const [outcome] = await view.applyTogether([batch]);
        expect(outcome?.status).toBe('fulfilled');
      }
    });
    expect(rows).toEqual(expected);
  });
});
