import path from 'node:path';

/** For `migrate`: the log's tables come before the service's own. */
export const eventLogMigrations = {
  set: 'log',
  dir: path.join(__dirname, '..', 'migrations'),
} as const;
