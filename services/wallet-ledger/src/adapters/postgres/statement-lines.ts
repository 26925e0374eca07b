import { copyTable, type Queryable, type Transaction } from '@kontor/postgres';
import type { WalletKey } from '../../app/ports';
import type { StatementLine, UnlinedFact } from '../events/statement-lines.mapping';

const LINES = copyTable<StatementLine>('wallet_transaction', [
  ['platform', (line) => line.platform],
  ['mode', (line) => line.mode],
  ['customer_id', (line) => line.customerId],
  ['position', (line) => String(line.position)],
  ['index', (line) => String(line.index)],
  ['transaction_id', (line) => line.transactionId],
  ['type', (line) => line.type],
  ['account_id', (line) => line.accountId],
  ['asset', (line) => line.asset],
  ['amount', (line) => line.amount],
  ['balance', (line) => line.balance],
  ['description', (line) => line.description],
  ['subject', (line) => line.subject],
  ['event_id', (line) => line.eventId],
  ['lots', (line) => JSON.stringify(line.lots)],
  ['metadata', (line) => line.metadata && JSON.stringify(line.metadata)],
  ['created_at', (line) => line.createdAt],
]);

const FACTS_WITHOUT_LINE = copyTable<UnlinedFact>('fact_without_line', [
  ['platform', ({ platform }) => platform],
  ['mode', ({ mode }) => mode],
  ['customer_id', ({ customerId }) => customerId],
  ['position', ({ position }) => String(position)],
  ['index', ({ index }) => String(index)],
  ['created_at', ({ createdAt }) => createdAt],
]);

export async function addStatementLines(
  tx: Transaction,
  lines: readonly StatementLine[],
): Promise<void> {
  if (lines.length > 0) await tx.copy(LINES.copied(lines));
}

export async function addUnlinedFacts(
  tx: Transaction,
  facts: readonly UnlinedFact[],
): Promise<void> {
  if (facts.length > 0) await tx.copy(FACTS_WITHOUT_LINE.copied(facts));
}

export interface StatementFilter {
  readonly accountId?: string | undefined;
  readonly type?: string | undefined;
  readonly subject?: string | undefined;
  /** Half-open, on the instant of the decision. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface StatementPage {
  readonly limit: number;
  readonly offset: number;
  /** Where the page before ended; the next line is older. */
  readonly before?: readonly [position: number, index: number] | undefined;
}

export const STATEMENT_COLUMNS = `transaction_id AS "transactionId", type, account_id AS "accountId", asset,
  amount, balance, description, subject, event_id AS "eventId", lots, metadata,
  created_at AS "createdAt", position, index`;

/** As they are stored: JSON as text, positions as text. */
export interface StatementRow {
  readonly transactionId: string;
  readonly type: string;
  readonly accountId: string;
  readonly asset: string;
  readonly amount: string;
  readonly balance: string;
  readonly description: string | null;
  readonly subject: string | null;
  readonly eventId: string | null;
  readonly lots: string;
  readonly metadata: string | null;
  readonly createdAt: string;
  readonly position: string;
  readonly index: number;
}

/** A page of a customer's transactions, newest first, and how many the filter matches in all. */
export async function readStatement(
  database: Queryable,
  wallet: WalletKey,
  { filter, page }: { readonly filter: StatementFilter; readonly page: StatementPage },
): Promise<{ readonly rows: StatementRow[]; readonly totalCount: number }> {
  const where = conditionsOf(wallet, filter);
  const [counted] = await database.query<{ count: string }>(
    `SELECT count(*) AS count FROM wallet_transaction WHERE ${where.text}`,
    where.values,
  );
  const rows = await readStatementRows(database, wallet, { filter, page });
  return { rows, totalCount: Number(counted?.count ?? 0) };
}

/** The same, without counting. */
export function readStatementRows(
  database: Queryable,
  wallet: WalletKey,
  { filter, page }: { readonly filter: StatementFilter; readonly page: StatementPage },
): Promise<StatementRow[]> {
  const where = conditionsOf(wallet, filter);
  if (page.before) where.addRow('(position, index) <', page.before);
  return database.query<StatementRow>(
    `SELECT ${STATEMENT_COLUMNS} FROM wallet_transaction WHERE ${where.text}
     ORDER BY position DESC, index DESC
     LIMIT ${where.parameter(page.limit)} OFFSET ${where.parameter(page.offset)}`,
    where.values,
  );
}

function conditionsOf(wallet: WalletKey, filter: StatementFilter): Conditions {
  const where = new Conditions(wallet);
  where.add('account_id =', filter.accountId);
  where.add('type =', filter.type);
  where.add('subject =', filter.subject);
  where.add('created_at >=', filter.from);
  where.add('created_at <', filter.to);
  return where;
}

/** One transaction, by where its fact stands in the log. */
export async function readStatementLine(
  database: Queryable,
  wallet: WalletKey,
  at: { readonly position: number; readonly index: number },
): Promise<StatementRow | undefined> {
  const [row] = await database.query<StatementRow>(
    `SELECT ${STATEMENT_COLUMNS} FROM wallet_transaction
     WHERE platform = $1 AND mode = $2 AND customer_id = $3 AND position = $4 AND index = $5`,
    [wallet.platform, wallet.mode, wallet.customerId, at.position, at.index],
    { name: 'statement line' },
  );
  return row;
}

/** One that has no id of its own: a capture, a release, what time did to a grant. */
export async function readStatementPart(
  database: Queryable,
  wallet: WalletKey,
  transactionId: string,
): Promise<StatementRow | undefined> {
  const [row] = await database.query<StatementRow>(
    `SELECT ${STATEMENT_COLUMNS} FROM wallet_transaction
     WHERE platform = $1 AND mode = $2 AND customer_id = $3 AND transaction_id = $4
       AND transaction_id LIKE '%.%'`,
    [wallet.platform, wallet.mode, wallet.customerId, transactionId],
    { name: 'statement part' },
  );
  return row;
}

/** The WHERE of a customer's rows, with its values. */
class Conditions {
  readonly values: unknown[] = [];
  private readonly terms: string[] = [];

  constructor({ platform, mode, customerId }: WalletKey) {
    this.add('platform =', platform);
    this.add('mode =', mode);
    this.add('customer_id =', customerId);
  }

  get text(): string {
    return this.terms.join(' AND ');
  }

  /** A filter that was not given adds nothing. */
  add(comparison: string, value: string | undefined): void {
    if (value !== undefined) this.terms.push(`${comparison} ${this.parameter(value)}`);
  }

  addRow(comparison: string, [left, right]: readonly [number, number]): void {
    this.terms.push(`${comparison} (${this.parameter(left)}, ${this.parameter(right)})`);
  }

  parameter(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}
