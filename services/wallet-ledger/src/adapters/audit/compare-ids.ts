/** Every decided id stands for one fact, and a hold that ended knows where. */
import type { Tenant } from '../../app/ports';
import type { AuditReads, TransactionIdRow } from '../postgres/audit-reads';
import type { Findings } from './findings';
import type { FoldedWallet } from './folded-wallet';

/** Where the log has the fact of an id, or (`ends`) the end of the authorization of that id. */
export interface KeptId extends Tenant {
  readonly transactionId: string;
  readonly position: number;
  readonly index: number;
  readonly ends: boolean;
}

interface IdParts {
  readonly reads: AuditReads;
  readonly findings: Findings;
}

/** Answers how many ids, ends not counted, have their row. */
export async function compareIds(
  ids: readonly KeptId[],
  { reads, findings, partition }: IdParts & { readonly partition: number },
): Promise<number> {
  if (ids.length === 0) return 0;
  const rows = await reads.transactionIds(distinct(ids));
  const byId = new Map(rows.map((row) => [keyOf(row), row]));
  let present = 0;
  for (const id of ids) {
    const row = byId.get(keyOf(id));
    const expected = addressOf(partition, id.position, id.index);
    const found = row ? storedAddress(row, id.ends) : 'none';
    if (!id.ends) {
      findings.counts.transactionIds += 1;
      if (row) present += 1;
    }
    if (found === expected) continue;
    const what = `${id.ends ? 'end of authorization' : 'transaction id'} ${id.transactionId}`;
    findings.add({ platform: id.platform, mode: id.mode, what, expected, found });
  }
  return present;
}

/** A hold that is open in the log has no end up to there. */
export async function compareOpenHolds(
  wallets: readonly FoldedWallet[],
  head: number,
  { reads, findings }: IdParts,
): Promise<void> {
  const open = wallets.flatMap(({ platform, mode, wallet }) =>
    [...wallet.holds.keys()].map((transactionId) => ({ platform, mode, transactionId })),
  );
  for (const row of await reads.transactionIds(open)) {
    if (row.endPosition === null || row.endPosition > head) continue;
    const { platform, mode, transactionId } = row;
    const what = `end of authorization ${transactionId}`;
    findings.add({ platform, mode, what, expected: 'none', found: storedAddress(row, true) });
  }
}

const distinct = (ids: readonly KeptId[]): readonly KeptId[] => [
  ...new Map(ids.map((id) => [keyOf(id), id])).values(),
];

const keyOf = ({ platform, mode, transactionId }: Tenant & { transactionId: string }): string =>
  `${platform} ${mode} ${transactionId}`;

const storedAddress = (row: TransactionIdRow, end: boolean): string =>
  end
    ? addressOf(row.partition, row.endPosition, row.endIndex)
    : addressOf(row.partition, row.position, row.index);

const addressOf = (partition: number, position: number | null, index: number | null): string =>
  position === null || index === null ? 'none' : `${partition}:${position}:${index}`;
