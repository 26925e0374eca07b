/** Open subjects, their fees and costs, and what was shared of them. */
import { decimal, wire } from '@kontor/money';
import type { Database, Transaction } from '@kontor/postgres';
import type {
  CostPortion,
  OpenSubject,
  OpenSubjects,
  SubjectProgress,
  SubjectSharingStore,
} from '../../app/ports';
import type { Happening, SubjectRef, Tenant } from '../../domain/entries';
import { subjectKey, type SubjectCost } from '../../domain/fold';
import type { Reshared, SubjectShare } from '../../domain/reshare';
import type { WeighedFee } from '../../domain/share-cost';
import { columnsOf } from './columns';
import { happeningFromRow, type HappeningRow } from './detail-rows.codec';
import { addRollUps } from './roll-up-rows';

/** Counting stops here: whoever has more is shared in many rounds anyway. */
const FEES_COUNTED_MAX = 1_000_000;
const COSTS_COUNTED_MAX = 10_000;

export class SubjectSharingRows implements SubjectSharingStore {
  constructor(private readonly database: Database) {}

  async openPartitions(tenant?: Tenant): Promise<number[]> {
    const rows = await this.database.query<{ partition: number }>(
      `SELECT DISTINCT partition FROM open_subject
       WHERE $1::text IS NULL OR (platform = $1 AND mode = $2) ORDER BY partition`,
      [tenant?.platform ?? null, tenant?.mode ?? null],
    );
    return rows.map(({ partition }) => partition);
  }

  inPartition(partition: number, work: (open: OpenSubjects) => Promise<void>): Promise<void> {
    return this.database.transaction((tx) => work(new OpenSubjectRows(tx, partition)), {
      writesView: true,
      partitionLocks: [partition],
    });
  }
}

interface SubjectRow extends HappeningRow {
  readonly subject: string;
}

const subjectFromRow = (
  row: Pick<SubjectRow, 'platform' | 'mode' | 'customer_id' | 'subject'>,
) => ({
  platform: row.platform,
  mode: row.mode,
  customerId: row.customer_id,
  subject: row.subject,
});

const SUBJECT_COLUMNS: readonly ((subject: SubjectRef) => string)[] = [
  (subject) => subject.platform,
  (subject) => subject.mode,
  (subject) => subject.customerId,
  (subject) => subject.subject,
];
const SUBJECTS = `unnest($1::text[], $2::text[], $3::text[], $4::text[])
  AS s(platform, mode, customer_id, subject)`;
const OF_SUBJECT = `t.platform = s.platform AND t.mode = s.mode
  AND t.customer_id = s.customer_id AND t.subject = s.subject`;

class OpenSubjectRows implements OpenSubjects {
  constructor(
    private readonly tx: Transaction,
    private readonly partition: number,
  ) {}

  async take(limit: number): Promise<OpenSubject[]> {
    const rows = await this.tx.query<
      SubjectRow & { shared_up_to: string | null; fees: string; costs: string }
    >(
      `SELECT s.platform, s.mode, s.customer_id, s.subject, s.shared_up_to,
              (SELECT count(*) FROM (SELECT FROM fee_value AS t WHERE ${OF_SUBJECT}
                 LIMIT ${FEES_COUNTED_MAX}) AS f) AS fees,
              (SELECT count(*) FROM (SELECT FROM subject_cost AS t WHERE ${OF_SUBJECT}
                 LIMIT ${COSTS_COUNTED_MAX}) AS c) AS costs
       FROM (SELECT * FROM open_subject WHERE partition = $1
             ORDER BY platform, mode, customer_id, subject LIMIT $2) AS s`,
      [this.partition, limit],
    );
    return rows.map((row) => ({
      ...subjectFromRow(row),
      sharedUpTo: row.shared_up_to,
      feeCount: Number(row.fees),
      costCount: Number(row.costs),
    }));
  }

  async fees(subjects: readonly SubjectRef[]): Promise<Map<string, WeighedFee[]>> {
    if (subjects.length === 0) return new Map();
    const rows = await this.tx.query<
      SubjectRow & { fee_id: string; product_id: string; value: string }
    >(
      `SELECT t.platform, t.mode, t.customer_id, t.subject, t.fee_id, t.product_id,
              COALESCE(t.value, 0) AS value
       FROM ${SUBJECTS} JOIN fee_value AS t ON ${OF_SUBJECT}`,
      columnsOf(subjects, SUBJECT_COLUMNS),
    );
    return groupBy(
      rows,
      (row) => subjectKey(subjectFromRow(row)),
      (row) => ({
        feeId: row.fee_id,
        productId: row.product_id,
        weight: decimal(row.value),
      }),
    );
  }

  async costs(portions: readonly CostPortion[]): Promise<Map<string, SubjectCost[]>> {
    if (portions.length === 0) return new Map();
    const rows = await this.tx.query<
      SubjectRow & { line: number; currency: string; amount: string }
    >(
      `SELECT t.* FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::int[])
           AS s(platform, mode, customer_id, subject, shared_up_to, events_max)
         CROSS JOIN LATERAL (
           SELECT DISTINCT t.event_id FROM subject_cost AS t
           WHERE ${OF_SUBJECT} AND (s.shared_up_to IS NULL OR t.event_id > s.shared_up_to)
           ORDER BY t.event_id LIMIT s.events_max) AS e
         JOIN subject_cost AS t ON ${OF_SUBJECT} AND t.event_id = e.event_id
       ORDER BY t.platform, t.mode, t.customer_id, t.subject, t.event_id, t.line`,
      columnsOf<CostPortion>(portions, [
        ...SUBJECT_COLUMNS.map(
          (column) =>
            ({ subject }: CostPortion) =>
              column(subject),
        ),
        ({ subject }) => subject.sharedUpTo,
        ({ eventsMax }) => String(eventsMax),
      ]),
    );
    return groupBy(
      rows,
      (row) => subjectKey(subjectFromRow(row)),
      (row) => ({
        ...ofSubject(row),
        line: row.line,
        currency: row.currency,
        amount: decimal(row.amount),
      }),
    );
  }

  async shares(costs: readonly SubjectCost[]): Promise<Map<string, SubjectShare[]>> {
    if (costs.length === 0) return new Map();
    const events = [...new Map(costs.map((cost) => [cost.eventId, cost])).values()];
    const rows = await this.tx.query<
      SubjectRow & { product_id: string; currency: string; costs: string }
    >(
      `SELECT t.* FROM unnest($1::text[], $2::text[], $3::uuid[]) AS k(platform, mode, event_id)
         JOIN subject_share AS t USING (platform, mode, event_id)`,
      columnsOf(events, [
        (event) => event.platform,
        (event) => event.mode,
        (event) => event.eventId,
      ]),
    );
    return groupBy(
      rows,
      (row) => subjectKey(subjectFromRow(row)),
      (row) => ({
        ...ofSubject(row),
        productId: row.product_id,
        currency: row.currency,
        costs: decimal(row.costs),
      }),
    );
  }

  async write({ shares, rollUps }: Reshared): Promise<void> {
    if (shares.length > 0)
      await this.tx.query(
        `INSERT INTO subject_share (platform, mode, event_id, customer_id, subject, occurred_at,
             product_id, currency, costs)
         SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[],
             $6::timestamptz[], $7::text[], $8::text[], $9::numeric[])
         ON CONFLICT (platform, mode, event_id, product_id, currency)
           DO UPDATE SET costs = excluded.costs`,
        columnsOf(shares, [
          (share) => share.platform,
          (share) => share.mode,
          (share) => share.eventId,
          (share) => share.customerId,
          (share) => share.subject,
          (share) => share.occurredAt,
          (share) => share.productId,
          (share) => share.currency,
          (share) => wire(share.costs),
        ]),
        { name: 'put subject_share' },
      );
    await addRollUps(this.tx, rollUps);
  }

  async leave(progress: readonly SubjectProgress[]): Promise<void> {
    if (progress.length === 0) return;
    const values = columnsOf<SubjectProgress>(progress, [
      ...SUBJECT_COLUMNS.map(
        (column) =>
          ({ subject }: SubjectProgress) =>
            column(subject),
      ),
      ({ sharedUpTo }) => sharedUpTo,
    ]);
    const of = `FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[])
        AS s(platform, mode, customer_id, subject, shared_up_to) WHERE ${OF_SUBJECT}`;
    await this.tx.query(
      `DELETE FROM open_subject AS t USING ${of.slice('FROM '.length)}
         AND s.shared_up_to IS NULL AND NOT t.again`,
      values,
    );
    // What is left goes on where it stopped, or from the start when something came meanwhile.
    await this.tx.query(
      `UPDATE open_subject AS t SET shared_up_to = s.shared_up_to,
           again = t.again AND s.shared_up_to IS NOT NULL ${of}`,
      values,
    );
  }
}

const ofSubject = (row: SubjectRow): Happening & { readonly subject: string } => ({
  ...happeningFromRow(row),
  subject: row.subject,
});

function groupBy<Row, Item>(
  rows: readonly Row[],
  key: (row: Row) => string,
  item: (row: Row) => Item,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(item(row));
    else groups.set(key(row), [item(row)]);
  }
  return groups;
}
