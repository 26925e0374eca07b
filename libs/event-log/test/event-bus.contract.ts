/**
 * What every bus must do, whatever carries the facts. Runs on the embedded bus and on Kafka.
 */
import fc from 'fast-check';
import { buildRecords, type DeadLetter, type DeadLetters } from '@kontor/event-log';
import type { Transaction } from '@kontor/postgres';
import { BusWorld, DECIDING, nOf, TOPIC, VIEW, type Behaviour, type BusHarness } from './bus-world';

/** `openHarness` is called once; Kafka answers a fresh prefix for topics and groups. */
export function eventBusContract(
  name: string,
  openHarness: () => Promise<BusHarness> | BusHarness,
): void {
  describe(`event bus contract: ${name}`, () => {
    let world: BusWorld;

    beforeAll(async () => {
      world = await BusWorld.open(await openHarness());
    }, 120_000);
    afterAll(() => world.close(), 60_000);

    const applyAll: Behaviour = (_, apply) => apply();
    /** The `n` of one customer's effects, in order. */
    const effectsOf = async (consumer: string, customer: string): Promise<number[]> =>
      (await world.effects(consumer, customer)).map(({ n }) => n);
    const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

    describe('order and batches', () => {
      it('hands over the facts of a key in the order of their append, in batches', async () => {
        const customers = Array.from({ length: 20 }, () => world.customer());
        const facts = upTo(15).flatMap((n) => customers.flatMap((c) => world.facts(c, 1, n)));
        await world.append(facts, 100);
        const consumer = await world.start(DECIDING);
        await world.untilCaughtUp(DECIDING);
        await consumer.stop();
        for (const customer of customers)
          expect(await effectsOf(DECIDING, customer)).toEqual(upTo(15));
        expect(Math.max(...consumer.batches)).toBeGreaterThan(10);
      });

      it('gives the same facts to a view and to a deciding consumer, each at its own pace', async () => {
        const customer = world.customer();
        const view = await world.start(VIEW);
        await world.append(world.facts(customer, 10), 3);
        await world.untilCaughtUp(VIEW);
        const deciding = await world.start(DECIDING);
        await world.untilCaughtUp(DECIDING);
        await Promise.all([view.stop(), deciding.stop()]);
        expect(await effectsOf(VIEW, customer)).toEqual(upTo(10));
        expect(await effectsOf(DECIDING, customer)).toEqual(upTo(10));
      });

      it('never lets a slow consumer hold up another', async () => {
        const customer = world.customer();
        let release: () => void = () => undefined;
        const held = new Promise<void>((resolve) => (release = resolve));
        const slow = await world.start(DECIDING, async (_, apply) => {
          await held;
          return apply();
        });
        const quick = await world.start(VIEW);
        await world.append(world.facts(customer, 5));
        await world.untilCaughtUp(VIEW);
        expect(await effectsOf(DECIDING, customer)).toEqual([]);
        release();
        await world.untilCaughtUp(DECIDING);
        await Promise.all([slow.stop(), quick.stop()]);
        expect(await effectsOf(DECIDING, customer)).toEqual(upTo(5));
      });

      it('never passes a transaction that is still open, and leaves no gap for one rolled back', async () => {
        const [early, late] = [world.customer(), world.customer()];
        const consumer = await world.start(DECIDING);
        const { database } = world.owner;
        const lost = database.transaction(async (tx) => {
          await appendIn(world, tx, early, 0);
          throw new Error('changed its mind');
        });
        await expect(lost).rejects.toThrow('changed its mind');
        await database.transaction(async (tx) => {
          await appendIn(world, tx, early, 1);
          await Promise.race([
            world.append(world.facts(late, 1)),
            tx.query('SELECT pg_sleep(0.1)'),
          ]);
        });
        await world.untilCaughtUp(DECIDING);
        await consumer.stop();
        expect(await effectsOf(DECIDING, early)).toEqual([1]);
        expect(await effectsOf(DECIDING, late)).toEqual([0]);
      });
    });

    describe('exactly once', () => {
      it('applies what is published again only once', async () => {
        const customer = world.customer();
        const before = await world.start(DECIDING);
        await world.append(world.facts(customer, 20), 4);
        await world.untilCaughtUp(DECIDING);
        await world.publishAgain();
        await world.append(world.facts(customer, 5, 20));
        await world.untilCaughtUp(DECIDING);
        await before.stop();
        const after = await world.start(DECIDING);
        await world.append(world.facts(customer, 5, 25));
        await world.untilCaughtUp(DECIDING);
        await after.stop();
        expect(await effectsOf(DECIDING, customer)).toEqual(upTo(30));
      });

      it('keeps each fact to one effect under random crashes, restarts and duplicates', async () => {
        const step = fc.constantFrom('fine', 'lost before the commit', 'no answer to the commit');
        const run = fc.record({
          steps: fc.array(step, { maxLength: 6 }),
          counts: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }),
          again: fc.boolean(),
        });
        await fc.assert(
          fc.asyncProperty(run, async ({ steps, counts, again }) => {
            const customers = counts.map(() => world.customer());
            const todo = [...steps];
            const consumer = await world.start(DECIDING, async (_, apply) => {
              const next = todo.shift() ?? 'fine';
              if (next === 'lost before the commit') throw connectionLost();
              await apply();
              if (next === 'no answer to the commit') throw connectionLost();
              return { kind: 'applied' };
            });
            for (const [index, count] of counts.entries())
              await world.append(world.facts(customers[index]!, count), 5);
            if (again) await world.publishAgain();
            await world.untilCaughtUp(DECIDING);
            await consumer.stop();
            for (const [index, count] of counts.entries())
              expect(await effectsOf(DECIDING, customers[index]!)).toEqual(upTo(count));
          }),
          { numRuns: 6 },
        );
      }, 180_000);

      it('shares the work with a second member and takes it over when the first one leaves', async () => {
        const customers = Array.from({ length: 12 }, () => world.customer());
        const appendRound = async (round: number): Promise<void> => {
          for (const customer of customers) await world.append(world.facts(customer, 5, round * 5));
        };
        const first = await world.start(DECIDING);
        await appendRound(0);
        const second = await world.start(DECIDING);
        await appendRound(1);
        await world.untilCaughtUp(DECIDING);
        await first.stop();
        await appendRound(2);
        await world.untilCaughtUp(DECIDING);
        await second.stop();
        for (const customer of customers)
          expect(await effectsOf(DECIDING, customer)).toEqual(upTo(15));
      }, 60_000);

      it.each([DECIDING, VIEW])('fences a zombie of %s by the checkpoint', async (consumerName) => {
        const customer = world.customer();
        const alive = await world.start(consumerName);
        await world.untilCaughtUp(consumerName);
        const zombie = world.zombie(consumerName, applyAll);
        await zombie.checkpoints();
        await world.append(world.facts(customer, 3));
        await world.untilCaughtUp(consumerName);
        await alive.stop();
        const slices = alive.delivered.filter(({ records }) =>
          records.some(({ facts }) => facts.some(({ key }) => key === customer)),
        );
        expect(await zombie.deliver(slices)).toBe('reload');
        expect(await effectsOf(consumerName, customer)).toEqual(upTo(3));
      });
    });

    describe('poison', () => {
      const refusing =
        (isBad: (n: number, customer: string) => boolean): Behaviour =>
        (batch, apply) => {
          const index = batch.facts.findIndex(({ fact }) => isBad(nOf(fact), fact.key));
          return index < 0
            ? apply()
            : Promise.resolve({ kind: 'poison', index, reason: 'cannot be priced' });
        };

      it.each([DECIDING, VIEW])(
        'parks a fact of %s with the later ones of its key and goes on with the others',
        async (consumerName) => {
          const [bad, good] = [world.customer(), world.customer()];
          const mixed = upTo(6).flatMap((n) => [bad, good].flatMap((c) => world.facts(c, 1, n)));
          const consumer = await world.start(
            consumerName,
            refusing((n, customer) => customer === bad && n === 2),
          );
          await world.append(mixed, 4);
          await world.untilCaughtUp(consumerName);
          await world.append(world.facts(bad, 1, 6));
          await world.untilCaughtUp(consumerName);
          await consumer.stop();
          expect(await effectsOf(consumerName, good)).toEqual(upTo(6));
          expect(await effectsOf(consumerName, bad)).toEqual([0, 1]);
          const letters = await lettersOf(consumer.deadLetters, bad);
          expect(letters.map(({ fact }) => nOf(fact))).toEqual([2, 3, 4, 5, 6]);
          expect(letters.map(({ reason }) => reason)).toEqual([
            'cannot be priced',
            ...upTo(4).map(() => `behind ${letters[0]!.id}`),
          ]);
        },
      );

      it('finds the one bad fact when the handler only throws', async () => {
        const [bad, good] = [world.customer(), world.customer()];
        const throwing = await world.start(DECIDING, (batch, apply) => {
          if (batch.facts.some(({ fact }) => fact.key === bad && nOf(fact) === 1))
            throw new TypeError('undefined is not a price');
          return apply();
        });
        await world.append([...world.facts(good, 50), ...world.facts(bad, 3)], 20);
        await world.append(world.facts(good, 50, 50), 20);
        await world.untilCaughtUp(DECIDING);
        await throwing.stop();
        expect(await effectsOf(DECIDING, good)).toEqual(upTo(100));
        expect(await effectsOf(DECIDING, bad)).toEqual([0]);
        const letters = await lettersOf(throwing.deadLetters, bad);
        expect(letters.map(({ fact }) => nOf(fact))).toEqual([1, 2]);
        expect(letters[0]!.reason).toBe('TypeError: undefined is not a price');
      });

      it('applies parked facts in order on retry, and later ones of the key again by themselves', async () => {
        const customer = world.customer();
        let broken = true;
        const consumer = await world.start(
          DECIDING,
          refusing((n, key) => broken && key === customer && n === 1),
        );
        await world.append(world.facts(customer, 5), 2);
        await world.untilCaughtUp(DECIDING);
        const [letter] = await lettersOf(consumer.deadLetters, customer);
        expect(await consumer.deadLetters.retry(letter!.id)).toEqual({
          applied: 0,
          remaining: 4,
          reason: 'cannot be priced',
        });
        broken = false;
        expect(await consumer.deadLetters.retry(letter!.id)).toEqual({ applied: 4, remaining: 0 });
        await world.append(world.facts(customer, 2, 5));
        await world.untilCaughtUp(DECIDING);
        await consumer.stop();
        expect(await effectsOf(DECIDING, customer)).toEqual(upTo(7));
        expect(await consumer.deadLetters.retry(letter!.id)).toBeUndefined();
      });

      it('gives up a discarded fact and applies what waited behind it', async () => {
        const customer = world.customer();
        const consumer = await world.start(
          VIEW,
          refusing((n, key) => key === customer && n === 1),
        );
        await world.append(world.facts(customer, 4));
        await world.untilCaughtUp(VIEW);
        const [letter] = await lettersOf(consumer.deadLetters, customer);
        expect(await consumer.deadLetters.discard(letter!.id)).toEqual({
          applied: 2,
          remaining: 0,
        });
        await consumer.stop();
        expect(await effectsOf(VIEW, customer)).toEqual([0, 2, 3]);
        // A view that is made again passes over it too.
        const { database } = world.serviceOf(VIEW);
        await database.query('TRUNCATE view_checkpoint, view_dead_letter');
        const again = await world.start(VIEW);
        await world.untilCaughtUp(VIEW);
        await again.stop();
        expect(await effectsOf(VIEW, customer)).toEqual([0, 2, 3, 0, 2, 3]);
      });
    });

    describe('outages', () => {
      it('never takes a database outage for poison', async () => {
        const customer = world.customer();
        const { database } = world.serviceOf(DECIDING);
        let outages = 3;
        const consumer = await world.start(DECIDING, async (_, apply) => {
          if (outages-- <= 0) return apply();
          return database.transaction(async (tx) => {
            await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');
            return { kind: 'applied' };
          });
        });
        await world.append(world.facts(customer, 10));
        await world.untilCaughtUp(DECIDING);
        await consumer.stop();
        expect(await effectsOf(DECIDING, customer)).toEqual(upTo(10));
        expect(await lettersOf(consumer.deadLetters, customer)).toEqual([]);
      });

      it('tries again what is not ready, and takes any answer that is no outcome for that', async () => {
        const customer = world.customer();
        const answers: unknown[] = [
          { kind: 'retry', reason: 'the catalog is behind', afterMs: 1 },
          undefined,
          { kind: 'poison', index: 999, reason: 'no such fact' },
          { kind: 'applied' },
        ];
        const consumer = await world.start(DECIDING, (_, apply) =>
          answers.length > 0 ? Promise.resolve(answers.shift()) : apply(),
        );
        await world.append(world.facts(customer, 2));
        await world.untilCaughtUp(DECIDING);
        await consumer.stop();
        expect(await effectsOf(DECIDING, customer)).toEqual(upTo(2));
        expect(await lettersOf(consumer.deadLetters, customer)).toEqual([]);
      });
    });

    it('carries everything that concurrent appenders of several partitions commit', async () => {
      const customers = Array.from({ length: 30 }, () => world.customer());
      const consumer = await world.start(DECIDING);
      const appending = upTo(10).map((writer) =>
        world.append(
          customers.filter((_, n) => n % 10 !== writer).flatMap((c) => world.facts(c, 1, writer)),
        ),
      );
      await Promise.all(appending);
      await world.untilCaughtUp(DECIDING);
      await consumer.stop();
      for (const [index, customer] of customers.entries()) {
        const written = upTo(10).filter((writer) => index % 10 !== writer);
        expect((await effectsOf(DECIDING, customer)).sort((a, b) => a - b)).toEqual(written);
      }
    });

    it('knows the heads of a topic that its process reads', async () => {
      await world.append(world.facts(world.customer(), 1));
      const consumer = await world.start(DECIDING);
      await world.untilCaughtUp(DECIDING);
      expect(await consumer.bus.heads(TOPIC)).toEqual(await world.owner.log.heads(TOPIC));
      await consumer.stop();
    });
  });
}

async function lettersOf(deadLetters: DeadLetters, customer: string): Promise<DeadLetter[]> {
  const { items } = await deadLetters.list({ limit: 100, offset: 0 });
  return items
    .filter(({ key }) => key === customer)
    .sort((a, b) => a.position - b.position || a.index - b.index);
}

async function appendIn(world: BusWorld, tx: Transaction, customer: string, n: number) {
  await world.owner.log.append(tx, buildRecords(TOPIC, world.facts(customer, 1, n)));
}

/** What pg reports when the server goes away. */
const connectionLost = (): Error =>
  Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
