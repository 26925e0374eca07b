/** Rows that count no more: fees and costs are marked, shares become 0. */
import { columnsOf, type Queryable } from '@kontor/postgres';
import type { Happening } from '../../domain/entries';
import type { Changes } from '../../domain/changes';

const OF_EVENT: readonly ((row: Happening) => string)[] = [
  (row) => row.platform,
  (row) => row.mode,
  (row) => row.eventId,
];
const SAME_EVENT = 't.platform = g.platform AND t.mode = g.mode AND t.event_id = g.event_id';

export async function writeReversed(tx: Queryable, changes: Changes): Promise<void> {
  await update(tx, changes.reversedFees, {
    text: `UPDATE fee_value AS t SET reversed = true
           FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[])
             AS g(platform, mode, event_id, fee_id)
           WHERE ${SAME_EVENT} AND t.fee_id = g.fee_id`,
    columns: [...OF_EVENT, (fee) => fee.feeId],
  });
  await update(tx, changes.reversedCosts, {
    text: `UPDATE cost_detail AS t SET reversed = true
           FROM unnest($1::text[], $2::text[], $3::uuid[]) AS g(platform, mode, event_id)
           WHERE ${SAME_EVENT}`,
    columns: OF_EVENT,
  });
  await update(tx, changes.reversedShares, {
    text: `UPDATE event_share AS t SET costs = 0
           FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::timestamptz[],
               $6::text[]) AS g(platform, mode, event_id, product_id, occurred_at, currency)
           WHERE ${SAME_EVENT} AND t.product_id = g.product_id
             AND t.occurred_at = g.occurred_at AND t.currency = g.currency`,
    columns: [
      ...OF_EVENT,
      (share) => share.productId,
      (share) => share.occurredAt,
      (share) => share.currency,
    ],
  });
  await update(tx, changes.reversedSubjectCosts, {
    text: `UPDATE subject_cost AS t SET amount = 0
           FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::smallint[])
             AS g(platform, mode, event_id, customer_id, subject, line)
           WHERE ${SAME_EVENT} AND t.customer_id = g.customer_id AND t.subject = g.subject
             AND t.line = g.line`,
    columns: [
      ...OF_EVENT,
      (cost) => cost.customerId,
      (cost) => cost.subject,
      (cost) => String(cost.line),
    ],
  });
}

/** Nearly always there is nothing to do. */
async function update<Row>(
  tx: Queryable,
  rows: readonly Row[],
  statement: { readonly text: string; readonly columns: readonly ((row: Row) => string)[] },
): Promise<void> {
  if (rows.length > 0) await tx.query(statement.text, columnsOf(rows, statement.columns));
}
