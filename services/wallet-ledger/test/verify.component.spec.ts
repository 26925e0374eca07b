import { type Json, pollUntil } from '@kontor/testkit';
import { WalletService } from './wallet-service';

const REBUILDS = '/admin/wallet-ledger/rebuilds';

describe('A comparison of the statements and books with the log', () => {
  let world: WalletService;
  beforeAll(async () => {
    world = await WalletService.open();
    const customer = world.customer();
    await world.topUp(customer, 10);
    await world.topUp(customer, -1.25, { reason: 'other' });
    await world.statementsMade();
  });
  afterAll(() => world.stop());

  async function verify(): Promise<Json> {
    const { id } = await world.api.create(REBUILDS, { verify: true, swap: false });
    return pollUntil(
      async () => {
        const found = await world.api.read(`${REBUILDS}/${id}`);
        return found['ended_at'] !== null && found;
      },
      { timeoutMs: 20_000, what: 'the end of the comparison' },
    );
  }

  it('takes an amount for the same however many zeros it ends with', async () => {
    const rows = await world.database.query<{ balance: string }>(
      `UPDATE ledger_balance SET balance = balance + 0.0000 RETURNING balance::text`,
    );
    expect(rows[0]!.balance).toMatch(/\.\d\d00$/);
    expect((await verify())['comparison']).toMatchObject({ same: true, differences: [] });
  });

  it('finds the books with a little more in them', async () => {
    await world.database.query(
      `UPDATE ledger_balance SET balance = balance + 0.0001 WHERE account = 'available'`,
    );
    expect((await verify())['comparison']).toMatchObject({
      same: false,
      differences: [{ table: 'ledger_balance', difference: 'changed' }],
    });
  });
});
