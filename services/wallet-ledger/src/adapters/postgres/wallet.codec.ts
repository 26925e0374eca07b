/**
 * A wallet as the text of its row: compact JSON, lists instead of named members, because it is
 * written with every batch. The same wallet is always the same text.
 */
import { decimal, wire } from '@kontor/money';
import type { Lot } from '../../domain/burn-order';
import type { Hold } from '../../domain/holds';
import type { Overdraft, Purpose } from '../../domain/wallet-event';
import { type Account, freeOf, newAccount, type Wallet } from '../../domain/wallet-state';

/** Raised when the lists change; older forms are then read as they were written. */
const FORMAT = 2;
/** Before there were holds, policies and scheduled grants; its lists are shorter. */
const FORMAT_WITHOUT_HOLDS = 1;

type LotRow = readonly [
  grantId: string,
  purpose: Purpose,
  amount: string,
  available: string,
  basis: string,
  priority: number,
  effectiveAt: string,
  expiresAt: string | null,
  createdAt: string,
  held?: string,
];
type AccountRow = readonly [
  accountId: string,
  name: string,
  asset: string,
  held: string,
  debtIncurred: string,
  debtRepaid: string,
  lots: readonly LotRow[],
  overdraft?: readonly [mode: Overdraft['mode'], limit?: string],
  scheduled?: readonly LotRow[],
  /** Left out when there are none, as nearly always. */
  debtReversed?: readonly StretchRow[],
];
type StretchRow = readonly [from: string, amount: string];
type TakeRow = readonly [grantId: string, amount: string];
type HoldRow = readonly [
  authorizationId: string,
  accountId: string,
  amount: string,
  captured: string,
  overdraft: string,
  draws: number,
  expiresAt: string,
  subject: string | null,
  takes: readonly TakeRow[],
];
type WalletRow = readonly [
  format: number,
  asOf: string,
  accounts: readonly AccountRow[],
  holds?: readonly HoldRow[],
];

export function toRow(wallet: Wallet): string {
  const row: WalletRow = [
    FORMAT,
    wallet.asOf,
    [...wallet.accounts.values()].map(accountToRow),
    [...wallet.holds.values()].map(holdToRow),
  ];
  return JSON.stringify(row);
}

export function fromRow(text: string): Wallet {
  const [format, asOf, accountRows, holdRows = []] = JSON.parse(text) as WalletRow;
  if (format !== FORMAT && format !== FORMAT_WITHOUT_HOLDS)
    throw new Error(`a wallet of format ${format} is not known here`);
  const accounts = new Map(accountRows.map((row) => [row[0], accountFromRow(row)]));
  const holds = new Map(holdRows.map((row) => [row[0], holdFromRow(row)]));
  for (const hold of holds.values()) {
    const account = accounts.get(hold.accountId);
    if (account) account.heldOverdraft = account.heldOverdraft.plus(hold.overdraft);
  }
  return { accounts, holds, asOf };
}

export function accountToRow(account: Account): AccountRow {
  const { reversed } = account.debts;
  const row = [
    account.accountId,
    account.name,
    account.asset,
    wire(account.held),
    wire(account.debts.incurred),
    wire(account.debts.repaid),
    account.lots.map(lotToRow),
    overdraftToRow(account.overdraft),
    account.scheduled.map(lotToRow),
  ] as const;
  return reversed.length === 0
    ? row
    : [...row, reversed.map(({ from, amount }): StretchRow => [wire(from), wire(amount)])];
}

const overdraftToRow = (overdraft: Overdraft): NonNullable<AccountRow[7]> =>
  overdraft.mode === 'limit' ? [overdraft.mode, wire(overdraft.limit)] : [overdraft.mode];

function accountFromRow(row: AccountRow): Account {
  const [accountId, name, asset, held, incurred, repaid, lotRows] = row;
  const [mode, limit] = row[7] ?? ['unlimited'];
  const lots = lotRows.map(lotFromRow);
  return {
    ...newAccount(accountId, name, asset),
    lots,
    scheduled: (row[8] ?? []).map(lotFromRow),
    free: freeOf(lots),
    held: decimal(held),
    overdraft: mode === 'limit' ? { mode, limit: decimal(limit ?? '0') } : { mode },
    debts: {
      incurred: decimal(incurred),
      repaid: decimal(repaid),
      reversed: (row[9] ?? []).map(([from, amount]) => ({
        from: decimal(from),
        amount: decimal(amount),
      })),
    },
  };
}

export const holdToRow = (hold: Hold): HoldRow => [
  hold.authorizationId,
  hold.accountId,
  wire(hold.amount),
  wire(hold.captured),
  wire(hold.overdraft),
  hold.draws,
  hold.expiresAt,
  hold.subject ?? null,
  hold.takes.map(({ grantId, amount }) => [grantId, wire(amount)]),
];

const holdFromRow = (row: HoldRow): Hold => ({
  authorizationId: row[0],
  accountId: row[1],
  amount: decimal(row[2]),
  captured: decimal(row[3]),
  overdraft: decimal(row[4]),
  draws: row[5],
  expiresAt: row[6],
  subject: row[7] ?? undefined,
  takes: row[8].map(([grantId, amount]) => ({ grantId, amount: decimal(amount) })),
});

const lotToRow = (lot: Lot): LotRow => [
  lot.grantId,
  lot.purpose,
  wire(lot.amount),
  wire(lot.available),
  wire(lot.basis),
  lot.priority,
  lot.effectiveAt,
  lot.expiresAt,
  lot.createdAt,
  wire(lot.held),
];

const lotFromRow = (row: LotRow): Lot => ({
  grantId: row[0],
  purpose: row[1],
  amount: decimal(row[2]),
  available: decimal(row[3]),
  basis: decimal(row[4]),
  priority: row[5],
  effectiveAt: row[6],
  expiresAt: row[7],
  createdAt: row[8],
  held: decimal(row[9] ?? '0'),
});
