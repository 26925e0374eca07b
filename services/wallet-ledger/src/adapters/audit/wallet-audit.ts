import { partitionsOf } from '@kontor/event-log';
import { type Decimal, decimal, wire } from '@kontor/money';
import { balancesOf, type BookedBalance } from '../events/books.mapping';
import type { AuditReads, BookRow } from '../postgres/audit-reads';
import { TOPIC } from '../postgres/ledger-statement';
import type { Findings } from './findings';
import type { LedgerFact } from './folded-wallet';
import { SliceAudit } from './slice-audit';

export const PARTITIONS = partitionsOf(TOPIC);

/** What is folded at a time; a partition with more is read several times. */
export interface AuditLimits {
  readonly walletsMax: number;
  readonly stateBytesMax: number;
}
const LIMITS: AuditLimits = { walletsMax: 20_000, stateBytesMax: 16 * 1024 * 1024 };

/**
 * Makes every wallet, id, grant, statement line and book anew from the log and compares it with its
 * row, partition by partition, while others go on writing. Changes nothing.
 *
 * A partition's wallets are read in a snapshot together with its head, and the log is folded up to
 * there; what the views show is compared up to their checkpoint. So memory is bounded, no snapshot
 * is held open while the log is read, and a write in between is never taken for a difference.
 */
export class WalletAudit {
  constructor(
    private readonly reads: AuditReads,
    private readonly limits: AuditLimits = LIMITS,
  ) {}

  /** Adds to the findings as it goes. Errors: infrastructure; the reason of an abort. */
  async run(findings: Findings, stopping: AbortSignal): Promise<void> {
    const slices = await this.slicesPerPartition();
    const heads: number[] = [];
    let idsFound = 0;
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const view = await this.reads.view(partition);
      const books = new Books();
      const parts = { reads: this.reads, findings, viewPosition: view.position, stopping };
      for (let number = 0; number < slices; number += 1) {
        const slice = { partition, number, of: slices };
        const audit = new SliceAudit(slice, parts, (facts) => books.add(facts));
        const done = await audit.run();
        heads[partition] = Math.min(heads[partition] ?? done.head, done.head);
        idsFound += done.idsFound;
      }
      books.compare(view.books, partition, findings);
      findings.partitionsDone = partition + 1;
    }
    await this.compareIdCount(heads, idsFound, findings);
  }

  private async slicesPerPartition(): Promise<number> {
    const { wallets, bytes } = await this.reads.size();
    const { walletsMax, stateBytesMax } = this.limits;
    const needed = Math.max(wallets / walletsMax, bytes / stateBytesMax) / PARTITIONS;
    return Math.max(1, Math.ceil(needed));
  }

  /** Each id of the log has its row; one more is an id that no fact has. */
  private async compareIdCount(
    heads: readonly number[],
    idsFound: number,
    findings: Findings,
  ): Promise<void> {
    const count = await this.reads.countTransactionIds(heads);
    if (count > idsFound)
      findings.add({
        what: 'transaction ids beyond the log',
        expected: '0',
        found: String(count - idsFound),
      });
  }
}

/** A partition's books, made anew. */
class Books {
  private readonly balances = new Map<string, { amount: Decimal; legs: number }>();

  add(facts: readonly LedgerFact[]): void {
    for (const booked of balancesOf(facts)) {
      const known = this.balances.get(keyOf(booked));
      this.balances.set(keyOf(booked), {
        amount: known ? known.amount.plus(booked.amount) : booked.amount,
        legs: booked.legs + (known?.legs ?? 0),
      });
    }
  }

  compare(rows: readonly BookRow[], partition: number, findings: Findings): void {
    const stored = new Map(
      rows.map((row) => [keyOf(row), `${wire(decimal(row.balance))} in ${row.legs} legs`]),
    );
    for (const key of new Set([...this.balances.keys(), ...stored.keys()])) {
      const booked = this.balances.get(key);
      const expected = booked ? `${wire(booked.amount)} in ${booked.legs} legs` : 'none';
      const found = stored.get(key) ?? 'none';
      findings.counts.bookBalances += 1;
      const what = `books of partition ${partition}: ${key}`;
      if (found !== expected) findings.add({ what, expected, found });
    }
  }
}

const keyOf = (row: BookRow | BookedBalance): string =>
  `${row.platform} ${row.mode} ${row.asset} ${row.account}`;
