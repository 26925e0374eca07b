/** What counts as the same rows, whatever order and batches made them. */
import type { Database } from '@kontor/postgres';
import { compareViews } from '../src/rebuild/compare-views';
import { openTestServer, type TestServer } from './services';

describe('the comparison of two views', () => {
  let server: TestServer;
  let database: Database;

  beforeAll(async () => {
    server = await openTestServer();
    ({ database } = await server.open('catalog'));
  });
  afterAll(() => server.close());

  async function compared(served: string, fromLog: string) {
    const rows = { served, from_log: fromLog };
    for (const [schema, values] of Object.entries(rows)) {
      await database.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await database.query(`CREATE SCHEMA ${schema}`);
      await database.query(
        `CREATE TABLE ${schema}.balance (account text PRIMARY KEY, sum numeric, legs bigint)`,
      );
      await database.query(`INSERT INTO ${schema}.balance VALUES ${values}`);
    }
    return database.transaction((session) =>
      compareViews({ session, schema: 'served' }, { session, schema: 'from_log' }, 2),
    );
  }

  it('sees the same sum whichever scale its parts had', async () => {
    const found = await compared(`('a', 0.5000, 1), ('b', 10, 1)`, `('b', 1e1, 1), ('a', 0.5, 1)`);
    expect(found.tables).toMatchObject([{ table: 'balance', rows: 2, same: true }]);
  });

  it('names what is missing, changed and too much, up to a limit', async () => {
    const found = await compared(
      `('a', 0.50, 1), ('b', 0.5, 2), ('x', 1, 1)`,
      `('a', 0.51, 1), ('b', 0.5, 2), ('c', 1, 1)`,
    );
    expect(found.tables).toMatchObject([{ table: 'balance', rows: 3, same: false }]);
    expect(found.differences).toEqual([
      { table: 'balance', key: { account: 'a' }, difference: 'changed' },
      { table: 'balance', key: { account: 'c' }, difference: 'missing' },
    ]);
    expect(found.truncated).toBe(true);
  });
});
