import type { Database } from '@kontor/postgres';
import type { PlatformRegister } from '../../app/ingest-records';

export class PostgresPlatformRegister implements PlatformRegister {
  constructor(private readonly database: Database) {}

  async existing(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.database.query<{ id: string }>(
      'SELECT id FROM platform WHERE id = ANY ($1::text[])',
      [ids],
      { name: 'platform existing' },
    );
    return new Set(rows.map(({ id }) => id));
  }

  async sole(): Promise<string | undefined> {
    const rows = await this.database.query<{ id: string }>('SELECT id FROM platform LIMIT 2', [], {
      name: 'platform sole',
    });
    return rows.length === 1 ? rows[0]?.id : undefined;
  }
}
