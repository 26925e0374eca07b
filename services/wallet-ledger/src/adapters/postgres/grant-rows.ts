/** Grants as they are kept for ever, and read again when a reversal gives back to them. */
import { decimal, wire, ZERO } from '@kontor/money';
import type { Queryable } from '@kontor/postgres';
import type { GrantRef, WalletKey } from '../../app/ports';
import { endOf } from '../../domain/debts';
import { spanOf } from '../../domain/past-grants';
import type { PastGrant } from '../../domain/wallet-command';
import type {
  DebtStretch,
  FeeDebited,
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

interface PastGrantsQuery {
  readonly wallet: WalletKey;
  readonly grants: readonly GrantRef[];
  readonly debits: readonly FeeDebited[];
}

/**
 * The asked grants, those that the debits took from, and those that repaid their debt; by wallet, in
 * the order of the queries. Spans of repaid debt follow each other on the line of their account: the
 * first that reaches the end of a debit's debt is the last that has to do with it.
 */
export async function readPastGrants(
  queryable: Queryable,
  queries: readonly PastGrantsQuery[],
): Promise<PastGrant[][]> {
  const named = queries.flatMap((query, place) => namedIn(query).map((ref) => ({ place, ...ref })));
  const owed = queries.flatMap(({ debits }, place) =>
    debits
      .filter(({ debt }) => debt.amount.gt(ZERO))
      .map(({ accountId, debt }) => ({ place, accountId, debt })),
  );
  const rows = await queryable.query<PastGrantRow>(
    `WITH asked AS (
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
         WITH ORDINALITY AS asked (platform, mode, customer_id, place)
     ), wanted AS (
       SELECT place, account_id, grant_id
       FROM unnest($4::int[], $5::text[], $6::text[]) AS named (place, account_id, grant_id)
       UNION
       SELECT owed.place, owed.account_id, g.grant_id
       FROM unnest($7::int[], $8::text[], $9::numeric[], $10::numeric[])
              AS owed (place, account_id, owed_from, owed_to)
         JOIN asked USING (place)
         JOIN wallet_grant AS g USING (platform, mode, customer_id, account_id)
       WHERE g.repaid_to > owed_from
         AND g.repaid_to <= coalesce(
           (SELECT min(last.repaid_to) FROM wallet_grant AS last
            WHERE last.platform = asked.platform AND last.mode = asked.mode
              AND last.customer_id = asked.customer_id AND last.account_id = owed.account_id
              AND last.repaid_to >= owed_to), 'Infinity')
     )
     SELECT place::int AS place, account_id AS "accountId", grant_id AS "grantId", purpose,
            trim_scale(amount) AS amount, trim_scale(basis) AS basis, priority,
            effective_at AS "effectiveAt", expires_at AS "expiresAt", created_at AS "createdAt",
            repaid_from AS "repaidFrom", repaid_to AS "repaidTo"
     FROM wanted
       JOIN asked USING (place)
       JOIN wallet_grant USING (platform, mode, customer_id, account_id, grant_id)
     ORDER BY place, account_id, grant_id`,
    [
      queries.map(({ wallet }) => wallet.platform),
      queries.map(({ wallet }) => wallet.mode),
      queries.map(({ wallet }) => wallet.customerId),
      named.map(({ place }) => place + 1),
      named.map(({ accountId }) => accountId),
      named.map(({ grantId }) => grantId),
      owed.map(({ place }) => place + 1),
      owed.map(({ accountId }) => accountId),
      owed.map(({ debt }) => wire(debt.from)),
      owed.map(({ debt }) => wire(endOf(debt))),
    ],
    { name: 'past grants' },
  );
  const grants: PastGrant[][] = queries.map(() => []);
  for (const row of rows) grants[row.place - 1]?.push(pastGrantFromRow(row));
  return grants;
}

const namedIn = ({ grants, debits }: PastGrantsQuery): GrantRef[] => [
  ...grants,
  ...debits.flatMap(({ accountId, takes, draw }) =>
    [...(draw?.held ?? []), ...takes].map(({ grantId }) => ({ accountId, grantId })),
  ),
];

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
