import { createDatabase, type TestDatabase } from '@kontor/testkit';
import fc from 'fast-check';
import { arrayOf, columnsOf, type Database, numbersOf, openDatabase } from '../src';

describe('columns of rows as array literals', () => {
  let test: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    test = await createDatabase();
    database = await openDatabase({ url: test.url, service: 'columns' });
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  const elements = fc.array(
    fc.option(
      fc.oneof(
        fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
        fc.constantFrom(
          '',
          'null',
          'NULL',
          ' ',
          '{}',
          '"',
          '\\',
          ',',
          'a"b\\c',
          '\n',
          'abc-1.5:+_',
        ),
      ),
    ),
  );

  it('come back as they were, whatever is in them', async () => {
    await fc.assert(
      fc.asyncProperty(elements, async (values) => {
        const [row] = await database.query('SELECT $1::text[] AS found', [arrayOf(values)]);
        expect(row).toEqual({ found: values });
      }),
      { numRuns: 200 },
    );
  });

  it('make a column of each member of the rows', async () => {
    const rows = [
      { name: 'a', size: 1 },
      { name: 'a', size: 2 },
    ];
    const columns = columnsOf<(typeof rows)[number]>(rows, [
      ({ name }) => name,
      ({ size }) => String(size),
    ]);
    const found = await database.query(
      'SELECT * FROM unnest($1::text[], $2::int[]) AS _(name, size)',
      columns,
    );
    expect(found).toEqual(rows);
  });

  it('take whole numbers as they are', async () => {
    const [row] = await database.query('SELECT $1::int[] AS found', [numbersOf([3, -1, 0])]);
    expect(row).toEqual({ found: [3, -1, 0] });
  });
});
