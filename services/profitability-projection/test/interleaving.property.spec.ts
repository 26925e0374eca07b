/**
 * Method: a random history of events is spread over the four topics and applied in a random
 * interleaving that keeps only what the log promises (the order within a customer's part of one
 * topic), in batches of random size, sharing subjects' costs now and then. Whatever the
 * interleaving, the rows are the same, and they are what a second implementation that sees
 * everything at once computes.
 */
import { decimal, wire, ZERO, type Decimal } from '@kontor/money';
import fc from 'fast-check';
import { SubjectSharing } from '../src/app/subject-sharing';
import {
  batchesOf,
  entriesOf,
  expectedCustomers,
  expectedProductCosts,
  interleave,
  storyArbitrary,
  type Entry,
  type Totals,
} from './history';
import { MemoryView } from './memory-view';

const sharingOf = (view: MemoryView): SubjectSharing =>
  new SubjectSharing({
    store: {
      openPartitions: async () => (view.open.size > 0 ? [0] : []),
      inPartition: (_partition, work) => work(view.openSubjects()),
    },
    // So few that most rounds end half-way, and most subjects are large.
    ...{ eventsMax: 1, feesMax: 1 },
    onError: (error) => {
      throw error;
    },
  });
const ANYONE = { platform: '', mode: 'live' } as const;

async function fold(order: readonly Entry[], pick: () => number): Promise<MemoryView> {
  const view = new MemoryView();
  const sharing = sharingOf(view);
  for (const batch of batchesOf(order, pick)) {
    await view.apply(batch);
    if (pick() < 0.2) await sharing.settle(ANYONE, 10_000);
  }
  await sharing.settle(ANYONE, 10_000);
  return view;
}

const random = fc.infiniteStream(fc.double({ min: 0, max: 0.999999, noNaN: true }));
const stories = fc.array(storyArbitrary, { minLength: 1, maxLength: 12 });

function totalsOf(view: MemoryView, table: string, measures: ('revenue' | 'costs')[]): Totals {
  const totals: [string, string][] = [];
  for (const [key, row] of view.rollUps) {
    const [name, , , ...own] = key.split('\n');
    if (name !== table) continue;
    for (const measure of measures)
      if (row[measure].toFixed() !== '0')
        totals.push([
          [...own, ...(measures.length > 1 ? [measure] : [])].join('|'),
          row[measure].toFixed(),
        ]);
  }
  return Object.fromEntries(totals);
}

describe('the projection, whatever the interleaving of its topics', () => {
  it('has the same rows for every interleaving', async () => {
    await fc.assert(
      fc.asyncProperty(stories, random, async (list, numbers) => {
        const pick = (): number => numbers.next().value;
        const entries = list.flatMap(entriesOf);
        const one = await fold(entries, () => 0.9);
        const other = await fold(interleave(entries, pick), pick);
        expect(other.open.size).toBe(0);
        expect(other.rows()).toEqual(one.rows());
      }),
      { numRuns: 200 },
    );
  });

  it('gives products and customers what the rules say when everything is seen at once', async () => {
    await fc.assert(
      fc.asyncProperty(stories, random, async (list, numbers) => {
        const pick = (): number => numbers.next().value;
        const entries = list.flatMap(entriesOf);
        const view = await fold(interleave(entries, pick), pick);
        expect(totalsOf(view, 'product_day', ['costs'])).toEqual(expectedProductCosts(entries));
        expect(totalsOf(view, 'customer_day', ['revenue', 'costs'])).toEqual(
          expectedCustomers(entries),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('loses no cost: those of products and of none are those of the platform, per day', async () => {
    await fc.assert(
      fc.asyncProperty(stories, random, async (list, numbers) => {
        const pick = (): number => numbers.next().value;
        const view = await fold(interleave(list.flatMap(entriesOf), pick), pick);
        const products = new Map<string, Decimal>();
        for (const [key, text] of Object.entries(totalsOf(view, 'product_day', ['costs']))) {
          const [, day, currency] = key.split('|');
          const at = `${day}|${currency}`;
          products.set(at, (products.get(at) ?? ZERO).plus(decimal(text)));
        }
        expect(Object.fromEntries([...products].map(([key, costs]) => [key, wire(costs)]))).toEqual(
          totalsOf(view, 'platform_day', ['costs']),
        );
      }),
    );
  });
});
