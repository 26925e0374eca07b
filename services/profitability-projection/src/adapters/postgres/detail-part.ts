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
import type { Statement, StatementsInTurn } from './statements-in-turn';
import type { ViewPart } from './view-part';

/** A customer has the same partition in all four topics. */
const PARTITIONS = partitionsOf('usage.recorded.v1');

/** In the order of writing. */
const INSERTS: readonly InsertOf[] = [
  insertOf(USAGE, ({ usage }) => usage),
  insertOf(RATED, ({ rated }) => rated),
  insertOf(EVENT_PRODUCT, ({ eventProducts }) => eventProducts),
  insertOf(COST, ({ costs }) => costs),
  insertOf(FEE_VALUE, ({ fees }) => fees),
  insertOf(CHARGE, ({ charges }) => charges),
  insertOf(AUTHORIZATION_USE, ({ authorizations }) => authorizations),
  insertOf(EVENT_SHARE, ({ eventShares }) => eventShares),
  insertOf(SUBJECT_COST, ({ subjectCosts }) => subjectCosts),
];

interface InsertOf {
  readonly rowsOf: (changes: Changes) => readonly unknown[];
  /** What inserts the rows from the given one on. */
  readonly statement: (changes: Changes, from: number) => Statement;
}

function insertOf<Row>(
  { name, text, values }: Insert<Row>,
  rowsOf: (changes: Changes) => readonly Row[],
): InsertOf {
  return {
    rowsOf,
    statement: (changes, from) => ({ name, text, values: values(rowsOf(changes).slice(from)) }),
  };
}

export class DetailPart implements ViewPart {
  private readonly written = INSERTS.map(() => 0);

  constructor(
    private readonly statements: StatementsInTurn,
    private readonly changes: Changes,
  ) {}

  async writeFolded(): Promise<void> {
    for (const [at, { rowsOf, statement }] of INSERTS.entries()) {
      const from = this.written[at] ?? 0;
      const { length } = rowsOf(this.changes);
      if (length === from) continue;
      this.written[at] = length;
      await this.statements.send(statement(this.changes, from));
    }
  }

  async finish(): Promise<number> {
    const { statements, changes } = this;
    await this.writeFolded();
    if (changes.reversals.size > 0) {
      const { name, text, values } = REVERSAL;
      await statements.send({ name, text, values: values([...changes.reversals.values()]) });
    }
    await writeReversed(statements, changes);
    return (
      (await openSubjects(statements, changes.subjectsWithNewCosts, 'fee_value')) +
      (await openSubjects(statements, changes.subjectsWithNewFees, 'subject_cost'))
    );
  }
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
