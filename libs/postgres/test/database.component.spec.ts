import path from 'node:path';
import { createDatabase, type TestDatabase } from '@kontor/testkit';
import {
  isInfrastructureError,
  migrate,
  migrateSchema,
  NewerSchema,
  openDatabase,
  type Database,
} from '@kontor/postgres';

const sets = [{ set: 'things', dir: path.join(__dirname, 'fixtures/migrations') }];

describe('database: two schemas, transactions, exact values', () => {
  let server: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    server = await createDatabase();
    await Promise.all([1, 2, 3].map(() => migrate({ url: server.url, service: 'a-shop' }, sets)));
    database = await openDatabase({ url: server.url, service: 'a-shop' });
  });
  afterAll(async () => {
    await database.close();
    await server.drop();
  });

  it('finds the tables of both schemas without naming them, migrated once by three starters', async () => {
    await database.query('INSERT INTO thing_view VALUES ($1)', ['one']);
    const rows = await database.query(
      'SELECT table_schema, table_name FROM information_schema.tables WHERE table_name LIKE $1 ORDER BY 1',
      ['thing%'],
    );
    expect(rows).toEqual([
      { table_schema: 'a_shop', table_name: 'thing' },
      { table_schema: 'a_shop_view', table_name: 'thing_view' },
    ]);
  });

  it('gives decimals and instants back with every digit', async () => {
    const [row] = await database.query(
      "INSERT INTO thing VALUES ('exact', '0.000000000001', '2026-01-05T15:32:18.123456+01:00') RETURNING amount, at",
    );
    expect(row).toEqual({ amount: '0.000000000001', at: '2026-01-05T14:32:18.123456Z' });
  });

  it('keeps nothing of a transaction that throws', async () => {
    const work = database.transaction(async (tx) => {
      await tx.query("INSERT INTO thing VALUES ('gone', 1, now())");
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await database.query("SELECT 1 FROM thing WHERE id = 'gone'")).toEqual([]);
  });

  it('holds partition locks until the commit, so that two transactions of a partition follow each other', async () => {
    const order: string[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const first = database.transaction(
      async () => {
        order.push('first in');
        await held;
        order.push('first out');
      },
      { writesView: true, partitionLocks: [3, 1] },
    );
    while (order.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const second = database.transaction(
      async () => {
        order.push('second in');
      },
      { partitionLocks: [1] },
    );
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(['first in', 'first out', 'second in']);
  });

  it('tells an ended connection from a wrong statement', async () => {
    const killed = database.transaction(async (tx) => {
      const [self] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await database.query('SELECT pg_terminate_backend($1)', [self?.pid]);
      await tx.query('SELECT 1');
    });
    const lost = await killed.catch((error: unknown) => error);
    expect(isInfrastructureError(lost)).toBe(true);
    const wrong = await database.query('SELECT 1/0').catch((error: unknown) => error);
    expect(isInfrastructureError(wrong)).toBe(false);
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('refuses a schema that a newer version has changed', async () => {
    await database.query(
      "INSERT INTO a_shop.migration (timestamp, name) VALUES (9, 'things/later/1000000000009')",
    );
    await expect(
      migrateSchema({ url: server.url, service: 'a-shop' }, 'a_shop', sets, 'state'),
    ).rejects.toThrow(NewerSchema);
  });
});
