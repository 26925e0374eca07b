/** What an audit has counted and found so far. */
import { type Decimal, ZERO } from '@kontor/money';

export interface Difference {
  readonly platform?: string;
  readonly mode?: string;
  readonly customerId?: string;
  readonly accountId?: string;
  /** What differs: a figure of an account, a row, a position of the log. */
  readonly what: string;
  /** What the log says, and what the table says instead. */
  readonly expected: string;
  readonly found: string;
}

export interface AuditCounts {
  records: number;
  facts: number;
  fees: number;
  wallets: number;
  accounts: number;
  openHolds: number;
  grants: number;
  transactionIds: number;
  statementLines: number;
  bookBalances: number;
}

/** More are counted, not kept. */
const LISTED_MAX = 1_000;
/** A stored state can be long; its beginning says enough. */
const TEXT_MAX = 500;

export class Findings {
  readonly counts: AuditCounts = {
    records: 0,
    facts: 0,
    fees: 0,
    wallets: 0,
    accounts: 0,
    openHolds: 0,
    grants: 0,
    transactionIds: 0,
    statementLines: 0,
    bookBalances: 0,
  };
  readonly differences: Difference[] = [];
  differenceCount = 0;
  partitionsDone = 0;
  /** Sum of all legs of the log, by asset: 0, or the books are wrong. */
  readonly legs = new Map<string, Decimal>();

  add(difference: Difference): void {
    this.differenceCount += 1;
    if (this.differences.length >= LISTED_MAX) return;
    const { expected, found } = difference;
    this.differences.push({
      ...difference,
      expected: expected.slice(0, TEXT_MAX),
      found: found.slice(0, TEXT_MAX),
    });
  }

  addLegs(asset: string, amount: Decimal): void {
    this.legs.set(asset, (this.legs.get(asset) ?? ZERO).plus(amount));
  }

  get balanced(): boolean {
    return [...this.legs.values()].every((amount) => amount.eq(ZERO));
  }
}
