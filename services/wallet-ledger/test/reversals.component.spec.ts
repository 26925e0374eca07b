import type { FeeReversed, UsageRated } from '@kontor/contracts';
import { newUuid } from '@kontor/contracts';
import { wire } from '@kontor/money';
import { FakeClock, pollUntil } from '@kontor/testkit';
import { audit, LedgerWorld, rated, reversed } from './ledger-world';

describe('reversed usage', () => {
  let world: LedgerWorld;
  beforeEach(async () => {
    world = await LedgerWorld.open();
  });
  afterEach(() => world.close());

  const lots = async (customer: string): Promise<string[]> => {
    const account = (await world.wallet(customer)).accounts.get('default:USD');
    return (account?.lots ?? []).map(({ available }) => wire(available));
  };
  const reversals = async (): Promise<FeeReversed[]> =>
    (await world.facts()).filter((fact) => fact.type === 'wallet.fee-reversed');

  it('gives back to the lots that it took, also to those that had nothing left', async () => {
    const ledger = await world.instance();
    await ledger.adjust('cust_1', '1', { reason: 'gift' });
    await ledger.adjust('cust_1', '5');
    await ledger.consumeFees(await world.bus());
    const usage = rated('cust_1', { USD: '1.5' }, { USD: '0.25' });
    await world.rate([usage]);
    await world.feesApplied();
    expect(await lots('cust_1')).toEqual(['4.25']);
    await world.rate([reversed(usage)]);
    await world.feesApplied();
    expect(await lots('cust_1')).toEqual(['1', '5']);
    expect(await world.available('cust_1')).toBe('6');
    await audit(world);
  });

  it('owes what was still debt no more, and returns what was repaid to who repaid it', async () => {
    const ledger = await world.instance();
    await ledger.consumeFees(await world.bus());
    const [first, second] = [rated('cust_1', { USD: '3' }), rated('cust_1', { USD: '4' })];
    await world.rate([first, second]);
    await world.feesApplied();
    await ledger.adjust('cust_1', '2');
    // A part of the first is repaid, the second not at all.
    await world.rate([reversed(second)]);
    await world.feesApplied();
    expect(await world.available('cust_1')).toBe('-1');
    await world.rate([reversed(first)]);
    await world.feesApplied();
    expect(await world.available('cust_1')).toBe('2');
    expect(await lots('cust_1')).toEqual(['2']);
    expect((await reversals()).map(({ debt }) => debt)).toEqual([
      { from: '3', amount: '4' },
      { from: '2', amount: '1' },
    ]);
    await ledger.adjust('cust_1', '1');
    expect(await world.available('cust_1')).toBe('3');
    await audit(world);
  });

  it('goes back when it comes in one batch with its fee and the credit that paid it', async () => {
    const ledger = await world.instance();
    const usage = Array.from({ length: 20 }, () => rated('cust_1', { USD: '0.1' }));
    await world.rate(usage.flatMap((one) => [one, reversed(one)]));
    const applied = ledger.consumeFees(await world.bus());
    await ledger.adjust('cust_1', '1');
    await applied;
    await world.feesApplied();
    expect(await world.available('cust_1')).toBe('1');
    expect(await reversals()).toHaveLength(20);
    await audit(world);
  });

  it('is reversed once when it comes again, to another instance', async () => {
    const first = await world.instance();
    await first.adjust('cust_1', '10');
    const usage = Array.from({ length: 10 }, (_, index) => rated(`cust_${index}`, { USD: '1' }));
    await world.rate(usage);
    await world.rate(usage.map(reversed));
    await first.consumeFees(await world.bus());
    await world.feesApplied();
    await first.stopConsuming();
    const known = (await world.facts()).length;
    await world.database.query('UPDATE checkpoint SET position = 0, incarnation = NULL');
    const second = await world.instance();
    await second.consumeFees(await world.bus());
    await pollUntil(async () => {
      const [row] = await world.database.query<{ done: boolean }>(
        `SELECT bool_and(c.position = 2) AS done FROM checkpoint AS c WHERE c.position > 0`,
      );
      return row?.done === true;
    });
    expect((await world.facts()).length).toBe(known);
    for (const { key } of usage)
      expect(await world.available(key)).toBe(key === 'cust_1' ? '10' : '0');
    await audit(world);
  });

  it('returns what was repaid to those who repaid it, of many that repaid others', async () => {
    const ledger = await world.instance();
    await ledger.consumeFees(await world.bus());
    const usage = Array.from({ length: 6 }, () => rated('cust_1', { USD: '3' }));
    await world.rate(usage);
    await world.feesApplied();
    for (let credit = 0; credit < 9; credit += 1) await ledger.adjust('cust_1', '2');
    await world.rate([reversed(usage[3]!)]);
    await world.feesApplied();
    expect((await reversals()).map(({ returned }) => returned.map(({ amount }) => amount))).toEqual(
      [['1', '2']],
    );
    expect(await lots('cust_1')).toEqual(['1', '2']);
    await audit(world);
  });

  it('returns to a grant that was all used up for the debt when it came into effect', async () => {
    const clock = new FakeClock('2026-03-01T00:00:00.000000Z');
    const ledger = await world.instance({ clock });
    await ledger.consumeFees(await world.bus());
    const usage = rated('cust_1', { USD: '3' });
    await world.rate([usage]);
    await world.feesApplied();
    await ledger.adjust('cust_1', '2', { effectiveAt: '2026-03-02T00:00:00.000000Z' });
    clock.advance(2 * 86_400_000);
    await world.rate([reversed(usage)]);
    await world.feesApplied();
    expect(await lots('cust_1')).toEqual(['2']);
    expect(await world.available('cust_1')).toBe('2');
    await audit(world);
  });

  it('that was captured from a hold goes to the lots of the hold, which stays open', async () => {
    const ledger = await world.instance();
    await ledger.adjust('cust_1', '10');
    const hold = newUuid();
    await ledger.place('cust_1', '6', { id: hold });
    const usage: UsageRated = {
      ...rated('cust_1', { USD: '2' }),
      authorizationId: hold,
      authorizationFinal: false,
    };
    await world.rate([usage]);
    await ledger.consumeFees(await world.bus());
    await world.feesApplied();
    expect(await world.available('cust_1')).toBe('4');
    await world.rate([reversed(usage)]);
    await world.feesApplied();
    expect(await world.available('cust_1')).toBe('6');
    await ledger.void('cust_1', hold);
    expect(await lots('cust_1')).toEqual(['10']);
    await audit(world);
  });

  it('asks nothing of the wallet when no fee of it was debited', async () => {
    const ledger = await world.instance();
    await ledger.adjust('cust_1', '10');
    const usage = rated('cust_1', { USD: '0' });
    await world.rate([usage, reversed(usage)]);
    await ledger.consumeFees(await world.bus());
    await world.feesApplied();
    expect(await reversals()).toEqual([]);
    expect(await world.available('cust_1')).toBe('10');
    await audit(world);
  });
});
