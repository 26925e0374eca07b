/**
 * What other services ask about customers: one statement per question, whatever its size.
 *
 * Order: the head of catalog.v1 is read before the rows, so every fact about what the rows show
 *        that is at or below the head is one that a reader of the log finds there. Rows may be newer
 *        than the head; each says by its own `position` how new.
 */
import type { LocalLog } from '@kontor/event-log';
import type { Queryable } from '@kontor/postgres';
import type { OperationRequest, OperationResponse } from '@kontor/service-host';
import type { Tenant } from '../../app/ports';
import { PARTITION, TOPIC } from './postgres-catalog-store';

export class CustomerDirectoryQueries {
  constructor(
    private readonly database: Queryable,
    private readonly log: LocalLog,
  ) {}

  async resolve(
    { platform, mode }: Tenant,
    { customerIds, externalIds }: OperationRequest<'catalog.resolve-customers'>,
  ): Promise<OperationResponse<'catalog.resolve-customers'>> {
    const heads = await this.log.heads(TOPIC);
    const head = heads.find(({ partition }) => partition === PARTITION)?.position ?? 0;
    if (customerIds.length + externalIds.length === 0) return { head, customers: [] };
    const rows = await this.database.query<{
      customer_id: string;
      external_id: string | null;
      position: string;
    }>(
      `SELECT customer_id, external_id, position FROM customer
         WHERE platform = $1 AND mode = $2 AND customer_id = ANY ($3::text[])
       UNION
       SELECT customer_id, external_id, position FROM customer
         WHERE platform = $1 AND mode = $2 AND external_id = ANY ($4::text[])`,
      [platform, mode, customerIds, externalIds],
      { name: 'catalog resolve customers' },
    );
    return {
      head,
      customers: rows.map((row) => ({
        customerId: row.customer_id,
        externalId: row.external_id,
        position: Number(row.position),
      })),
    };
  }

  async describe(
    { platform, mode }: Tenant,
    { customerIds }: OperationRequest<'catalog.describe-customers'>,
  ): Promise<OperationResponse<'catalog.describe-customers'>> {
    const rows = await this.database.query<{
      customer_id: string;
      external_id: string | null;
      name: string | null;
    }>(
      `SELECT c.customer_id, c.external_id, p.name
       FROM customer c LEFT JOIN customer_personal_data p USING (platform, mode, customer_id)
       WHERE platform = $1 AND mode = $2 AND customer_id = ANY ($3::text[])`,
      [platform, mode, customerIds],
      { name: 'catalog describe customers' },
    );
    return {
      customers: rows.map((row) => ({
        customerId: row.customer_id,
        externalId: row.external_id,
        name: row.name,
      })),
    };
  }
}
