import { type StatementLine, statementLinesOf } from '../events/statement-lines.mapping';
import type { CustomerRef, StoredLine } from '../postgres/audit-reads';
import type { StoredParts } from './compare-grants';
import { idOf, type LedgerFact } from './folded-wallet';

/** Every fact that moves something left its line, as far as the statements are made. */
export async function compareLines(
  facts: readonly LedgerFact[],
  range: readonly [from: number, to: number],
  { reads, findings, folded }: StoredParts,
): Promise<void> {
  const lines = statementLinesOf(facts);
  if (lines.length === 0) return;
  const customers = [...new Map(lines.map((line) => [idOf(line), line])).values()];
  const rows = await reads.lines(customers, range);
  const stored = new Map(rows.map((row) => [placeOf(row), row]));
  for (const line of lines) {
    const { platform, mode, customerId, accountId } = line;
    const row = stored.get(placeOf(line));
    findings.counts.statementLines += 1;
    if (row) folded({ platform, mode, customerId }).linesFound += 1;
    const expected = lineText(line);
    const found = row ? rowText(row) : 'none';
    if (found === expected) continue;
    const what = `statement line ${line.transactionId}`;
    findings.add({ platform, mode, customerId, accountId, what, expected, found });
  }
}

const placeOf = (
  line: CustomerRef & { readonly position: number | string; readonly index: number },
): string => `${idOf(line)} ${line.position} ${line.index}`;

const lineText = (line: StatementLine): string =>
  rowText({
    ...line,
    lots: JSON.stringify(line.lots),
    metadata: line.metadata && JSON.stringify(line.metadata),
  });

const rowText = (row: Omit<StoredLine, 'position' | 'customerId' | 'platform' | 'mode'>): string =>
  JSON.stringify([
    row.transactionId,
    row.type,
    row.accountId,
    row.asset,
    row.amount,
    row.balance,
    row.description,
    row.subject,
    row.eventId,
    row.lots,
    row.metadata,
    row.createdAt,
  ]);
