/** A statement as a file for spreadsheets: RFC 4180, one header line, exact decimals. */
import { Readable } from 'node:stream';
import type { StatementRow } from '../postgres/statement-lines';

export const CSV_TYPE = 'text/csv; charset=utf-8; header=present';

const COLUMNS = [
  'id',
  'type',
  'account_id',
  'asset',
  'amount',
  'balance',
  'description',
  'subject',
  'event_id',
  'lots',
  'metadata',
  'created_at',
  'executed_at',
] as const;
const LINE_END = '\r\n';
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;
/** What a spreadsheet would calculate when it opens the file. */
const STARTS_FORMULA = /^\s*[=+\-@\t\r\n]/;

/** Lines of the statement in the order given; a broken read breaks the transfer, never ends it. */
export const statementCsv = (pages: AsyncIterable<readonly StatementRow[]>): Readable =>
  Readable.from(linesOf(pages), { objectMode: false });

async function* linesOf(pages: AsyncIterable<readonly StatementRow[]>): AsyncGenerator<string> {
  yield COLUMNS.join(',') + LINE_END;
  for await (const rows of pages) yield rows.map(lineOf).join('');
}

/** Amounts are ours and stay numbers, also below zero; every text that a client chose is defused. */
export const lineOf = (row: StatementRow): string =>
  [
    textCell(row.transactionId),
    row.type,
    textCell(row.accountId),
    textCell(row.asset),
    row.amount,
    row.balance,
    textCell(row.description),
    textCell(row.subject),
    textCell(row.eventId),
    textCell(lotsOf(row.lots)),
    textCell(row.metadata),
    row.createdAt,
    row.createdAt,
  ].join(',') + LINE_END;

/** `grt_1 0.5; grt_2 0.25` */
const lotsOf = (lots: string): string =>
  (JSON.parse(lots) as { grantId: string; amount: string }[])
    .map(({ grantId, amount }) => `${grantId} ${amount}`)
    .join('; ');

function textCell(text: string | null): string {
  if (text === null) return '';
  const safe = STARTS_FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Whether an `Accept` header prefers CSV: named, and not less wanted than JSON is by name. */
export function prefersCsv(accept: string | undefined): boolean {
  const wanted = new Map(
    (accept ?? '').split(',').map((entry) => {
      const [type = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith('q='));
      return [type, quality === undefined ? 1 : Number(quality.slice(2))] as const;
    }),
  );
  const csv = wanted.get('text/csv') ?? 0;
  return csv > 0 && csv >= (wanted.get('application/json') ?? 0);
}
