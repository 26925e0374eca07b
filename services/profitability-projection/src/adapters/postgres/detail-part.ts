/** The rows of what was said: one COPY per table, then what of them counts no more. */
import { columnsOf, type CopyRows, type CopyTable } from '@kontor/postgres';
import { partitionOf, partitionsOf } from '@kontor/event-log';
import type { Changes } from '../../domain/changes';
import type { SubjectRef } from '../../domain/entries';
import {
  AUTHORIZATION_USE,
  CHARGE,
  COST,
  costRowsOf,
  EVENT_PRODUCT,
  EVENT_SHARE,
  FEE_VALUE,
  RATED,
  REVERSAL,
  SUBJECT_COST,
  USAGE,
} from './detail-rows.codec';
import { writeReversed } from './reversed-rows';
import type { StatementsInTurn } from './statements-in-turn';
import type { ViewPart } from './view-part';

/** A customer has the same partition in all four topics. */
const PARTITIONS = partitionsOf('usage.recorded.v1');

/** In the order of writing. */
const TABLES: readonly RowsOf[] = [
  rowsOf(USAGE, ({ usage }) => usage),
  rowsOf(RATED, ({ rated }) => rated),
  rowsOf(EVENT_PRODUCT, ({ eventProducts }) => eventProducts),
  {
    rowsOf: ({ costs }) => costs,
    copied: ({ costs }, from) => COST.copied(costRowsOf(costs.slice(from))),
  },
  rowsOf(FEE_VALUE, ({ fees }) => fees),
  rowsOf(CHARGE, ({ charges }) => charges),
  rowsOf(AUTHORIZATION_USE, ({ authorizations }) => authorizations),
  rowsOf(EVENT_SHARE, ({ eventShares }) => eventShares),
  rowsOf(SUBJECT_COST, ({ subjectCosts }) => subjectCosts),
];

interface RowsOf {
  readonly rowsOf: (changes: Changes) => readonly unknown[];
  /** The rows from the given one on. */
  readonly copied: (changes: Changes, from: number) => CopyRows;
}

function rowsOf<Row>(table: CopyTable<Row>, rows: (changes: Changes) => readonly Row[]): RowsOf {
  return { rowsOf: rows, copied: (changes, from) => table.copied(rows(changes).slice(from)) };
}

export class DetailPart implements ViewPart {
  private readonly written = TABLES.map(() => 0);

  constructor(
    private readonly statements: StatementsInTurn,
    private readonly changes: Changes,
  ) {}

  async writeFolded(): Promise<void> {
    for (const [at, table] of TABLES.entries()) {
      const from = this.written[at] ?? 0;
      const { length } = table.rowsOf(this.changes);
      if (length === from) continue;
      this.written[at] = length;
      await this.statements.copy(table.copied(this.changes, from));
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
