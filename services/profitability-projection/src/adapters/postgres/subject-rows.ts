/** Open subjects, their fees and costs, and what was shared of them. */
import { decimal, wire } from '@kontor/money';
import { columnsOf, type Database, type Transaction } from '@kontor/postgres';
import type {
  CostlyEvent,
  OpenSubject,
  OpenSubjects,
  SubjectProgress,
  SubjectSharingStore,
} from '../../app/ports';
import { eventKey, type SubjectRef, type Tenant } from '../../domain/entries';
import { subjectKey, type SubjectCost } from '../../domain/changes';
import type { Reshared, SubjectShare } from '../../domain/reshare';
import type { WeighedFee } from '../../domain/share-cost';
import { happeningFromRow, type HappeningRow } from './detail-rows.codec';
import type { PartitionTurns } from './partition-turns';
import { addRollUps } from './roll-up-rows';
import { StatementsInTurn } from './statements-in-turn';

export class SubjectSharingRows implements SubjectSharingStore {
  constructor(
    private readonly database: Database,
    private readonly turns: PartitionTurns,
  ) {}

  async openPartitions(tenant?: Tenant): Promise<number[]> {
    const rows = await this.database.query<{ partition: number }>(
      `SELECT DISTINCT partition FROM open_subject
       WHERE $1::text IS NULL OR (platform = $1 AND mode = $2) ORDER BY partition`,
      [tenant?.platform ?? null, tenant?.mode ?? null],
    );
    return rows.map(({ partition }) => partition);
  }

  inPartition(partition: number, work: (open: OpenSubjects) => Promise<void>): Promise<void> {
    return this.turns.run([partition], () =>
      this.database.transaction((tx) => work(new OpenSubjectRows(tx, partition)), {
        writesView: true,
        partitionLocks: [partition],
      }),
    );
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
const SUBJECTS = `unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
  AS s(platform, mode, customer_id, subject, place)`;
const OF_SUBJECT = `t.platform = s.platform AND t.mode = s.mode
  AND t.customer_id = s.customer_id AND t.subject = s.subject`;

class OpenSubjectRows implements OpenSubjects {
  constructor(
    private readonly tx: Transaction,
    private readonly partition: number,
  ) {}

  async take(limit: number): Promise<OpenSubject[]> {
    const rows = await this.tx.query<SubjectRow & { shared_up_to: string | null; fees: string }>(
      `SELECT s.platform, s.mode, s.customer_id, s.subject, s.shared_up_to,
              (SELECT count(*) + count(*) FILTER (WHERE t.reversed)
                 FROM fee_value AS t WHERE ${OF_SUBJECT}) AS fees
       FROM (SELECT * FROM open_subject WHERE partition = $1
             ORDER BY platform, mode, customer_id, subject LIMIT $2) AS s`,
      [this.partition, limit],
    );
    return rows.map((row) => ({
      ...subjectFromRow(row),
      sharedUpTo: row.shared_up_to,
      feeCount: Number(row.fees),
    }));
  }

  /** One row a subject: of many fees only their products and values are read, as one text each. */
  async fees(subjects: readonly SubjectRef[]): Promise<Map<string, WeighedFee[]>> {
    if (subjects.length === 0) return new Map();
    const rows = await this.tx.query<{ place: number; products: string; weights: string }>(
      `SELECT s.place::int AS place, string_agg(t.product_id, E'\n' ORDER BY t.fee_id) AS products,
              string_agg((CASE WHEN t.reversed THEN 0 ELSE COALESCE(t.value, 0) END)::text, E'\n'
                ORDER BY t.fee_id) AS weights
       FROM ${SUBJECTS} JOIN fee_value AS t ON ${OF_SUBJECT} GROUP BY s.place`,
      columnsOf(subjects, SUBJECT_COLUMNS),
    );
    return new Map(
      rows.flatMap(({ place, products, weights }) => {
        const subject = subjects[place - 1];
        return subject ? [[subjectKey(subject), feesFromTexts(products, weights)] as const] : [];
      }),
    );
  }

  async events(
    subjects: readonly OpenSubject[],
    limit: number,
  ): Promise<Map<string, CostlyEvent[]>> {
    if (subjects.length === 0) return new Map();
    const costs = await this.tx.query<CostRow>(
      `SELECT t.* FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[])
           AS s(platform, mode, customer_id, subject, shared_up_to)
         CROSS JOIN LATERAL (
           SELECT DISTINCT t.event_id FROM subject_cost AS t
           WHERE ${OF_SUBJECT} AND (s.shared_up_to IS NULL OR t.event_id > s.shared_up_to)
           ORDER BY t.event_id LIMIT $6) AS e
         JOIN subject_cost AS t ON ${OF_SUBJECT} AND t.event_id = e.event_id
       ORDER BY t.event_id, t.line`,
      [
        ...columnsOf<OpenSubject>(subjects, [...SUBJECT_COLUMNS, (subject) => subject.sharedUpTo]),
        limit,
      ],
    );
    const shared = await this.sharesOf(costs);
    const events = groupBy(costs, eventKeyOf, costFromRow);
    return groupBy(
      [...events],
      ([, [first]]) => (first ? subjectKey(first) : ''),
      ([key, ofEvent]) => ({
        eventId: ofEvent[0]?.eventId ?? '',
        costs: ofEvent,
        shared: shared.get(key) ?? [],
      }),
    );
  }

  private async sharesOf(costs: readonly CostRow[]): Promise<Map<string, SubjectShare[]>> {
    const events = [...new Map(costs.map((cost) => [eventKeyOf(cost), cost])).values()];
    const rows = await this.tx.query<ShareRow>(
      `SELECT t.* FROM unnest($1::text[], $2::text[], $3::uuid[]) AS k(platform, mode, event_id)
         JOIN subject_share AS t USING (platform, mode, event_id)`,
      columnsOf(events, [
        (event) => event.platform,
        (event) => event.mode,
        (event) => event.event_id,
      ]),
    );
    return groupBy(rows, eventKeyOf, (row) => ({
      ...happeningFromRow(row),
      productId: row.product_id,
      currency: row.currency,
      costs: decimal(row.costs),
    }));
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
    const statements = new StatementsInTurn(this.tx);
    await addRollUps(statements, rollUps);
    await statements.done();
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

interface CostRow extends SubjectRow {
  readonly line: number;
  readonly currency: string;
  readonly amount: string;
}

interface ShareRow extends SubjectRow {
  readonly product_id: string;
  readonly currency: string;
  readonly costs: string;
}

const eventKeyOf = (row: SubjectRow): string => eventKey({ ...row, eventId: row.event_id });

const costFromRow = (row: CostRow): SubjectCost => ({
  ...happeningFromRow(row),
  subject: row.subject,
  line: row.line,
  currency: row.currency,
  amount: decimal(row.amount),
});

/** A line a fee in both texts. */
function feesFromTexts(products: string, weights: string): WeighedFee[] {
  const values = weights.split('\n');
  return products.split('\n').map((productId, at) => ({ productId, weight: values[at] ?? '0' }));
}

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
