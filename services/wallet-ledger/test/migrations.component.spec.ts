/** What a migration makes of the rows of before is what the release writes itself. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventLogMigrations, textOfStored } from '@kontor/event-log';
import { type Database, migrate, openDatabase } from '@kontor/postgres';
import { createDatabase, FakeClock, type TestDatabase } from '@kontor/testkit';
import { LedgerWorld, rated, reversed } from './ledger-world';

const SERVICE = 'wallet-ledger';
const ALL = path.resolve(__dirname, '../migrations');

/** The folder of migrations as it was before this one. */
function before(first: string): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'kontor-migrations-'));
  for (const file of readdirSync(path.join(ALL, 'state')).filter((name) => name < first))
    cpSync(path.join(ALL, 'state', file), path.join(dir, 'state', file));
  return dir;
}

/** Before this migration facts were never packed. */
const rowsOf = async (database: Database, table: string): Promise<object[]> =>
  (
    await database.query<{ row: { facts?: string } }>(`SELECT to_json(t) AS row FROM ${table} AS t`)
  ).map(({ row }) => ({ ...row, ...(row.facts && { facts: textOfStored(row.facts) }) }));

const GRANTS = `SELECT to_json(g) AS grant FROM wallet_grant AS g
                ORDER BY platform, mode, customer_id, account_id, grant_id`;

describe('migration of grants to what reversals need', () => {
  let world: LedgerWorld;
  let old: TestDatabase;
  let dir: string;
  beforeEach(async () => {
    world = await LedgerWorld.open();
    old = await createDatabase();
    dir = before('0006');
  });
  afterEach(async () => {
    await world.close();
    await old.drop();
    rmSync(dir, { recursive: true });
  });

  /** Debts that were repaid at once, in parts, over a gap and by a grant that came later. */
  async function debtsAndGrants(): Promise<void> {
    const clock = new FakeClock('2026-03-01T00:00:00.000000Z');
    const ledger = await world.instance({ clock });
    await ledger.consumeFees(await world.bus());
    const usage = Array.from({ length: 5 }, () => rated('cust_1', { USD: '3' }));
    await world.rate(usage);
    await world.feesApplied();
    await ledger.adjust('cust_1', '2');
    await world.rate([reversed(usage[1]!)]);
    await world.feesApplied();
    await ledger.adjust('cust_1', '4', { reason: 'gift' });
    await ledger.adjust('cust_1', '1', { effectiveAt: '2026-03-02T00:00:00.000000Z' });
    await ledger.adjust('cust_1', '1', { effectiveAt: '2026-04-02T00:00:00.000000Z' });
    clock.advance(2 * 86_400_000);
    await ledger.adjust('cust_1', '100', { reason: 'other' });
    await ledger.adjust('cust_2', '0.000000000001');
  }

  it('finds in the log what they are and which debt they repaid', async () => {
    await debtsAndGrants();
    const written = await world.database.query<{ grant: { repaid_to: unknown } }>(GRANTS);
    expect(written.filter(({ grant }) => grant.repaid_to !== null)).toHaveLength(4);

    const options = { url: old.url, service: SERVICE };
    await migrate(options, [eventLogMigrations, { set: SERVICE, dir }]);
    const database = await openDatabase({ ...options, poolSize: 1 });
    try {
      for (const table of ['log_record', 'wallet_grant'])
        await database.query(
          `INSERT INTO ${table} SELECT given.* FROM json_populate_recordset(NULL::${table}, $1) AS given`,
          [JSON.stringify(await rowsOf(world.database, table))],
        );
      await migrate(options, [eventLogMigrations, { set: SERVICE, dir: ALL }]);
      expect(await database.query(GRANTS)).toEqual(written);
    } finally {
      await database.close();
    }
  });
});
