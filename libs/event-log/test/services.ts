/** Services of a test: each with its schemas, log and checkpoints in one database. */
import { migrate, openDatabase, type Database } from '@kontor/postgres';
import { createDatabase, type TestDatabase } from '@kontor/testkit';
import type { UsageRecorded } from '@kontor/contracts';
import {
  createWakeups,
  eventLogMigrations,
  openCheckpoints,
  openLocalLog,
  type LocalLog,
  type ServiceCheckpoints,
  type Wakeups,
} from '@kontor/event-log';

export interface TestService {
  readonly database: Database;
  readonly log: LocalLog;
  readonly checkpoints: ServiceCheckpoints;
}

export interface TestServer {
  readonly url: string;
  readonly wakeups: Wakeups;
  open(service: string): Promise<TestService>;
  close(): Promise<void>;
}

export async function openTestServer(): Promise<TestServer> {
  const server: TestDatabase = await createDatabase();
  const wakeups = createWakeups();
  const opened: Database[] = [];
  return {
    url: server.url,
    wakeups,
    open: async (service) => {
      await migrate({ url: server.url, service }, [eventLogMigrations]);
      const database = await openDatabase({ url: server.url, service });
      opened.push(database);
      const log = await openLocalLog(database, service, wakeups);
      return { database, log, checkpoints: openCheckpoints(database, wakeups) };
    },
    close: async () => {
      await Promise.all(opened.map((database) => database.close()));
      await server.drop();
    },
  };
}

/** A valid usage fact of one customer; `n` makes it tell-tale. */
export const usage = (customer: string, n: number): UsageRecorded => ({
  type: 'usage.recorded',
  platform: 'acc_test',
  mode: 'live',
  key: customer,
  eventId: `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`,
  eventType: 'tokens',
  occurredAt: '2026-01-05T12:00:00.000000Z',
  occurredAtText: '2026-01-05T12:00:00Z',
  recordedAt: '2026-01-05T12:00:00.000000Z',
  heads: { catalog: 0, costCatalog: 0 },
  data: { n },
});
