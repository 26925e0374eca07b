import type { UsageRated } from '@kontor/contracts';
import { pollUntil } from '@kontor/testkit';
import { audit, LedgerWorld, rated } from './ledger-world';

const CUSTOMERS = Array.from({ length: 20 }, (_, index) => `cust_${index}`);

const BACKLOG = 4_000;
/** What the world's consumer takes at once. */
const FACTS_A_BATCH = 200;

describe('fees of rated usage', () => {
  let world: LedgerWorld;
  beforeEach(async () => {
    world = await LedgerWorld.open();
  });
  afterEach(() => world.close());

  const feesOf = (usage: readonly UsageRated[]): number =>
    usage.reduce((total, { fees }) => total + fees.length, 0);

  it('are debited once each, with the usage record as cause', async () => {
    const ledger = await world.instance();
    await ledger.adjust('cust_1', '1');
    const usage = CUSTOMERS.flatMap((customer) =>
      Array.from({ length: 30 }, () => rated(customer, { USD: '0.05' }, { USD: '0.01' })),
    );
    await world.rate(usage, { partition: 3, position: 41 });
    await ledger.consumeFees(await world.bus());
    await world.feesApplied();
    expect(await world.available('cust_0')).toBe('-1.8');
    expect(await world.available('cust_1')).toBe('-0.8');
    const causes = await world.database.query(
      `SELECT DISTINCT cause_topic, cause_partition, cause_position::int FROM log_record
       WHERE cause_topic IS NOT NULL`,
    );
    expect(causes).toEqual([
      { cause_topic: 'usage.recorded.v1', cause_partition: 3, cause_position: 41 },
    ]);
    expect(await audit(world)).toMatchObject({ fees: feesOf(usage) });
  });

  it('of a backlog let requests in between their batches', async () => {
    const ledger = await world.instance();
    for (let position = 1; position <= 10; position += 1)
      await world.rate(
        Array.from({ length: BACKLOG / 10 }, () => rated('cust_busy', { USD: '0.01' })),
        { partition: 0, position },
      );
    await ledger.consumeFees(await world.bus());
    let waiting = true;
    const applied = world.feesApplied().finally(() => (waiting = false));
    let answered = 0;
    while (waiting) {
      expect(await ledger.adjust('cust_asks', '1')).toMatchObject({ kind: 'accepted' });
      answered += 1;
    }
    await applied;
    expect(answered).toBeGreaterThan(BACKLOG / FACTS_A_BATCH / 2);
    await audit(world);
  });

  it('are paid by the first asset with enough, as the wallet is when they are debited', async () => {
    const ledger = await world.instance();
    await ledger.adjust('cust_a', '0.3');
    await world.rate([1, 2, 3, 4].map(() => rated('cust_a', { MIN: '1', USD: '0.1' })));
    await ledger.consumeFees(await world.bus());
    await world.feesApplied();
    expect(await world.available('cust_a', 'default:USD')).toBe('0');
    expect(await world.available('cust_a', 'default:MIN')).toBe('-1');
    await audit(world);
  });

  it('of a usage record in several parts count as applied when those of the next have come', async () => {
    const ledger = await world.instance();
    await ledger.consumeFees(await world.bus());
    const applied = () =>
      world.database.query('SELECT partition, position::int FROM applied_usage');
    for (const part of ['0.1', '0.2']) {
      await world.rate([rated('cust_1', { USD: part })], { partition: 3, position: 41 });
      await world.feesApplied();
      expect(await applied()).toEqual([{ partition: 3, position: 40 }]);
    }
    await world.rate([rated('cust_1', { USD: '1' })], { partition: 3, position: 42 });
    await world.feesApplied();
    expect(await applied()).toEqual([{ partition: 3, position: 41 }]);
  });

  it('are debited once when their records come again', async () => {
    const first = await world.instance();
    const usage = CUSTOMERS.map((customer) => rated(customer, { USD: '1' }));
    await world.rate(usage);
    await first.consumeFees(await world.bus());
    await world.feesApplied();
    // As after a restore of older checkpoints: everything is delivered anew.
    await first.stopConsuming();
    await world.database.query('UPDATE checkpoint SET position = 0, incarnation = NULL');
    const second = await world.instance();
    await second.consumeFees(await world.bus());
    await pollUntil(async () => {
      const [row] = await world.database.query<{ sum: string }>(
        'SELECT sum(position) AS sum FROM checkpoint',
      );
      const heads = await world.rating.log.heads('rating.rated.v1');
      return Number(row?.sum) === heads.reduce((total, head) => total + head.position, 0);
    });
    expect(await world.available('cust_0')).toBe('-1');
    expect(await audit(world)).toMatchObject({ fees: CUSTOMERS.length });
  });

  it('are debited once by two instances that both read them', async () => {
    const instances = [await world.instance(), await world.instance()];
    for (const instance of instances) await instance.consumeFees(await world.bus());
    const usage: UsageRated[] = [];
    for (let round = 0; round < 15; round += 1) {
      const some = CUSTOMERS.map((customer) => rated(customer, { USD: '0.1' }));
      usage.push(...some);
      await world.rate(some);
      await Promise.all(CUSTOMERS.map((customer) => instances[round % 2]!.adjust(customer, '0.1')));
    }
    await world.feesApplied();
    for (const customer of CUSTOMERS) expect(await world.available(customer)).toBe('0');
    expect(await audit(world)).toMatchObject({ fees: usage.length });
  });

  it('of a delivery that was fenced are dropped alone and come again', async () => {
    const ledger = await world.instance();
    let fences = 1;
    await world.rate([rated('cust_a', { USD: '1' })]);
    const outcomes: string[] = [];
    await ledger.consumeFees(await world.bus(), async (_batch, apply) => {
      // Somebody parks a fact of the partition after the batch was read.
      if (fences-- > 0) await world.database.query('UPDATE checkpoint SET parking = parking + 1');
      const [outcome, adjusted] = await Promise.allSettled([apply(), ledger.adjust('cust_a', '5')]);
      outcomes.push(outcome.status, adjusted.status);
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    });
    await world.feesApplied();
    expect(outcomes).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
    expect(await world.available('cust_a')).toBe('9');
    expect(await audit(world)).toMatchObject({ fees: 1 });
  });

  it('that can never be written are parked, and the others of the batch are debited', async () => {
    const ledger = await world.instance();
    const lots = 800;
    await Promise.all(Array.from({ length: lots }, () => ledger.adjust('cust_bad', '1')));
    // With its long text and all the lots that it takes from, its fact would be too large.
    const bad = rated('cust_bad', { USD: String(lots) });
    bad.fees[0]!.alternatives[0].description = 'x'.repeat(220_000);
    const good = [rated('cust_good', { USD: '1' }), rated('cust_good', { USD: '1' })];
    await world.rate([good[0]!, bad, good[1]!, rated('cust_bad', { USD: '1' })]);
    await ledger.consumeFees(await world.bus());
    await world.feesApplied();
    expect(await world.available('cust_good')).toBe('-2');
    expect(await world.available('cust_bad')).toBe(String(lots));
    const letters = await world.database.query<{ key: string; reason: string }>(
      'SELECT key, reason FROM dead_letter ORDER BY position, index',
    );
    expect(letters).toHaveLength(2);
    expect(letters[0]).toMatchObject({
      key: 'cust_bad',
      reason: expect.stringMatching(/bytes, more than/),
    });
    await audit(world);
  });
});
