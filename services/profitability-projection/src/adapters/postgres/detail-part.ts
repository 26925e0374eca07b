/** The rows of what was said: one insert per table, then what of them counts no more. */
import { columnsOf } from '@kontor/postgres';
import { partitionOf, partitionsOf } from '@kontor/event-log';
import type { Changes } from '../../domain/changes';
import type { SubjectRef } from '../../domain/entries';
import {
  AUTHORIZATION_USE,
  CHARGE,
  COST,
  EVENT_PRODUCT,
  EVENT_SHARE,
  FEE_VALUE,
  RATED,
  REVERSAL,
  SUBJECT_COST,
  USAGE,
  type Insert,
} from './detail-rows.codec';
import { writeReversed } from './reversed-rows';
import type { StatementsInTurn } from './statements-in-turn';

/** A customer has the same partition in all four topics. */
const PARTITIONS = partitionsOf('usage.recorded.v1');

/** Answers how many subjects it opened. */
export async function writeDetail(statements: StatementsInTurn, changes: Changes): Promise<number> {
  await insert(statements, USAGE, changes.usage);
  await insert(statements, REVERSAL, [...changes.reversals.values()]);
  await insert(statements, RATED, changes.rated);
  await insert(statements, EVENT_PRODUCT, changes.eventProducts);
  await insert(statements, FEE_VALUE, changes.fees);
  await insert(statements, CHARGE, changes.charges);
  await insert(statements, AUTHORIZATION_USE, changes.authorizations);
  await insert(statements, COST, changes.costs);
  await insert(statements, EVENT_SHARE, changes.eventShares);
  await insert(statements, SUBJECT_COST, changes.subjectCosts);
  await writeReversed(statements, changes);
  return (
    (await openSubjects(statements, changes.subjectsWithNewCosts, 'fee_value')) +
    (await openSubjects(statements, changes.subjectsWithNewFees, 'subject_cost'))
  );
}

async function insert<Row>(
  statements: StatementsInTurn,
  { name, text, values }: Insert<Row>,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length > 0) await statements.send({ name, text, values: values(rows) });
}

/** Opens those of the subjects for which the other side, fees or costs, is there. */
async function openSubjects(
  statements: StatementsInTurn,
  subjects: ReadonlyMap<string, SubjectRef>,
  otherSide: 'fee_value' | 'subject_cost',
): Promise<number> {
  if (subjects.size === 0) return 0;
  const rows = await statements.query(
    `INSERT INTO open_subject AS o (platform, mode, customer_id, subject, partition)
     SELECT s.* FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::smallint[])
       AS s(platform, mode, customer_id, subject, partition)
     WHERE EXISTS (SELECT FROM ${otherSide} AS t
       WHERE t.platform = s.platform AND t.mode = s.mode
         AND t.customer_id = s.customer_id AND t.subject = s.subject)
     ON CONFLICT (platform, mode, customer_id, subject)
       DO UPDATE SET again = o.shared_up_to IS NOT NULL
     RETURNING 1 AS opened`,
    columnsOf(
      [...subjects.values()],
      [
        (subject) => subject.platform,
        (subject) => subject.mode,
        (subject) => subject.customerId,
        (subject) => subject.subject,
        (subject) => String(partitionOf(subject.customerId, PARTITIONS)),
      ],
    ),
  );
  return rows.length;
}
