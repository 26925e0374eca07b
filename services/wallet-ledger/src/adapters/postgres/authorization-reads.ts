import type { FactAddress } from '@kontor/event-log';
import type { Database } from '@kontor/postgres';
import type { LogAddress, TransactionRef, WalletKey } from '../../app/ports';
import type { Hold } from '../../domain/holds';
import type { HoldPlaced, WalletEvent } from '../../domain/wallet-event';
import { walletOf } from '../events/delivery';
import { fromWire } from '../events/wallet-facts.mapping';
import { TOPIC } from './ledger-statement';
import { withFacts, type WithFact } from './posted-facts';
import { fromRow } from './wallet.codec';

/** An authorization as it is now. */
export interface FoundAuthorization {
  readonly wallet: WalletKey;
  readonly placed: HoldPlaced;
  /** Of what the client sent to place it. */
  readonly contentHash: string | null;
  /** Where it was placed. */
  readonly address: LogAddress;
  /** Undefined once it ended. */
  readonly hold: Hold | undefined;
  /** The event that ended it. */
  readonly ended: WalletEvent | undefined;
  /** Of the request that ended it; null when usage or time did. */
  readonly endHash: string | null;
}

/**
 * Authorizations by id, from the ledger's own rows and log: every answered write shows at once.
 *
 * Facts never change, so they are read when their place is known. What does change, the end and the
 * wallet, is read in one statement: an authorization has ended or it is held, never both or neither.
 */
export class AuthorizationReads {
  constructor(private readonly database: Database) {}

  async find(ref: TransactionRef): Promise<FoundAuthorization | undefined> {
    const [first] = await this.firstFacts(ref);
    if (first?.fact.type !== 'wallet.hold-placed') return undefined;
    const placed = fromWire(first.fact);
    if (placed.type !== 'HoldPlaced') return undefined;
    const wallet = walletOf(ref, first.fact.key);
    const now = await this.now(ref, wallet);
    return {
      ...{ wallet, placed, contentHash: first.contentHash },
      address: { topic: TOPIC, partition: first.partition, position: Number(first.position) },
      hold: now.state === null ? undefined : fromRow(now.state).holds.get(placed.authorizationId),
      ended: await this.eventAt({ ...first, position: now.endPosition, index: now.endIndex }),
      endHash: now.endHash,
    };
  }

  /** The event that a command id stands for. */
  async eventOf(ref: TransactionRef): Promise<WalletEvent | undefined> {
    const [first] = await this.firstFacts(ref);
    return first && fromWire(first.fact);
  }

  /** What the id was first used for; it stays that. */
  private async firstFacts(ref: TransactionRef): Promise<WithFact<DecidedRow>[]> {
    const rows = await this.database.query<DecidedRow>(
      `SELECT partition, position, index, content_hash AS "contentHash" FROM decided_transaction
       WHERE platform = $1 AND mode = $2 AND transaction_id = $3`,
      [ref.platform, ref.mode, ref.transactionId],
      { name: 'decided by id' },
    );
    return withFacts(this.database, rows);
  }

  private async now(ref: TransactionRef, wallet: WalletKey): Promise<NowRow> {
    const [row] = await this.database.query<NowRow>(
      `SELECT t.end_position AS "endPosition", t.end_index AS "endIndex", t.end_hash AS "endHash",
              CASE WHEN t.end_position IS NULL THEN w.state END AS state
       FROM decided_transaction AS t
         LEFT JOIN wallet AS w ON w.platform = t.platform AND w.mode = t.mode AND w.customer_id = $4
       WHERE t.platform = $1 AND t.mode = $2 AND t.transaction_id = $3`,
      [ref.platform, ref.mode, ref.transactionId, wallet.customerId],
      { name: 'authorization now' },
    );
    if (!row) throw new Error(`transaction ${ref.transactionId} is no longer there`);
    return row;
  }

  private async eventAt(at: EndAddress): Promise<WalletEvent | undefined> {
    const { partition, position, index } = at;
    if (position === null || index === null) return undefined;
    const [end] = await withFacts(this.database, [{ partition, position, index }]);
    return end && fromWire(end.fact);
  }
}

interface DecidedRow extends FactAddress {
  readonly contentHash: string | null;
}

interface NowRow {
  readonly endPosition: string | null;
  readonly endIndex: number | null;
  readonly endHash: string | null;
  readonly state: string | null;
}

interface EndAddress {
  readonly partition: number;
  readonly position: string | null;
  readonly index: number | null;
}
