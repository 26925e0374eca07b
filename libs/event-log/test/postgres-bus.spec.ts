import { openPostgresBus } from '@kontor/event-log';
import { openDatabase, type Database } from '@kontor/postgres';
import { eventBusContract } from './event-bus.contract';

const databases: Database[] = [];

eventBusContract('embedded PostgreSQL', () => ({
  openBus: async ({ url, wakeups }) => {
    const database = await openDatabase({ url, service: 'event-bus', poolSize: 2 });
    databases.push(database);
    return openPostgresBus({ database, wakeups });
  },
  close: async () => {
    await Promise.all(databases.map((database) => database.close()));
  },
}));
