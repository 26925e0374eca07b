/** Which products exist: asked by services that keep only their ids. */
import type { Queryable } from '@kontor/postgres';
import type { OperationRequest, OperationResponse } from '@kontor/service-host';
import type { Tenant } from '../../app/ports';

export async function findProducts(
  database: Queryable,
  { platform, mode }: Tenant,
  { productIds }: OperationRequest<'catalog.find-products'>,
): Promise<OperationResponse<'catalog.find-products'>> {
  const rows = await database.query<{ product_id: string }>(
    `SELECT product_id FROM product
     WHERE platform = $1 AND mode = $2 AND product_id = ANY ($3::text[])`,
    [platform, mode, productIds],
    { name: 'catalog find products' },
  );
  return { productIds: rows.map((row) => row.product_id) };
}
