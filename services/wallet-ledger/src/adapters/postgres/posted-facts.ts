import type { WalletPostedV1 } from '@kontor/contracts';
import { type FactAddress, factsAt } from '@kontor/event-log';
import type { Queryable } from '@kontor/postgres';
import { TOPIC } from './ledger-statement';

export type WithFact<Row> = Row & { readonly fact: WalletPostedV1 };

/**
 * Rows that say where facts stand in the ledger's own log, in their order, with those facts. Facts
 * never change: reading them in a statement of their own is as right as in the rows' statement.
 *
 * Errors: a fact is not in the log, or damaged.
 */
export async function withFacts<Row extends FactAddress>(
  queryable: Queryable,
  rows: readonly Row[],
): Promise<WithFact<Row>[]> {
  const facts = (await factsAt(queryable, TOPIC, rows)) as WalletPostedV1[];
  return rows.flatMap((row, at) => {
    const fact = facts[at];
    return fact ? [{ ...row, fact }] : [];
  });
}
