import { newUuid } from '@kontor/contracts';
import { audit, type LedgerInstance, LedgerWorld } from './ledger-world';

describe('the ledger on PostgreSQL', () => {
  let world: LedgerWorld;
  let ledger: LedgerInstance;

  beforeEach(async () => {
    world = await LedgerWorld.open();
    ledger = await world.instance();
  });
  afterEach(() => world.close());

  it('books what was answered, at once', async () => {
    const answer = await ledger.adjust('cust_a', '10');
    expect(answer).toMatchObject({ kind: 'accepted', repeated: false });
    expect(await world.available('cust_a')).toBe('10');
    await audit(world);
  });

  it('adds 0.1 and 0.2 to 0.3', async () => {
    await Promise.all([ledger.adjust('cust_a', '0.1'), ledger.adjust('cust_a', '0.2')]);
    expect(await world.available('cust_a')).toBe('0.3');
  });

  it('takes a thousand commands at once in a few batches, in order', async () => {
    const amounts = Array.from({ length: 1_000 }, (_, index) => String(index + 1));
    const answers = await Promise.all(
      amounts.map((amount, index) => ledger.adjust(`cust_${index % 37}`, amount)),
    );
    expect(answers.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(ledger.counts.batches).toBeLessThan(10);
    expect(await audit(world)).toMatchObject({ facts: 1_037 });
  });

  it('gives the first answer again to the same id and content, also in one batch', async () => {
    const id = newUuid();
    const answers = await Promise.all([1, 2, 3].map(() => ledger.adjust('cust_a', '10', { id })));
    const [first] = answers;
    expect(answers).toEqual([first, { ...first, repeated: true }, { ...first, repeated: true }]);
    expect(await ledger.adjust('cust_a', '10', { id })).toEqual({ ...first, repeated: true });
    expect(await world.available('cust_a')).toBe('10');
  });

  it('refuses the same id with other content', async () => {
    const id = newUuid();
    await ledger.adjust('cust_a', '10', { id });
    const reused = { kind: 'rejected', rejection: { code: 'transaction_id_reused' } };
    expect(await ledger.adjust('cust_a', '11', { id })).toEqual(reused);
    expect(await ledger.adjust('cust_b', '10', { id })).toEqual(reused);
    expect(await world.available('cust_b')).toBe('no account');
  });

  it('knows an id that left its memory, after a restart too', async () => {
    const id = newUuid();
    const first = await ledger.adjust('cust_a', '10', { id });
    const restarted = await world.instance();
    expect(await restarted.adjust('cust_a', '10', { id })).toEqual({ ...first, repeated: true });
    expect(await restarted.adjust('cust_a', '9', { id, hash: 'other' })).toMatchObject({
      rejection: { code: 'transaction_id_reused' },
    });
    expect(restarted.counts.decidedAgain).toBe(1);
  });

  it('refuses a withdrawal beyond what is available, and the id may be used again', async () => {
    const id = newUuid();
    await ledger.adjust('cust_a', '5');
    expect(await ledger.adjust('cust_a', '-6', { id })).toMatchObject({
      kind: 'rejected',
      rejection: { code: 'insufficient_funds', asset: 'USD' },
    });
    expect(await ledger.adjust('cust_a', '-5', { id })).toMatchObject({ kind: 'accepted' });
    expect(await world.available('cust_a')).toBe('0');
    await audit(world);
  });

  it('answers a withdrawal that was booked before, not that there are no funds any more', async () => {
    const id = newUuid();
    await ledger.adjust('cust_a', '5');
    const first = await ledger.adjust('cust_a', '-5', { id });
    const restarted = await world.instance();
    expect(await restarted.adjust('cust_a', '-5', { id })).toEqual({ ...first, repeated: true });
  });

  it('of two withdrawals of 3 from 5 books one', async () => {
    await ledger.adjust('cust_a', '5');
    const answers = await Promise.all([
      ledger.adjust('cust_a', '-3'),
      ledger.adjust('cust_a', '-3'),
    ]);
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['accepted', 'rejected']);
    expect(await world.available('cust_a')).toBe('2');
  });

  it('remembers no more wallets than it may, and stays right', async () => {
    const small = await world.instance({ cacheBytesMax: 10_000 });
    const customers = Array.from({ length: 100 }, (_, index) => `cust_${index}`);
    for (const round of [1, 2])
      for (const customer of customers.slice(0, 20 * round)) await small.adjust(customer, '1');
    expect(small.counts.decidedAgain).toBe(0);
    expect(await world.available('cust_0')).toBe('2');
    await audit(world);
  });
});

describe('several instances of the ledger on one database', () => {
  let world: LedgerWorld;
  beforeEach(async () => {
    world = await LedgerWorld.open();
  });
  afterEach(() => world.close());

  it('book the same transaction once, however many callers and instances there are', async () => {
    const instances = await Promise.all([1, 2].map(() => world.instance()));
    const id = newUuid();
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, index) =>
        instances[index % 2]!.adjust('cust_a', '10', { id }),
      ),
    );
    expect(answers.filter((answer) => answer.kind === 'accepted' && !answer.repeated)).toHaveLength(
      1,
    );
    expect(new Set(answers.map((answer) => answer.kind === 'accepted' && answer.at)).size).toBe(1);
    expect(await world.available('cust_a')).toBe('10');
    await audit(world);
  });

  it('never overspend a wallet that all of them write, and each decides again when it must', async () => {
    const instances = await Promise.all([1, 2, 3].map(() => world.instance()));
    await instances[0]!.adjust('cust_a', '100');
    const rounds = Array.from({ length: 40 }, (_, round) => round);
    let accepted = 0;
    for (const round of rounds) {
      const answers = await Promise.all(
        instances.map((instance) => instance.adjust('cust_a', round % 4 === 0 ? '3' : '-4')),
      );
      accepted += answers.filter(({ kind }) => kind === 'accepted').length;
    }
    const again = instances.reduce((total, { counts }) => total + counts.decidedAgain, 0);
    expect(again).toBeGreaterThan(0);
    expect(accepted).toBeLessThan(rounds.length * instances.length);
    expect(Number(await world.available('cust_a'))).toBeGreaterThanOrEqual(0);
    await audit(world);
  });

  it('do not deadlock over wallets of several partitions in opposite order', async () => {
    const instances = await Promise.all([1, 2].map(() => world.instance()));
    const customers = Array.from({ length: 24 }, (_, index) => `cust_${index}`);
    for (let round = 0; round < 10; round += 1)
      await Promise.all([
        ...customers.map((customer) => instances[0]!.adjust(customer, '1')),
        ...customers.toReversed().map((customer) => instances[1]!.adjust(customer, '1')),
      ]);
    for (const customer of customers) expect(await world.available(customer)).toBe('20');
    await audit(world);
  });

  it('let one id be used by one of two customers in different partitions', async () => {
    const instances = await Promise.all([1, 2].map(() => world.instance()));
    for (let round = 0; round < 20; round += 1) {
      const id = newUuid();
      const answers = await Promise.all([
        instances[0]!.adjust('cust_a', '1', { id }),
        instances[1]!.adjust('cust_b', '1', { id }),
      ]);
      expect(answers.map(({ kind }) => kind).sort()).toEqual(['accepted', 'rejected']);
    }
    await audit(world);
  });
});

describe('the ledger when the database fails it', () => {
  let world: LedgerWorld;
  let ledger: LedgerInstance;
  beforeEach(async () => {
    world = await LedgerWorld.open();
    ledger = await world.instance();
    await ledger.adjust('cust_a', '100');
  });
  afterEach(() => world.close());

  it('finds out whether a write of unknown outcome was committed, and answers that', async () => {
    const id = newUuid();
    loseAnswersOf(ledger, 1);
    const answer = await ledger.adjust('cust_a', '10', { id });
    expect(answer).toMatchObject({ kind: 'accepted', repeated: true });
    expect(await world.available('cust_a')).toBe('110');
    await audit(world);
  });

  it('decides again when a write was lost before it was committed', async () => {
    loseCommandsOf(ledger, 1);
    expect(await ledger.adjust('cust_a', '10')).toMatchObject({
      kind: 'accepted',
      repeated: false,
    });
    expect(await world.available('cust_a')).toBe('110');
    await audit(world);
  });

  it('books every acknowledged command once while connections are cut under it', async () => {
    const sent = new Map<string, string>();
    let acknowledged = 0;
    let stop = false;
    const cutting = (async () => {
      while (!stop) {
        await new Promise((resolve) => setTimeout(resolve, 40));
        await world.cutConnections();
      }
    })();
    const callers = Array.from({ length: 8 }, async (_, caller) => {
      for (let round = 0; round < 60; round += 1) {
        const id = newUuid();
        const customer = `cust_${(caller + round) % 5}`;
        sent.set(id, customer);
        await untilAnswered(() => ledger.adjust(customer, '1', { id }));
        acknowledged += 1;
      }
    });
    await Promise.all(callers);
    stop = true;
    await cutting;
    expect(acknowledged).toBe(480);
    const totals = new Map<string, number>();
    for (const customer of sent.values()) totals.set(customer, (totals.get(customer) ?? 0) + 1);
    for (const [customer, count] of totals)
      expect(await world.available(customer)).toBe(String(count));
    await audit(world);
  });
});

/** A client that tries again with the same id until it knows. */
async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

const lost = (): Error => Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' });

/** The next writes are committed, and their answers never arrive. */
function loseAnswersOf({ parts: { database } }: LedgerInstance, times: number): void {
  const query = database.query.bind(database);
  let left = times;
  database.query = async <Row extends object>(...args: Parameters<typeof query>) => {
    const rows = await query<Row>(...args);
    if (args[2]?.name === 'ledger_write' && left-- > 0) throw lost();
    return rows;
  };
}

/** The next writes never arrive at the database. */
function loseCommandsOf({ parts: { database } }: LedgerInstance, times: number): void {
  const query = database.query.bind(database);
  let left = times;
  database.query = <Row extends object>(...args: Parameters<typeof query>) => {
    if (args[2]?.name === 'ledger_write' && left-- > 0) return Promise.reject(lost());
    return query<Row>(...args);
  };
}
