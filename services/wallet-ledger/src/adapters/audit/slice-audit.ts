import type { WalletPostedV1 } from '@kontor/contracts';
import { factsOf } from '@kontor/event-log';
import { decimal, sum, wire, ZERO } from '@kontor/money';
import { endedBy } from '../../app/event-ids';
import { wallet as decider } from '../../domain/wallet';
import type { WalletEvent } from '../../domain/wallet-event';
import { keptIdOf } from '../events/kept-id';
import { fromWire } from '../events/wallet-facts.mapping';
import {
  type AuditReads,
  type CustomerRef,
  isInSlice,
  type LiveSlice,
  type LiveWallet,
  type LogRow,
  type Slice,
} from '../postgres/audit-reads';
import { TOPIC } from '../postgres/ledger-statement';
import { compareGrants } from './compare-grants';
import { compareIds, compareOpenHolds, type KeptId } from './compare-ids';
import { compareLines } from './compare-lines';
import { walletDifferences } from './compare-wallets';
import type { Findings } from './findings';
import { type FoldedWallet, idOf, type LedgerFact, refOf } from './folded-wallet';

export interface SliceParts {
  readonly reads: AuditReads;
  readonly findings: Findings;
  /** Up to here the statements are made. */
  readonly viewPosition: number;
  readonly stopping: AbortSignal;
}

/** Folds the facts of some wallets, from the first on, and compares what they left in the tables. */
export class SliceAudit {
  private readonly wallets = new Map<string, FoldedWallet>();

  constructor(
    private readonly slice: Slice,
    private readonly parts: SliceParts,
    /** What the facts up to the view's position book is added up here. */
    private readonly toBooks: (facts: readonly LedgerFact[]) => void,
  ) {}

  /** Answers the position of the log that it compared with, and how many ids it found up to it. */
  async run(): Promise<{ readonly head: number; readonly idsFound: number }> {
    const { reads, stopping } = this.parts;
    const live = await reads.live(this.slice);
    let position = 0;
    let idsFound = 0;
    for (;;) {
      stopping.throwIfAborted();
      const rows = await reads.records(this.slice.partition, position, live.head);
      const last = rows.at(-1);
      if (!last) break;
      this.checkPositions(position, rows);
      const facts = rows.flatMap((row) => this.factsIn(row));
      idsFound += await this.take(facts, [position + 1, last.position]);
      position = last.position;
    }
    if (position !== live.head) this.gap(live.head, position);
    await this.compareWallets(live);
    return { head: live.head, idsFound };
  }

  /** Positions count without gaps; said once per partition, not once per slice. */
  private checkPositions(before: number, rows: readonly { readonly position: number }[]): void {
    if (this.slice.number > 0) return;
    this.parts.findings.counts.records += rows.length;
    rows.forEach(({ position }, index) => {
      const expected = (rows[index - 1]?.position ?? before) + 1;
      if (position !== expected) this.gap(expected, position);
    });
  }

  private gap(expected: number, found: number): void {
    const what = `position in partition ${this.slice.partition}`;
    this.parts.findings.add({ what, expected: String(expected), found: String(found) });
  }

  private factsIn({ position, facts }: LogRow): LedgerFact[] {
    const { partition } = this.slice;
    return (factsOf(facts) as WalletPostedV1[]).flatMap((fact, index) =>
      isInSlice(fact.key, this.slice) ? [{ topic: TOPIC, partition, position, index, fact }] : [],
    );
  }

  private async take(
    facts: readonly LedgerFact[],
    range: readonly [from: number, to: number],
  ): Promise<number> {
    const { reads, findings, viewPosition } = this.parts;
    const ids: KeptId[] = [];
    for (const delivered of facts) {
      const event = fromWire(delivered.fact);
      this.checkLegs(delivered.fact);
      this.fold(delivered.fact, event);
      const ends = endedBy(event);
      const { platform, mode } = delivered.fact;
      const at = { platform, mode, position: delivered.position, index: delivered.index };
      const kept = keptIdOf(delivered.fact);
      if (kept !== undefined) ids.push({ ...at, transactionId: kept, ends: false });
      if (ends !== undefined) ids.push({ ...at, transactionId: ends, ends: true });
    }
    findings.counts.facts += facts.length;
    const viewed = facts.filter(({ position }) => position <= viewPosition);
    this.toBooks(viewed);
    const stored = { reads, findings, folded: (ref: CustomerRef) => this.walletOf(ref) };
    await compareGrants(facts, stored);
    await compareLines(viewed, [range[0], Math.min(range[1], viewPosition)], stored);
    return compareIds(ids, { ...stored, partition: this.slice.partition });
  }

  private checkLegs(fact: WalletPostedV1): void {
    if (fact.type === 'wallet.fee-debited') this.parts.findings.counts.fees += 1;
    if (!('asset' in fact)) return;
    const total = sum(fact.legs.map(({ amount }) => decimal(amount)));
    this.parts.findings.addLegs(fact.asset, total);
    if (total.eq(ZERO)) return;
    const what = `legs of ${fact.type} at ${fact.at}`;
    this.parts.findings.add({ ...refOf(fact), what, expected: '0', found: wire(total) });
  }

  private fold(fact: WalletPostedV1, event: WalletEvent): void {
    const folded = this.walletOf(refOf(fact));
    if (folded.broken) return;
    try {
      folded.wallet = decider.evolve(folded.wallet, event);
    } catch (error) {
      folded.broken = true;
      const found = error instanceof Error ? error.message : String(error);
      const what = `${fact.type} at ${fact.at}`;
      this.parts.findings.add({ ...refOf(fact), what, expected: 'a fact that can follow', found });
    }
  }

  private walletOf(ref: CustomerRef): FoldedWallet {
    const id = idOf(ref);
    let folded = this.wallets.get(id);
    if (!folded) {
      const wallet = decider.initialState();
      folded = { ...ref, wallet, grantsFound: 0, linesFound: 0, broken: false };
      this.wallets.set(id, folded);
    }
    return folded;
  }

  private async compareWallets(live: LiveSlice): Promise<void> {
    const { findings, reads, viewPosition } = this.parts;
    const stored = new Map(live.wallets.map((row) => [idOf(row), row]));
    for (const [id, folded] of this.wallets) this.compareWallet(folded, stored.get(id));
    for (const row of live.wallets)
      if (!this.wallets.has(idOf(row)))
        for (const difference of walletDifferences(row, undefined, row.state))
          findings.add(difference);
    const wallets = [...this.wallets.values()];
    await compareOpenHolds(wallets, live.head, { reads, findings });
    const found = wallets.reduce((total, { linesFound }) => total + linesFound, 0);
    if ((await reads.countLines(wallets, viewPosition)) > found)
      for (const folded of wallets) await this.compareLineCount(folded);
  }

  private compareWallet(folded: FoldedWallet, row: LiveWallet | undefined): void {
    const { wallet, broken, grantsFound } = folded;
    const { counts } = this.parts.findings;
    counts.wallets += 1;
    counts.accounts += wallet.accounts.size;
    counts.openHolds += wallet.holds.size;
    if (broken) return;
    for (const difference of walletDifferences(folded, wallet, row?.state))
      this.parts.findings.add(difference);
    const grants = row?.grants ?? 0;
    if (grants > grantsFound) this.beyond(folded, 'grants', grants - grantsFound);
  }

  private async compareLineCount(folded: FoldedWallet): Promise<void> {
    const count = await this.parts.reads.countLines([folded], this.parts.viewPosition);
    if (count > folded.linesFound)
      this.beyond(folded, 'statement lines', count - folded.linesFound);
  }

  /** Rows that no fact made. */
  private beyond({ platform, mode, customerId }: CustomerRef, rows: string, count: number): void {
    const what = `${rows} beyond the log`;
    const found = String(count);
    this.parts.findings.add({ platform, mode, customerId, what, expected: '0', found });
  }
}
