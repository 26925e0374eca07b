import type { WalletPostedV1 } from '@kontor/contracts';
import type { Checkpoints, FactAddress } from '@kontor/event-log';
import type { Database } from '@kontor/postgres';
import type { WalletKey } from '../../app/ports';
import { upToDate } from '../../domain/due';
import { wallet as decider } from '../../domain/wallet';
import type { Instant } from '../../domain/wallet-event';
import type { Wallet } from '../../domain/wallet-state';
import { fromWire } from '../events/wallet-facts.mapping';
import { TOPIC } from './ledger-statement';
import { withFacts, type WithFact } from './posted-facts';

const STATEMENTS = 'wallet-ledger.statements';
/**
 * Unpacked, parsed and folded in one go. A busy ledger's records hold many customers' facts, so each
 * of these may be in a record of its own, of some 40 KB: tens of milliseconds in which nobody else
 * gets a turn.
 */
const FACTS_MAX = 200;

/** The view is behind the log, or was not made with all it needs. */
export class PastNotThere extends Error {}

/**
 * Wallets as they were: the facts posted by an instant folded anew, and what time had brought by
 * then. A wallet's facts are dated in the order of their positions, so they are a beginning of its
 * story; where they stand is known to the statements.
 */
export class PastWallets {
  constructor(
    private readonly database: Database,
    private readonly checkpoints: Checkpoints,
    private readonly waitMs: number,
  ) {}

  /** Errors: PastNotThere when the statements do not show all that is in the log in time. */
  async at(key: WalletKey, instant: Instant): Promise<Wallet> {
    await this.statementsMade(key.partition);
    let wallet = decider.initialState();
    let after: readonly [position: number, index: number] = [0, -1];
    for (;;) {
      const rows = await this.facts(key, instant, after);
      for (const { fact } of rows) wallet = this.fold(wallet, fact);
      const last = rows.at(-1);
      if (!last || rows.length < FACTS_MAX) return upToDate(wallet, instant).state;
      after = [Number(last.position), last.index];
    }
  }

  private fold(wallet: Wallet, fact: WalletPostedV1): Wallet {
    try {
      return decider.evolve(wallet, fromWire(fact));
    } catch (error) {
      throw new PastNotThere('A fact of this wallet is not in the view.', { cause: error });
    }
  }

  private async statementsMade(partition: number): Promise<void> {
    const [head] = await this.database.query<{ position: string }>(
      `SELECT next - 1 AS position FROM log_head WHERE topic = '${TOPIC}' AND partition = $1`,
      [partition],
      { name: 'wallet log head' },
    );
    const at = { topic: TOPIC, partition, position: Number(head?.position ?? 0) };
    if (!(await this.checkpoints.waitFor(STATEMENTS, at, this.waitMs)))
      throw new PastNotThere('The statements are behind.');
  }

  private async facts(
    { platform, mode, customerId, partition }: WalletKey,
    instant: Instant,
    [position, index]: readonly [number, number],
  ): Promise<WithFact<FactAddress>[]> {
    const mine = `platform = $1 AND mode = $2 AND customer_id = $3
      AND (position, index) > ($4, $5) AND created_at <= $6`;
    const rows = await this.database.query<Omit<FactAddress, 'partition'>>(
      `SELECT position, index FROM wallet_transaction WHERE ${mine}
       UNION ALL
       SELECT position, index FROM fact_without_line WHERE ${mine}
       ORDER BY position, index LIMIT ${FACTS_MAX}`,
      [platform, mode, customerId, position, index, instant],
      { name: 'facts of a wallet' },
    );
    return withFacts(
      this.database,
      rows.map((row) => ({ ...row, partition })),
    );
  }
}
