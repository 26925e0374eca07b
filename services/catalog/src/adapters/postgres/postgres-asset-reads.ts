import type { Queryable } from '@kontor/postgres';
import type { AssetReads, PageOf, PageRequest, Tenant } from '../../app/ports';
import type { Asset } from '../../domain/asset';
import { CURRENCIES } from '../../domain/iso-4217';
import { loadAssets } from './load-catalog';
import { Conditions, readPage } from './paging';

const FIAT_CODES = [...CURRENCIES.keys()];
const FIAT_NAMES = [...CURRENCIES.values()].map(({ name }) => name);

export class PostgresAssetReads implements AssetReads {
  constructor(private readonly database: Queryable) {}

  list(
    { platform, mode }: Tenant,
    kind: 'custom' | 'fiat' | 'all',
    page: PageRequest,
  ): Promise<PageOf<{ readonly code: string; readonly name: string }>> {
    const where = new Conditions()
      .add('platform = ?', platform)
      .add('mode = ?', mode)
      .addIf('kind = ?', kind === 'all' ? undefined : kind);
    // Fiat has no rows of its own: it belongs to every platform.
    where.values.push(FIAT_CODES, FIAT_NAMES);
    const [codes, names] = [`$${where.values.length - 1}`, `$${where.values.length}`];
    return readPage(
      this.database,
      {
        columns: 'code, name',
        from: `(SELECT platform, mode, code, name, 'custom' AS kind FROM asset
          UNION ALL SELECT $1, $2, code COLLATE "C", name, 'fiat'
          FROM unnest(${codes}::text[], ${names}::text[]) AS currency (code, name)) AS listed`,
        where,
        key: 'code',
        order: 'ASC',
      },
      page,
    );
  }

  async find(tenant: Tenant, codes: readonly string[]): Promise<ReadonlyMap<string, Asset>> {
    const found = await loadAssets(this.database, tenant, { assets: [], rates: codes });
    return new Map(found.map((asset) => [asset.code, asset]));
  }
}
