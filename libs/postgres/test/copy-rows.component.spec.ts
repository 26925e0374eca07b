import { createDatabase, type TestDatabase } from '@kontor/testkit';
import fc from 'fast-check';
import { copyTable, type Database, openDatabase } from '../src';

interface Row {
  readonly place: number;
  readonly first: string | null;
  readonly second: string | null;
}

const TABLE = copyTable<Row>('copied', [
  ['place', ({ place }) => String(place)],
  ['first', ({ first }) => first],
  ['second', ({ second }) => second],
]);

describe('rows that are copied into a table', () => {
  let test: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    test = await createDatabase();
    database = await openDatabase({ url: test.url, service: 'copied' });
    await database.query('CREATE SCHEMA copied');
    await database.query(
      'CREATE TABLE copied (place int PRIMARY KEY CHECK (place >= 0), first text, second text)',
    );
  });
  beforeEach(() => database.query('TRUNCATE copied'));
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  const stored = () => database.query<Row>('SELECT * FROM copied ORDER BY place');
  const row = (place: number): Row => ({ place, first: 'a', second: null });

  it('come back as they were, whatever is in them', async () => {
    const texts = fc.option(
      fc.oneof(
        fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
        fc.constantFrom('', '\\N', '\\.', '\n\\.\n', '\\', '\t', '\r\n', '\b\f\v', 'a\\tb', 'NULL'),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(texts, texts)), async (given) => {
        const rows = given.map(([first, second], place) => ({ place, first, second }));
        await database.query('TRUNCATE copied');
        await database.transaction((tx) => tx.copy(TABLE.copied(rows)));
        expect(await stored()).toEqual(rows);
      }),
      { numRuns: 100 },
    );
  });

  it('are many at a time, between other statements', async () => {
    const rows = Array.from({ length: 20_000 }, (_, place) => row(place));
    const count = await database.transaction(async (tx) => {
      await Promise.all([
        tx.copy(TABLE.copied(rows.slice(0, 10_000))),
        tx.copy(TABLE.copied(rows.slice(10_000))),
      ]);
      return tx.query('SELECT count(*)::int AS count FROM copied');
    });
    expect(count).toEqual([{ count: 20_000 }]);
  });

  it.each([
    ['one of them is there already', [row(1), row(1)], '23505'],
    ['one of them is not allowed', [row(1), row(-1)], '23514'],
  ])('are none when %s, and the session goes on', async (_what, rows, code) => {
    const copying = database.transaction(async (tx) => {
      await tx.query('SELECT 1');
      await tx.copy(TABLE.copied(rows));
    });
    await expect(copying).rejects.toMatchObject({ code });
    expect(await stored()).toEqual([]);
    await database.transaction((tx) => tx.copy(TABLE.copied([row(2)])));
    expect(await stored()).toEqual([row(2)]);
  });

  it('are passed over by a PostgreSQL that refuses the statement', async () => {
    const elsewhere = copyTable<Row>('nowhere', [['place', ({ place }) => String(place)]]);
    const rows = Array.from({ length: 5_000 }, (_, place) => row(place));
    const answers = await database.transaction(async (tx) => {
      await tx.query('SAVEPOINT before');
      const refused: unknown = await tx.copy(elsewhere.copied(rows)).catch((error) => error);
      await tx.query('ROLLBACK TO before');
      return [refused, await tx.query('SELECT 1 AS one')];
    });
    expect(answers).toMatchObject([{ code: '42P01' }, [{ one: 1 }]]);
  });
});
