/** What is stored of a trace, and what is not while nobody traces. */
import { migrate, openDatabase, type Database } from '@kontor/postgres';
import { createDatabase, type TestDatabase } from '@kontor/testkit';
import {
  createWakeups,
  eventLogMigrations,
  openLocalLog,
  recordTraces,
  withTraceparent,
  type LocalLog,
} from '../src';

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const fact = {
  type: 'usage.refused',
  platform: 'acc_a',
  mode: 'live',
  key: 'k',
  value: 'a\tb\nc',
  headers: {},
} as const;
const draft = { topic: 'usage.ingest.v1.dlq', partition: 0, facts: [fact] };

describe('the trace of a record', () => {
  let server: TestDatabase;
  let database: Database;
  let log: LocalLog;
  beforeAll(async () => {
    server = await createDatabase();
    const options = { url: server.url, service: 'ingestion-gateway' };
    await migrate(options, [eventLogMigrations]);
    database = await openDatabase({ ...options, poolSize: 2 });
    log = await openLocalLog(database, options.service, createWakeups());
  });
  afterAll(async () => {
    await database.close();
    await server.drop();
  });

  const append = (): Promise<unknown> =>
    database.transaction((tx) => log.append(tx, [{ ...draft }, { ...draft }]));
  const rows = (): Promise<{ trace: string | null; facts: string; facts_bytes: number }[]> =>
    database.query('SELECT trace, facts, facts_bytes FROM log_record ORDER BY position', []);

  it('is stored beside its facts, which are the same with and without', async () => {
    await withTraceparent(TRACE, append);
    recordTraces();
    await append();
    await withTraceparent(TRACE, append);
    const stored = await rows();
    expect(stored.map(({ trace }) => trace)).toEqual([null, null, null, null, TRACE, TRACE]);
    const text = JSON.stringify([fact]);
    for (const row of stored)
      expect([row.facts, row.facts_bytes]).toEqual([text, Buffer.byteLength(text)]);
  });
});
