import type { InstantText, Mode } from '@kontor/contracts';
import type { Database } from '@kontor/postgres';
import type { KeyDirectory, KeyOwner } from '../../app/key-ports';
import type { Scope } from '../../domain/api-key';

interface OwnerRow {
  readonly hash: string;
  readonly platform: string;
  readonly mode: Mode;
  readonly key_id: string;
  readonly scopes: Scope[];
  readonly expires_at: InstantText | null;
}

export class PostgresKeyDirectory implements KeyDirectory {
  constructor(private readonly database: Database) {}

  async find(secretHashes: readonly string[]): Promise<ReadonlyMap<string, KeyOwner>> {
    const rows = await this.database.query<OwnerRow>(
      `SELECT encode(s.secret_hash, 'hex') AS hash, k.platform, k.mode, k.id AS key_id, k.scopes,
              s.expires_at
       FROM api_key_secret AS s
       JOIN api_key AS k ON (k.platform, k.mode, k.id) = (s.platform, s.mode, s.key_id)
       WHERE k.revoked_at IS NULL AND s.secret_hash IN (
         SELECT decode(h, 'hex') FROM unnest($1::text[]) AS given (h))`,
      [secretHashes],
      { name: 'api_key find' },
    );
    return new Map(
      rows.map(({ hash, platform, mode, key_id: keyId, scopes, expires_at: expiresAt }) => [
        hash,
        { platform, mode, keyId, scopes, expiresAt },
      ]),
    );
  }

  async used(uses: ReadonlyMap<string, InstantText>): Promise<void> {
    await this.database.query(
      `UPDATE api_key AS k SET last_used_at = greatest(k.last_used_at, u.at)
       FROM unnest($1::text[], $2::timestamptz[]) AS u (id, at) WHERE k.id = u.id`,
      [[...uses.keys()], [...uses.values()]],
      { name: 'api_key used' },
    );
  }
}
