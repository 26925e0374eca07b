import type { Queryable } from '@kontor/postgres';
import type { ProductVersionAssets, ProductVersionRef, ProductVersions } from '../../app/ports';

export class PostgresProductVersions implements ProductVersions {
  constructor(private readonly database: Queryable) {}

  findAssets(refs: readonly ProductVersionRef[]): Promise<ProductVersionAssets[]> {
    return this.database.query<ProductVersionAssets>(
      `SELECT p.platform, p.mode, p.product_id AS "productId", p.version, p.assets
       FROM unnest($1::text[], $2::text[], $3::text[], $4::int[])
              AS given (platform, mode, product_id, version)
         JOIN product_version_asset AS p USING (platform, mode, product_id, version)`,
      [
        refs.map(({ platform }) => platform),
        refs.map(({ mode }) => mode),
        refs.map(({ productId }) => productId),
        refs.map(({ version }) => version),
      ],
      { name: 'product versions by key' },
    );
  }
}
