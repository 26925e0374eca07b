/**
 * A wallet as the text of its row: compact JSON, lists instead of named members, because it is
 * written with every batch. The same wallet is always the same text.
 */
import { decimal, wire } from '@kontor/money';
import type { Lot } from '../../domain/burn-order';
import type { Purpose } from '../../domain/wallet-event';
import { type Account, freeOf, newAccount, type Wallet } from '../../domain/wallet-state';

/** Raised when the lists change; older forms are then read as they were written. */
const FORMAT = 1;

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
];
type AccountRow = readonly [
  accountId: string,
  name: string,
  asset: string,
  held: string,
  debtIncurred: string,
  debtRepaid: string,
  lots: readonly LotRow[],
];
type WalletRow = readonly [format: typeof FORMAT, asOf: string, accounts: readonly AccountRow[]];

export function toRow(wallet: Wallet): string {
  const row: WalletRow = [FORMAT, wallet.asOf, [...wallet.accounts.values()].map(accountToRow)];
  return JSON.stringify(row);
}

export function fromRow(text: string): Wallet {
  const [format, asOf, accounts] = JSON.parse(text) as WalletRow;
  if (format !== FORMAT) throw new Error(`a wallet of format ${String(format)} is not known here`);
  return {
    accounts: new Map(accounts.map((row) => [row[0], accountFromRow(row)])),
    asOf,
  };
}

const accountToRow = (account: Account): AccountRow => [
  account.accountId,
  account.name,
  account.asset,
  wire(account.held),
  wire(account.debts.incurred),
  wire(account.debts.repaid),
  account.lots.map(lotToRow),
];

function accountFromRow(row: AccountRow): Account {
  const [accountId, name, asset, held, incurred, repaid, lotRows] = row;
  const lots = lotRows.map(lotFromRow);
  return {
    ...newAccount(accountId, name, asset),
    lots,
    free: freeOf(lots),
    held: decimal(held),
    debts: { incurred: decimal(incurred), repaid: decimal(repaid) },
  };
}

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
});
