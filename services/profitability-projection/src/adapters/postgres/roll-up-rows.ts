/** Adding sums to the stored ones: one statement per table, rows in the order of keys. */
import { columnsOf } from '@kontor/postgres';
import { wire } from '@kontor/money';
import {
  ROLL_UP_TABLES,
  type RollUpRow,
  type RollUps,
  type RollUpTable,
} from '../../domain/roll-ups';
import type { Changes } from '../../domain/changes';
import type { StatementsInTurn } from './statements-in-turn';
import type { ViewPart } from './view-part';

interface Measure {
  readonly column: string;
  readonly type: 'numeric' | 'bigint';
  readonly of: (row: RollUpRow) => string;
}

const REVENUE: Measure = { column: 'revenue', type: 'numeric', of: (row) => wire(row.revenue) };
const COSTS: Measure = { column: 'costs', type: 'numeric', of: (row) => wire(row.costs) };
const EVENTS: Measure = { column: 'events', type: 'bigint', of: (row) => String(row.events) };
const WITH_FEES: Measure = {
  column: 'with_fees',
  type: 'bigint',
  of: (row) => String(row.withFees),
};
const UNRATED: Measure = { column: 'unrated', type: 'bigint', of: (row) => String(row.unrated) };
const UNCOLLECTED: Measure = {
  column: 'uncollected',
  type: 'numeric',
  of: (row) => wire(row.uncollected),
};
const COUNTERS = [EVENTS, WITH_FEES, UNRATED];

/** The key columns after platform and mode, in the order of `RollUpRow.key`; `day` is a date. */
const TABLES: Record<RollUpTable, { keys: readonly string[]; measures: readonly Measure[] }> = {
  customer_day: {
    keys: ['customer_id', 'day', 'currency'],
    measures: [REVENUE, COSTS, UNCOLLECTED, ...COUNTERS],
  },
  subject_day: {
    keys: ['subject', 'customer_id', 'day', 'currency'],
    measures: [REVENUE, COSTS],
  },
  platform_day: { keys: ['day', 'currency'], measures: [REVENUE, COSTS, ...COUNTERS] },
  product_day: { keys: ['product_id', 'day', 'currency'], measures: [REVENUE, COSTS] },
  product_event_day: { keys: ['product_code', 'day'], measures: [EVENTS] },
  vendor_day: { keys: ['vendor_id', 'category', 'day', 'currency'], measures: [COSTS] },
  type_day: { keys: ['event_type', 'day'], measures: COUNTERS },
};

const STATEMENTS = Object.fromEntries(
  ROLL_UP_TABLES.map((table) => [table, statementOf(table)]),
) as Record<RollUpTable, string>;

function statementOf(table: RollUpTable): string {
  const { keys, measures } = TABLES[table];
  const keyColumns = ['platform', 'mode', ...keys];
  const columns = [...keyColumns, ...measures.map(({ column }) => column)];
  const types = [
    ...keyColumns.map((column) => (column === 'day' ? 'date' : 'text')),
    ...measures.map(({ type }) => type),
  ];
  const sums = measures.map(({ column }) => `${column} = t.${column} + excluded.${column}`);
  return `INSERT INTO ${table} AS t (${columns.join(', ')})
          SELECT * FROM unnest(${types.map((type, at) => `$${at + 1}::${type}[]`).join(', ')})
          ON CONFLICT (${keyColumns.join(', ')}) DO UPDATE SET ${sums.join(', ')}`;
}

/** Sums are written once, when all are added up, and last: partitions share their rows. */
export class RollUpPart implements ViewPart {
  constructor(
    private readonly statements: StatementsInTurn,
    private readonly changes: Changes,
  ) {}

  writeFolded(): Promise<void> {
    return Promise.resolve();
  }

  async finish(): Promise<number> {
    await addRollUps(this.statements, this.changes.rollUps);
    return 0;
  }
}

export async function addRollUps(
  statements: Pick<StatementsInTurn, 'send'>,
  rollUps: RollUps,
): Promise<void> {
  for (const table of ROLL_UP_TABLES) {
    const rows = rollUps.rows(table);
    if (rows.length === 0) continue;
    const { keys, measures } = TABLES[table];
    const columns = columnsOf<RollUpRow>(rows, [
      ...['platform', 'mode', ...keys].map(
        (_column, at) =>
          (row: RollUpRow): string =>
            row.key[at] ?? '',
      ),
      ...measures.map(({ of }) => of),
    ]);
    await statements.send({ name: `add ${table}`, text: STATEMENTS[table], values: columns });
  }
}
