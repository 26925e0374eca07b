/**
 * Which failures are the world's and which are ours.
 *
 * An infrastructure error (connection, deadlock, serialisation, timeout, disk, shutdown) says
 * nothing about the fact being applied: trying again is right, and parking the fact would be wrong.
 */

/** The commit was sent and no answer came: it may have happened. Read before you write again. */
export class CommitOutcomeUnknown extends Error {
  readonly code = 'commit_outcome_unknown';
  readonly retriable = true;
  constructor(cause: unknown) {
    super('the database did not answer the commit', { cause });
  }
}

/** The database holds a migration that this build does not know: it was used by a newer version. */
export class NewerSchema extends Error {
  readonly code = 'newer_schema';
  readonly retriable = false;
  constructor(schema: string, migration: string) {
    super(`the schema "${schema}" was made by a newer version of Kontor (it has "${migration}")`);
  }
}

/**
 * SQLSTATE classes: 08 connection, 40 rollback (deadlock, serialisation), 53 resources (disk full,
 * too many connections), 55 object state (lock not available), 57 operator intervention (shutdown,
 * cancel, crash), 58 system, XX internal; 25 = a transaction the server had already ended.
 */
const INFRASTRUCTURE_CLASSES = new Set(['08', '25', '40', '53', '55', '57', '58', 'XX']);
const SQLSTATE = /^[0-9A-Z]{5}$/;
const SYSTEM_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOSPC',
  'EMFILE',
]);
/** What pg and its pool say without a code. */
const CONNECTION_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Connection ended|connection timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end/i;

/** Whether trying the same thing again, later, can help. */
export function isInfrastructureError(error: unknown): boolean {
  if (error instanceof CommitOutcomeUnknown) return true;
  if (error instanceof AggregateError) return error.errors.some(isInfrastructureError);
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (SYSTEM_ERRORS.has(code)) return true;
  if (SQLSTATE.test(code)) return INFRASTRUCTURE_CLASSES.has(code.slice(0, 2));
  return CONNECTION_MESSAGES.test(error.message);
}

/** Whether the connection itself is gone, so that its state is unknown. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (SYSTEM_ERRORS.has(code) || code.startsWith('57P') || code.startsWith('08')) return true;
  return CONNECTION_MESSAGES.test(error.message);
}
