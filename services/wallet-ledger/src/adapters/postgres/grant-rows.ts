/** Grants as they are kept for ever, and read again when a reversal gives back to them. */
import { decimal, wire } from '@kontor/money';
import type { Queryable } from '@kontor/postgres';
import type { WalletKey } from '../../app/ports';
import { endOf } from '../../domain/debts';
import { spanOf } from '../../domain/past-grants';
import type { PastGrant } from '../../domain/wallet-command';
import type {
  DebtStretch,
  FundsCredited,
  GrantActivated,
  Purpose,
} from '../../domain/wallet-event';

export const grantRow = (wallet: WalletKey, event: FundsCredited): object => ({
  ...keyOf(wallet, event.accountId, event.grant.grantId),
  purpose: event.grant.purpose,
  amount: wire(event.grant.amount),
  basis: wire(event.grant.basis),
  priority: event.grant.priority,
  effective_at: event.grant.effectiveAt,
  expires_at: event.grant.expiresAt,
  created_at: event.at,
  ...spanToRow(event.repaid),
});

/** What a scheduled grant repaid when it came into effect. */
export const repaymentRow = (wallet: WalletKey, event: GrantActivated): object => ({
  ...keyOf(wallet, event.accountId, event.grantId),
  ...spanToRow(event.repaid),
});

const keyOf = ({ platform, mode, customerId }: WalletKey, accountId: string, grantId: string) => ({
  platform,
  mode,
  customer_id: customerId,
  account_id: accountId,
  grant_id: grantId,
});

function spanToRow(repaid: readonly DebtStretch[]): object {
  const span = spanOf(repaid);
  return span ? { repaid_from: wire(span.from), repaid_to: wire(endOf(span)) } : {};
}

interface PastGrantRow {
  readonly place: number;
  readonly accountId: string;
  readonly grantId: string;
  readonly purpose: Purpose;
  readonly amount: string;
  readonly basis: string;
  readonly priority: number;
  readonly effectiveAt: string;
  readonly expiresAt: string | null;
  readonly createdAt: string;
  readonly repaidFrom: string | null;
  readonly repaidTo: string | null;
}

/** All grants of each wallet, in the order of the keys. */
export async function readPastGrants(
  queryable: Queryable,
  keys: readonly WalletKey[],
): Promise<PastGrant[][]> {
  const rows = await queryable.query<PastGrantRow>(
    `SELECT given.place::int AS place, account_id AS "accountId", grant_id AS "grantId", purpose,
            trim_scale(amount) AS amount, trim_scale(basis) AS basis, priority,
            effective_at AS "effectiveAt", expires_at AS "expiresAt", created_at AS "createdAt",
            repaid_from AS "repaidFrom", repaid_to AS "repaidTo"
     FROM unnest($1::text[], $2::text[], $3::text[])
            WITH ORDINALITY AS given (platform, mode, customer_id, place)
       JOIN wallet_grant USING (platform, mode, customer_id)
     ORDER BY place, account_id, grant_id`,
    [
      keys.map(({ platform }) => platform),
      keys.map(({ mode }) => mode),
      keys.map(({ customerId }) => customerId),
    ],
    { name: 'past grants' },
  );
  const grants: PastGrant[][] = keys.map(() => []);
  for (const row of rows) grants[row.place - 1]?.push(pastGrantFromRow(row));
  return grants;
}

const pastGrantFromRow = (row: PastGrantRow): PastGrant => ({
  grant: {
    grantId: row.grantId,
    purpose: row.purpose,
    amount: decimal(row.amount),
    basis: decimal(row.basis),
    priority: row.priority,
    effectiveAt: row.effectiveAt,
    expiresAt: row.expiresAt,
  },
  createdAt: row.createdAt,
  accountId: row.accountId,
  repaid: spanFromRow(row),
});

function spanFromRow({ repaidFrom, repaidTo }: PastGrantRow): DebtStretch | undefined {
  if (repaidFrom === null || repaidTo === null) return undefined;
  const from = decimal(repaidFrom);
  return { from, amount: decimal(repaidTo).minus(from) };
}
