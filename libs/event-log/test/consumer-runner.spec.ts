/** What the runner does with deliveries that no healthy bus makes, and with what handlers do wrong. */
import { newUuid } from '@kontor/contracts';
import {
  BatchCommitter,
  Fenced,
  markSettled,
  openCheckpoints,
  settlementPlans,
} from '@kontor/event-log';
import type { FactBatch, LogRecord, RecordSlice } from '@kontor/event-log';
import { ServiceDeadLetters } from '../src/dead-letters';
import { ConsumerRunner, type RunnerOptions } from '../src/runner/consumer-runner';
import { partitionOf } from '../src/topics';
import { openTestServer, usage, type TestServer, type TestService } from './services';

const TOPIC = 'usage.recorded.v1';
const CONSUMER = 'rating.usage';
const INCARNATION = newUuid();

describe('consumer runner', () => {
  let server: TestServer;
  let rating: TestService;

  beforeAll(async () => {
    server = await openTestServer();
    rating = await server.open('rating');
    await rating.database.query('CREATE TABLE effect (customer text, n int CHECK (n < 1000))');
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    await rating.database.query('TRUNCATE effect, dead_letter, checkpoint, discarded_fact');
  });

  const applyIn = async (batch: FactBatch, numbers?: readonly number[]) => {
    await rating.database.transaction(async (tx) => {
      await rating.checkpoints.settle(tx, batch.settlement);
      await tx.query('INSERT INTO effect SELECT * FROM unnest($1::text[], $2::int[])', [
        batch.facts.map(({ fact }) => fact.key),
        numbers ?? batch.facts.map(({ fact }) => nOf(fact)),
      ]);
    });
    return { kind: 'applied' } as const;
  };
  const runnerOf = (
    handler: RunnerOptions['handler'] = (batch) => applyIn(batch),
    more: Partial<RunnerOptions> = {},
  ): ConsumerRunner =>
    new ConsumerRunner({
      consumer: CONSUMER,
      topic: TOPIC,
      checkpoints: rating.checkpoints,
      handler,
      ...more,
    });
  const effects = async (): Promise<string[]> =>
    (
      await rating.database.query<{ e: string }>("SELECT customer || ' ' || n AS e FROM effect")
    ).map(({ e }) => e);
  const letters = (): Promise<{ key: string; reason: string; n: number }[]> =>
    rating.database.query(
      `SELECT key, reason, (fact::json -> 'data' ->> 'n')::int AS n
       FROM dead_letter ORDER BY partition, position, index`,
    );

  describe('reading', () => {
    it('stops at a record of another log and says so', async () => {
      const stopped: string[] = [];
      const runner = runnerOf(undefined, { hooks: { stopped: (_, why) => stopped.push(why) } });
      await runner.checkpoints();
      expect(await runner.deliver([slice([record(1, 'a', [1])])])).toBe('applied');
      const restored = { ...record(2, 'a', [2]), incarnation: newUuid() };
      expect(await runner.deliver([slice([restored])])).toBe('stop');
      expect(runner.state).toContain('is of another log');
      expect(stopped).toEqual([runner.state]);
      expect(await effects()).toEqual(['a 1']);
    });

    it('asks to read again at a gap, and stops when the gap stays', async () => {
      const runner = runnerOf();
      await runner.checkpoints();
      const skipping = [slice([record(1, 'a', [1]), record(3, 'a', [3])])];
      for (const verdict of ['reload', 'reload', 'reload', 'stop'])
        expect(await runner.deliver(skipping)).toBe(verdict);
      expect(runner.state).toContain('records are missing');
      expect(await effects()).toEqual([]);
    });

    it('skips what it applied before', async () => {
      const runner = runnerOf();
      await runner.checkpoints();
      const twice = [record(1, 'a', [1]), record(1, 'a', [1]), record(2, 'a', [2])];
      expect(await runner.deliver([slice(twice)])).toBe('applied');
      expect(await runner.deliver([slice(twice)])).toBe('applied');
      expect(await effects()).toEqual(['a 1', 'a 2']);
    });

    it('ends a wait when its partitions are taken away', async () => {
      const revoked = new AbortController();
      const runner = runnerOf(() => {
        setImmediate(() => revoked.abort());
        return Promise.resolve({ kind: 'retry', reason: 'later', afterMs: 60_000 });
      });
      await runner.checkpoints();
      expect(await runner.deliver([slice([record(1, 'a', [1])])], revoked.signal)).toBe('reload');
    });

    it('passes over facts that an operator gave up, as a rebuild must', async () => {
      await rating.checkpoints.load(CONSUMER, TOPIC);
      await rating.database.query(
        `INSERT INTO discarded_fact VALUES ($1, $2, $3, 1, 1, 'acc_test', 'live', 'a', 'bad')`,
        [CONSUMER, TOPIC, partitionOf('a', 8)],
      );
      const runner = runnerOf();
      await runner.checkpoints();
      await runner.deliver([slice([record(1, 'a', [1, 2, 3])])]);
      expect(await effects()).toEqual(['a 1', 'a 3']);
    });
  });

  describe('poison', () => {
    it('keeps test and live facts of the same key apart', async () => {
      const bad = { ...usage('a', 1), mode: 'test' as const };
      const runner = runnerOf((batch) => {
        const index = batch.facts.findIndex(({ fact }) => fact.mode === 'test');
        return index < 0
          ? applyIn(batch)
          : Promise.resolve({ kind: 'poison', index, reason: 'no' } as const);
      });
      await runner.checkpoints();
      await runner.deliver([slice([{ ...record(1, 'a', []), facts: [bad, usage('a', 2)] }])]);
      expect(await effects()).toEqual(['a 2']);
    });

    it('never parks a fact behind one that was retried meanwhile', async () => {
      let isBroken = true;
      const handler: RunnerOptions['handler'] = (batch) =>
        isBroken && batch.facts.length > 0
          ? Promise.resolve({ kind: 'poison', index: 0, reason: 'no' })
          : applyIn(batch);
      const runner = runnerOf(handler);
      await runner.checkpoints();
      await runner.deliver([slice([record(1, 'a', [1])])]);
      isBroken = false;
      const [letter] = await rating.database.query<{ id: string }>('SELECT id FROM dead_letter');
      const key = { consumer: CONSUMER, topic: TOPIC, checkpoints: rating.checkpoints, handler };
      const deadLetters = new ServiceDeadLetters({
        checkpoints: rating.checkpoints,
        consumers: new Map([[CONSUMER, key]]),
      });
      await deadLetters.retry(letter!.id);
      expect(await runner.deliver([slice([record(2, 'a', [2])])])).toBe('reload');
      await runner.checkpoints();
      expect(await runner.deliver([slice([record(2, 'a', [2])])])).toBe('applied');
      expect(await effects()).toEqual(['a 1', 'a 2']);
      expect(await letters()).toEqual([]);
    });

    it('retries usage that waited for a parked catalog key together with that key', async () => {
      let isBroken = true;
      const handler: RunnerOptions['handler'] = (batch) => {
        const index = batch.facts.findIndex(({ fact }) => fact.key !== 'fine');
        const first = index >= 0 && batch.facts[index]!.fact.key === 'platform';
        return isBroken && index >= 0
          ? Promise.resolve({ kind: 'poison', index, reason: first ? 'no' : 'catalog_parked' })
          : applyIn(batch);
      };
      const runner = runnerOf(handler);
      await runner.checkpoints();
      const keys = ['platform', 'customer', 'fine'];
      await runner.deliver(bySlice(keys.map((key) => ({ key, facts: [usage(key, 1)] }))));
      isBroken = false;
      const options = {
        consumer: CONSUMER,
        topic: TOPIC,
        checkpoints: rating.checkpoints,
        handler,
      };
      const deadLetters = new ServiceDeadLetters({
        checkpoints: rating.checkpoints,
        consumers: new Map([[CONSUMER, options]]),
      });
      const { items } = await deadLetters.list({ limit: 10, offset: 0, consumer: CONSUMER });
      expect(items.map(({ reason }) => reason).sort()).toEqual(['catalog_parked', 'no']);
      await deadLetters.retry(items.find(({ reason }) => reason === 'no')!.id);
      expect((await effects()).sort()).toEqual(['customer 1', 'fine 1', 'platform 1']);
      expect(await rating.checkpoints.parkedKeys(rating.database, CONSUMER)).toEqual([]);
    });

    it('parks many facts that the handler names at once in one more run', async () => {
      let runs = 0;
      const runner = runnerOf((batch) => {
        runs += 1;
        const bad = batch.facts.flatMap(({ fact }, index) =>
          nOf(fact) % 2 === 1 ? [{ index, reason: 'odd' }] : [],
        );
        const [first, ...more] = bad;
        return first ? Promise.resolve({ kind: 'poison', ...first, more }) : applyIn(batch);
      });
      await runner.checkpoints();
      const keys = ['a', 'b', 'c', 'd'];
      const slices = bySlice(keys.map((key, n) => ({ key, facts: [usage(key, n)] })));
      expect(await runner.deliver(slices)).toBe('applied');
      expect(runs).toBe(2);
      expect((await effects()).sort()).toEqual(['a 0', 'c 2']);
      expect((await letters()).map(({ key }) => key).sort()).toEqual(['b', 'd']);
      // It knows what it parked itself: no fresh read is needed to go on.
      const next = bySlice(keys.map((key) => ({ key, facts: [usage(key, 0)] })));
      const later = next.map((one) => atPositions(one, slices));
      expect(await runner.deliver(later)).toBe('applied');
      expect((await letters()).map(({ key }) => key).sort()).toEqual(['b', 'b', 'd', 'd']);
    });

    it('finds a bad fact by the error that the database gives at the end of the transaction', async () => {
      const runner = runnerOf();
      await runner.checkpoints();
      const facts = [1, 2, 3000, 4, 5].map((n) => usage(n === 3000 ? 'bad' : 'good', n));
      const slices = bySlice(facts.map((fact) => ({ key: fact.key, facts: [fact] })));
      expect(await runner.deliver(slices)).toBe('applied');
      expect((await effects()).sort()).toEqual(['good 1', 'good 2', 'good 4', 'good 5']);
      expect((await letters()).map(({ n }) => n)).toEqual([3000]);
    });

    it('finds it also when a trial cannot: the record is parked and its innocent keys applied', async () => {
      // Fails only when it really commits, as work after the end of a trial does.
      let trials = 0;
      const runner = runnerOf(async (batch) => {
        const [settled] = await rating.database.transaction((tx) =>
          rating.checkpoints.trySettle(tx, [batch.settlement]).then(async (answers) => {
            if (!answers[0]) return answers;
            await tx.query('INSERT INTO effect SELECT * FROM unnest($1::text[], $2::int[])', [
              batch.facts.map(({ fact }) => fact.key),
              batch.facts.map(({ fact }) => nOf(fact)),
            ]);
            return answers;
          }),
        );
        if (settled) return { kind: 'applied' };
        trials += 1;
        throw new Fenced(batch.consumer);
      });
      await runner.checkpoints();
      const partition = partitionOf('good', 8);
      const together = (position: number, facts: LogRecord['facts']): LogRecord => ({
        topic: TOPIC,
        partition,
        position,
        incarnation: INCARNATION,
        facts,
      });
      const slices = [
        {
          topic: TOPIC,
          partition,
          records: [
            together(1, [usage('good', 1)]),
            together(2, [usage('good', 2), usage('bad', 3000), usage('other', 5)]),
            together(3, [usage('good', 6)]),
          ],
        },
      ];
      let verdict = await runner.deliver(slices);
      while (verdict === 'reload') {
        await runner.checkpoints();
        verdict = await runner.deliver(slices);
      }
      expect(verdict).toBe('applied');
      expect(trials).toBeGreaterThan(0);
      expect((await effects()).sort()).toEqual(['good 1', 'good 2', 'good 6', 'other 5']);
      expect((await letters()).map(({ n }) => n)).toEqual([3000]);
    });

    it('does not call a handler done that settled nothing', async () => {
      const reasons: string[] = [];
      const runner = runnerOf(
        (batch) => (reasons.length > 0 ? applyIn(batch) : Promise.resolve({ kind: 'applied' })),
        { hooks: { retried: (_, reason) => reasons.push(reason) } },
      );
      await runner.checkpoints();
      expect(await runner.deliver([slice([record(1, 'a', [1])])])).toBe('applied');
      expect(reasons).toEqual(['the handler answered `applied` without settling']);
    });
  });

  describe('several deliveries in one transaction', () => {
    const seize = async (runner: ConsumerRunner, slices: RecordSlice[]): Promise<FactBatch> => {
      let seized: FactBatch | undefined;
      const thief = new ConsumerRunner({
        consumer: runner.consumer,
        topic: TOPIC,
        checkpoints: rating.checkpoints,
        handler: (batch) => {
          seized = batch;
          throw new Fenced(batch.consumer);
        },
      });
      await thief.checkpoints();
      await thief.deliver(slices);
      return seized!;
    };

    it('drops only the fenced one and writes the others', async () => {
      const [one, two] = ['a', 'c'].map((key) => bySlice([{ key, facts: [usage(key, 1)] }]));
      const [first, second] = [await seize(runnerOf(), one!), await seize(runnerOf(), two!)];
      expect(partitionOf('a', 8)).not.toBe(partitionOf('c', 8));
      const other = runnerOf();
      await other.checkpoints();
      await other.deliver(one!);
      const answers = await rating.database.transaction((tx) =>
        rating.checkpoints.trySettle(tx, [first.settlement, second.settlement]),
      );
      expect(answers).toEqual([false, true]);
      expect(await rating.checkpoints.position(CONSUMER, TOPIC, partitionOf('c', 8))).toBe(1);
    });

    it('lets the batch committer tell the fenced consumer and commit the rest', async () => {
      const committer = new BatchCommitter({ ...rating });
      const stale = runnerOf((batch) => committer.commit(batch, []));
      const fresh = runnerOf((batch) => committer.commit(batch, []));
      await stale.checkpoints();
      await fresh.checkpoints();
      const slices = [slice([record(1, 'a', [1])])];
      expect(await fresh.deliver(slices)).toBe('applied');
      expect(await stale.deliver(slices)).toBe('reload');
      await committer.stop();
    });

    it('hands out plans for a statement that settles by itself', async () => {
      const runner = runnerOf(async (batch) => {
        const plans = settlementPlans([batch.settlement]);
        await rating.database.query('SELECT log_settle(value) FROM json_array_elements($1::json)', [
          JSON.stringify(plans),
        ]);
        markSettled([batch.settlement]);
        return { kind: 'applied' };
      });
      await runner.checkpoints();
      expect(await runner.deliver([slice([record(1, 'a', [1])])])).toBe('applied');
      expect(await rating.checkpoints.position(CONSUMER, TOPIC, partitionOf('a', 8))).toBe(1);
    });
  });

  describe('waiting for a checkpoint', () => {
    it('is over at once when it was reached, when it is reached, or when the time is up', async () => {
      const runner = runnerOf();
      await runner.checkpoints();
      const at = { topic: TOPIC, partition: partitionOf('a', 8), position: 1 };
      const waiter = openCheckpoints(rating.database, server.wakeups);
      expect(await waiter.waitFor(CONSUMER, at, 1)).toBe(false);
      const waiting = waiter.waitFor(CONSUMER, at, 20_000);
      await runner.deliver([slice([record(1, 'a', [1])])]);
      expect(await waiting).toBe(true);
      expect(await waiter.waitFor(CONSUMER, at, 0)).toBe(true);
    });
  });
});

const nOf = (fact: object): number => Number((fact as { data: { n: number } }).data.n);

const record = (position: number, key: string, numbers: readonly number[]): LogRecord => ({
  topic: TOPIC,
  partition: partitionOf(key, 8),
  position,
  incarnation: INCARNATION,
  facts: numbers.map((n) => usage(key, n)),
});

const slice = (records: readonly LogRecord[]): RecordSlice => ({
  topic: TOPIC,
  partition: records[0]!.partition,
  records,
});

/** Records of several keys as slices, numbered per partition from 1. */
function bySlice(items: readonly { key: string; facts: LogRecord['facts'] }[]): RecordSlice[] {
  const slices = new Map<number, LogRecord[]>();
  for (const { key, facts } of items) {
    const partition = partitionOf(key, 8);
    const records = slices.get(partition) ?? [];
    records.push({ ...record(records.length + 1, key, []), facts });
    slices.set(partition, records);
  }
  return [...slices.values()].map(slice);
}

/** The same slice, numbered after what these slices hold of its partition. */
function atPositions(slice: RecordSlice, after: readonly RecordSlice[]): RecordSlice {
  const before = after.find(({ partition }) => partition === slice.partition)!.records.length;
  return {
    ...slice,
    records: slice.records.map((one) => ({ ...one, position: one.position + before })),
  };
}
