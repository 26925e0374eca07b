/**
 * The platform that an installation starts with, and the keys that reach it.
 *
 * A key is known by its hash, so one that was there before is left as it is, also when it was
 * revoked; another one in the environment is added beside those that exist.
 */
import { newId, type InstantText } from '@kontor/contracts';
import type { Transaction } from '@kontor/postgres';
import type { ServiceRuntime } from '@kontor/service-host';
import { SCOPES, type Mode } from '../../domain/api-key';
import { writesIn } from './key-store';
import { newSecret, secretHashOf } from './secrets';

/**
 * Where a key came from: `environment`, `kept` by the caller from an earlier start, `generated`
 * now, or only `stored` as a hash, so that its secret cannot be told.
 */
export type KeyOrigin = 'environment' | 'kept' | 'generated' | 'stored';

export interface FirstKey {
  readonly origin: KeyOrigin;
  /** Undefined when only its hash is known. */
  readonly secret: string | undefined;
}

export interface FirstPlatform {
  readonly platformId: string;
  readonly keys: Readonly<Record<Mode, FirstKey>>;
}

/** Secrets that the caller has kept in files. */
export type KeptSecrets = Readonly<Partial<Record<Mode, string | undefined>>>;

/** Two processes that start at once make one platform. */
const FIRST_PLATFORM_LOCK = "hashtext('kontor first platform')";
const FIRST_PLATFORM_NAME = 'First platform';

/**
 * Makes sure that the first platform exists and that its live and test key work.
 *
 * Shape:  a secret is taken from the configuration, else from `kept`, else made. Who keeps files
 *         passes what it read (`{}` for none): then a lost file leads to another key. Who keeps
 *         none passes nothing: then keys that exist are enough and are `stored`.
 * Errors: infrastructure errors; nothing is half done.
 */
export async function ensureFirstPlatform(
  runtime: PlatformRuntime,
  kept?: KeptSecrets,
): Promise<FirstPlatform> {
  const given = givenBy(runtime);
  return runtime.database.transaction(async (tx) => {
    const at = runtime.clock.now();
    const platformId = await firstPlatformId(tx, at);
    const ensure = (mode: Mode): Promise<FirstKey> =>
      ensureKey(tx, { platformId, mode, at, given: given[mode], kept: kept && [kept[mode]] });
    return { platformId, keys: { live: await ensure('live'), test: await ensure('test') } };
  });
}

/**
 * Makes sure that the keys which the configuration gives work; makes none of its own.
 *
 * Errors: infrastructure errors.
 */
export async function ensureGivenKeys(runtime: PlatformRuntime): Promise<void> {
  const given = givenBy(runtime);
  if (given.live === undefined && given.test === undefined) return;
  await runtime.database.transaction(async (tx) => {
    const at = runtime.clock.now();
    const platformId = await firstPlatformId(tx, at);
    for (const mode of MODES) {
      const secret = given[mode];
      if (secret !== undefined) await addUnlessKnown(tx, { platformId, mode, at }, secret);
    }
  });
}

type PlatformRuntime = Pick<ServiceRuntime, 'database' | 'clock' | 'config'>;
const MODES: readonly Mode[] = ['live', 'test'];

const givenBy = ({ config }: PlatformRuntime): KeptSecrets => ({
  live: config.apiKey,
  test: config.testApiKey,
});

async function firstPlatformId(tx: Transaction, at: InstantText): Promise<string> {
  await tx.query(`SELECT pg_advisory_xact_lock(${FIRST_PLATFORM_LOCK})`);
  const [first] = await tx.query<{ id: string }>('SELECT id FROM platform WHERE is_first');
  if (first) return first.id;
  const id = newId('acc');
  await tx.query(
    'INSERT INTO platform (id, name, is_first, created_at) VALUES ($1, $2, true, $3)',
    [id, FIRST_PLATFORM_NAME, at],
  );
  return id;
}

interface KeyPlace {
  readonly platformId: string;
  readonly mode: Mode;
  readonly at: InstantText;
}

interface WantedKey extends KeyPlace {
  readonly given: string | undefined;
  /** Undefined when the caller keeps nothing at all. */
  readonly kept: readonly [string | undefined] | undefined;
}

async function ensureKey(tx: Transaction, wanted: WantedKey): Promise<FirstKey> {
  const { given, kept } = wanted;
  if (given === undefined && !kept && (await hasKey(tx, wanted)))
    return { origin: 'stored', secret: undefined };
  const secret = given ?? kept?.[0] ?? newSecret();
  await addUnlessKnown(tx, wanted, secret);
  if (given !== undefined) return { origin: 'environment', secret };
  return { origin: kept?.[0] === undefined ? 'generated' : 'kept', secret };
}

async function hasKey(tx: Transaction, { platformId, mode }: WantedKey): Promise<boolean> {
  const rows = await tx.query(
    `SELECT 1 FROM api_key
     WHERE platform = $1 AND mode = $2 AND revoked_at IS NULL AND 'admin' = ANY (scopes) LIMIT 1`,
    [platformId, mode],
  );
  return rows.length > 0;
}

async function addUnlessKnown(tx: Transaction, place: KeyPlace, secret: string): Promise<void> {
  const secretHash = secretHashOf(secret);
  const known = await tx.query(
    "SELECT 1 FROM api_key_secret WHERE secret_hash = decode($1, 'hex')",
    [secretHash],
  );
  if (known.length > 0) return;
  const { platformId: platform, mode, at } = place;
  const key = { platform, mode, id: newId('key'), name: null, scopes: SCOPES, createdAt: at };
  await writesIn(tx).addKey({ ...key, secretHash });
}
