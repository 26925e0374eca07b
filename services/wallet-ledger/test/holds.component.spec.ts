import { type FactHeader, newUuid } from '@kontor/contracts';
import { type EventBus, partitionsOf } from '@kontor/event-log';
import { audit, LedgerWorld, rated } from './ledger-world';

const ROUNDS = process.env['KONTOR_LONG'] === '1' ? 10_000 : 2_000;
const ROUNDS_A_WAVE = 250;

/** The first rated fact as a consumer of the log is given it. */
function firstDelivered(bus: EventBus): Promise<FactHeader | undefined> {
  const topic = 'rating.rated.v1';
  return new Promise((resolve, reject) => {
    bus
      .subscribe({
        ...{ consumer: 'profitability-projection.rated', topic, factsMax: 10 },
        checkpoints: () =>
          Promise.resolve(
            Array.from({ length: partitionsOf(topic) }, (_, partition) => ({
              ...{ topic, partition, position: 0 },
            })),
          ),
        deliver: ([slice]) => {
          resolve(slice?.records[0]?.facts[0]);
          return Promise.resolve('stop');
        },
      })
      .catch(reject);
  });
}

describe('holds on PostgreSQL', () => {
  let world: LedgerWorld;
  beforeEach(async () => {
    world = await LedgerWorld.open();
  });
  afterEach(() => world.close());

  it('of two of 3 on 5 in parallel one passes, every time, on one instance and on two', async () => {
    const instances = [await world.instance(), await world.instance()];
    for (let wave = 0; wave < ROUNDS / ROUNDS_A_WAVE; wave += 1) {
      const customers = Array.from(
        { length: ROUNDS_A_WAVE },
        (_, index) => `cust_${wave}_${index}`,
      );
      // Both of a pair on one instance, or one on each: then they meet in the database only.
      const other = instances[wave % 4 === 3 ? 1 : 0]!;
      await Promise.all(customers.map((customer) => instances[0]!.adjust(customer, '5')));
      const pairs = await Promise.all(
        customers.map((customer) =>
          Promise.all([instances[0]!.place(customer, '3'), other.place(customer, '3')]),
        ),
      );
      for (const answers of pairs)
        expect(answers.map(({ kind }) => kind).sort()).toEqual(['accepted', 'rejected']);
    }
    const placed = (await world.facts()).filter(({ type }) => type === 'wallet.hold-placed');
    expect(placed.filter((fact) => 'balance' in fact && fact.balance === '2')).toHaveLength(ROUNDS);
    await audit(world);
  }, 120_000);

  it('are placed, captured and voided by instances that share wallets, never beyond the funds', async () => {
    const instances = await Promise.all([1, 2, 3].map(() => world.instance()));
    await Promise.all(['cust_a', 'cust_b'].map((name) => instances[0]!.adjust(name, '20')));
    const callers = Array.from({ length: 12 }, async (_, caller) => {
      const ledger = instances[caller % 3]!;
      for (let round = 0; round < 15; round += 1) {
        const customer = (caller + round) % 2 === 0 ? 'cust_a' : 'cust_b';
        const id = newUuid();
        const placed = await ledger.place(customer, '3', { id });
        if (placed.kind !== 'accepted') continue;
        const other = instances[(caller + round) % 3]!;
        if (round % 3 === 0) await other.capture(customer, id, '0.25');
        const ended =
          round % 5 === 0
            ? await other.capture(customer, id, '0.5')
            : await other.void(customer, id);
        expect(ended.kind).toBe('accepted');
        if (round % 5 === 0) await other.void(customer, id);
      }
    });
    await Promise.all(callers);
    for (const customer of ['cust_a', 'cust_b'])
      expect(Number(await world.available(customer))).toBeGreaterThanOrEqual(0);
    await audit(world);
  });

  it('are one when the same id is asked for twice, and refused with other content', async () => {
    const ledger = await world.instance();
    await ledger.adjust('cust_a', '10');
    const id = newUuid();
    const [first, second] = await Promise.all([
      ledger.place('cust_a', '3', { id }),
      ledger.place('cust_a', '3', { id }),
    ]);
    expect([first, second]).toMatchObject([{ repeated: false }, { repeated: true }]);
    const restarted = await world.instance();
    expect(await restarted.place('cust_a', '3', { id })).toMatchObject({ repeated: true });
    expect(await restarted.place('cust_a', '4', { id })).toMatchObject({
      rejection: { code: 'transaction_id_reused' },
    });
    expect(await world.available('cust_a')).toBe('7');
  });

  it('are captured by usage, once, also when its records come again', async () => {
    const ledger = await world.instance();
    await ledger.adjust('cust_a', '10');
    const id = newUuid();
    await ledger.place('cust_a', '6', { id });
    const first = {
      ...rated('cust_a', { USD: '1' }),
      authorizationId: id,
      authorizationFinal: false,
    };
    const last = { ...rated('cust_a', { USD: '2' }), authorizationId: id };
    const late = { ...rated('cust_a', { USD: '0.5' }), authorizationId: id };
    await world.rate([first, last, late]);
    await ledger.consumeFees(await world.bus());
    await world.feesApplied();
    expect(await world.available('cust_a')).toBe('6.5');
    await ledger.stopConsuming();
    await world.database.query('UPDATE checkpoint SET position = 0, incarnation = NULL');
    const second = await world.instance();
    await second.consumeFees(await world.bus());
    await world.rate([rated('cust_a', { USD: '0.5' })]);
    await world.feesApplied();
    expect(await world.available('cust_a')).toBe('6');
    const used = (await world.facts()).filter(({ type }) => type === 'wallet.authorization-used');
    expect(used).toMatchObject([
      { captured: '1' },
      { captured: '2', capturedInAll: '3' },
      { captured: '0', ignored: 'authorization_not_open' },
    ]);
    await audit(world);
  });

  it('are given back by what was rated when every usage still ended its authorization', async () => {
    const ledger = await world.instance();
    await ledger.adjust('cust_a', '10');
    const id = newUuid();
    await ledger.place('cust_a', '6', { id });
    // As the first version wrote it: without a word on whether the authorization stays open.
    await world.rate([{ ...rated('cust_a', { USD: '1' }), authorizationId: id }]);
    const [stored] = await world.ratedRows();
    expect(stored).toContain(id);
    expect(stored).not.toContain('authorizationFinal');
    const bus = await world.bus();
    expect(await firstDelivered(bus)).toMatchObject({
      authorizationId: id,
      authorizationFinal: true,
    });
    await ledger.consumeFees(bus);
    await world.feesApplied();
    expect(await world.available('cust_a')).toBe('9');
    await audit(world);
  });
});
