import { createDatabase, pollUntil, type TestDatabase } from '@kontor/testkit';
import { openCopySession, type CopySession } from '../src';

const ROWS = 200_000;

describe('A copy session', () => {
  let database: TestDatabase;
  let session: CopySession;
  beforeAll(async () => {
    database = await createDatabase();
    session = await openCopySession(database.url, 'test');
    await session.query('CREATE TABLE source (id int PRIMARY KEY, text text, amount numeric)');
    await session.query(
      `INSERT INTO source SELECT n, CASE WHEN n % 7 = 0 THEN NULL ELSE E'tab\\there ' || repeat('ä', n % 200) END,
         n / 3.0 FROM generate_series(1, ${ROWS}) AS n`,
    );
    await session.query('CREATE TABLE target (LIKE source INCLUDING ALL)');
  });
  afterAll(async () => {
    await session.close();
    await database.drop();
  });

  const chunks = async (): Promise<Buffer[]> => {
    const all: Buffer[] = [];
    await session.copyOut('COPY source TO STDOUT', async (chunk) => void all.push(chunk));
    return all;
  };
  async function* streamOf(all: readonly Buffer[]): AsyncGenerator<Buffer> {
    for (const chunk of all) yield chunk;
  }

  it('carries every row out and in again, whatever is in it', async () => {
    const all = await chunks();
    expect(all.length).toBeGreaterThan(20);
    expect(await session.copyIn('COPY target FROM STDIN', streamOf(all))).toBe(ROWS);
    const differing = await session.query(
      '(SELECT * FROM source EXCEPT SELECT * FROM target) UNION ALL (SELECT * FROM target EXCEPT SELECT * FROM source)',
    );
    expect(differing).toEqual([]);
  });

  it('lets PostgreSQL wait while the receiver is busy, instead of gathering rows', async () => {
    const watcher = await openCopySession(database.url, 'watcher');
    const sent = async (): Promise<number> => {
      const [row] = await watcher.query<{ bytes: string }>(
        'SELECT bytes_processed AS bytes FROM pg_stat_progress_copy',
      );
      return Number(row?.bytes);
    };
    let received = 0;
    let sentMeanwhile = 0;
    const rows = await session.copyOut('COPY source TO STDOUT', async (chunk) => {
      if (received === 0)
        sentMeanwhile = await pollUntil(async () => {
          const before = await sent();
          await new Promise((resolve) => setTimeout(resolve, 100));
          return (await sent()) === before && before;
        });
      received += chunk.length;
    });
    await watcher.close();
    expect(rows).toBe(ROWS);
    // What 8 chunks and the sockets' buffers hold.
    expect(sentMeanwhile).toBeLessThan(received / 2);
  });

  it('says why when the receiver fails, and can be used again', async () => {
    let writes = 0;
    const failing = session.copyOut('COPY source TO STDOUT', () => {
      writes += 1;
      return writes === 3 ? Promise.reject(new Error('disk full')) : Promise.resolve();
    });
    await expect(failing).rejects.toThrow('disk full');
    expect(writes).toBe(3);
    expect(await session.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('writes nothing when the source fails or a row is refused, and can be used again', async () => {
    await session.query('TRUNCATE target');
    const [first, ...more] = await chunks();
    async function* breaking(): AsyncGenerator<Buffer> {
      yield first!;
      throw new Error('unreadable');
    }
    await expect(session.copyIn('COPY target FROM STDIN', breaking())).rejects.toThrow(
      'unreadable',
    );
    const twice = streamOf([first!, ...more, first!, ...more]);
    await expect(session.copyIn('COPY target FROM STDIN', twice)).rejects.toThrow(/duplicate key/);
    expect(await session.query('SELECT 1 FROM target')).toEqual([]);
  });

  it('ends with an error when the connection goes away', async () => {
    const other = await openCopySession(database.url, 'doomed');
    const copying = other.copyOut('COPY source TO STDOUT', async () => {
      await session.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'doomed'",
      );
      await new Promise((resolve) => setTimeout(resolve, 5));
    });
    await expect(copying).rejects.toThrow(/terminat/i);
    await other.close().catch(() => undefined);
  });
});
