import type { FundsCredited } from '@kontor/contracts';
import type { CustomerRef, AuditReads } from '../postgres/audit-reads';
import type { Findings } from './findings';
import { type FoldedWallet, type LedgerFact, refOf } from './folded-wallet';

export interface StoredParts {
  readonly reads: AuditReads;
  readonly findings: Findings;
  folded(ref: CustomerRef): FoldedWallet;
}

/** Every credit left its grant as it was given. */
export async function compareGrants(
  facts: readonly LedgerFact[],
  { reads, findings, folded }: StoredParts,
): Promise<void> {
  const credits = facts.flatMap(({ fact }) =>
    fact.type === 'wallet.funds-credited' ? [fact] : [],
  );
  if (credits.length === 0) return;
  const rows = await reads.grants(
    credits.map((fact) => ({
      ...refOf(fact),
      accountId: fact.accountId,
      grantId: fact.grant.grantId,
    })),
  );
  const stored = new Map(rows.map((row) => [keyOf(row, row.accountId, row.grantId), row]));
  for (const fact of credits) {
    const ref = refOf(fact);
    const { accountId, grant } = fact;
    const row = stored.get(keyOf(ref, accountId, grant.grantId));
    findings.counts.grants += 1;
    if (row) folded(ref).grantsFound += 1;
    const expected = contentOf({ ...grantOf(fact) });
    const found = row ? contentOf(row) : 'none';
    if (found !== expected)
      findings.add({ ...ref, accountId, what: `grant ${grant.grantId}`, expected, found });
  }
}

const keyOf = ({ platform, mode, customerId }: CustomerRef, ...ids: string[]): string =>
  [platform, mode, customerId, ...ids].join(' ');

const grantOf = ({ grant, at }: FundsCredited) => ({ ...grant, createdAt: at });

const contentOf = (grant: {
  readonly purpose: string;
  readonly amount: string;
  readonly effectiveAt: string;
  readonly expiresAt: string | null;
  readonly createdAt: string;
}): string =>
  JSON.stringify([
    grant.purpose,
    grant.amount,
    grant.effectiveAt,
    grant.expiresAt,
    grant.createdAt,
  ]);
