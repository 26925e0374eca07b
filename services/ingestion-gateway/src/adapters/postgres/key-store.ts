import type { InstantText, Tenant } from '@kontor/contracts';
import type { Database, Queryable, Transaction } from '@kontor/postgres';
import type {
  ApiKey,
  Command,
  KeyStore,
  KeyWrites,
  Listed,
  NewKey,
  PageStart,
  Platform,
} from '../../app/key-ports';
import { answerOnce } from './answer-once';

const KEY_COLUMNS = `platform, mode, id, name, scopes, created_at AS "createdAt",
                     last_used_at AS "lastUsedAt"`;
const PLATFORM_COLUMNS = 'id, name, created_at AS "createdAt"';

export class PostgresKeyStore implements KeyStore {
  constructor(private readonly database: Database) {}

  once<Answer extends object>(
    command: Command | undefined,
    work: (writes: KeyWrites) => Promise<Answer>,
    kept: (answer: Answer) => Answer,
  ): Promise<Answer> {
    return answerOnce(this.database, { command, work: (tx) => work(writesIn(tx)), kept });
  }

  async keysOf({ platform, mode }: Tenant, start: PageStart): Promise<Listed<ApiKey>> {
    const from = 'api_key WHERE platform = $1 AND mode = $2 AND revoked_at IS NULL';
    const values = [platform, mode];
    return listed<ApiKey>(this.database, { columns: KEY_COLUMNS, from, values }, start);
  }

  async platforms(start: PageStart): Promise<Listed<Platform>> {
    const from = 'platform WHERE true';
    return listed<Platform>(this.database, { columns: PLATFORM_COLUMNS, from, values: [] }, start);
  }

  async platform(id: string): Promise<Platform | undefined> {
    const [row] = await this.database.query<Platform>(
      `SELECT ${PLATFORM_COLUMNS} FROM platform WHERE id = $1`,
      [id],
    );
    return row;
  }
}

interface Selection {
  readonly columns: string;
  readonly from: string;
  readonly values: readonly unknown[];
}

/** Newest first, a page after the last one of the page before or by offset. */
async function listed<Item extends object>(
  queryable: Queryable,
  { columns, from, values }: Selection,
  { limit, offset, after }: PageStart,
): Promise<Listed<Item>> {
  const next = values.length + 1;
  const beyond = after ? `AND (created_at, id) < ($${next + 2}, $${next + 3})` : '';
  // One more than the page, to know whether there is a next one.
  const rows = await queryable.query<Item>(
    `SELECT ${columns} FROM ${from} ${beyond}
     ORDER BY created_at DESC, id DESC LIMIT $${next} OFFSET $${next + 1}`,
    [...values, limit + 1, after ? 0 : offset, ...(after ? [after.createdAt, after.id] : [])],
  );
  const [count] = await queryable.query<{ count: string }>(
    `SELECT count(*) AS count FROM ${from}`,
    values,
  );
  return {
    items: rows.slice(0, limit),
    hasMore: rows.length > limit,
    totalCount: Number(count?.count ?? 0),
  };
}

/** The changes of keys inside a transaction. */
export function writesIn(tx: Transaction): KeyWrites {
  return {
    addPlatform: async ({ id, name, createdAt }: Platform) => {
      await tx.query('INSERT INTO platform (id, name, created_at) VALUES ($1, $2, $3)', [
        id,
        name,
        createdAt,
      ]);
    },
    addKey: (key) => addKey(tx, key),
    lockKey: async ({ platform, mode }, keyId) => {
      const [row] = await tx.query<ApiKey>(
        `SELECT ${KEY_COLUMNS} FROM api_key
         WHERE platform = $1 AND mode = $2 AND id = $3 AND revoked_at IS NULL FOR UPDATE`,
        [platform, mode, keyId],
      );
      return row;
    },
    replaceSecret: async (key, { hash, at, previousEndAt }) => {
      await tx.query(
        `UPDATE api_key_secret SET expires_at = least(coalesce(expires_at, $4), $4)
         WHERE platform = $1 AND mode = $2 AND key_id = $3`,
        [key.platform, key.mode, key.id, previousEndAt],
      );
      await addSecret(tx, key, { hash, at });
    },
    revoke: async ({ platform, mode, id }, at) => {
      await tx.query(
        'UPDATE api_key SET revoked_at = $4 WHERE platform = $1 AND mode = $2 AND id = $3',
        [platform, mode, id, at],
      );
    },
  };
}

async function addKey(tx: Transaction, key: NewKey): Promise<void> {
  const { platform, mode, id, name, scopes, createdAt, secretHash } = key;
  await tx.query(
    `INSERT INTO api_key (platform, mode, id, name, scopes, created_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [platform, mode, id, name, scopes, createdAt],
  );
  await addSecret(tx, key, { hash: secretHash, at: createdAt });
}

async function addSecret(
  tx: Transaction,
  { platform, mode, id }: Tenant & { readonly id: string },
  { hash, at }: { readonly hash: string; readonly at: InstantText },
): Promise<void> {
  await tx.query(
    `INSERT INTO api_key_secret (platform, mode, key_id, secret_hash, created_at)
     VALUES ($1, $2, $3, decode($4, 'hex'), $5)`,
    [platform, mode, id, hash, at],
  );
}
