import type { WalletPostedV1 } from '@kontor/contracts';
import type { Database } from '@kontor/postgres';
import type { LogAddress, TransactionRef, WalletKey } from '../../app/ports';
import type { Hold } from '../../domain/holds';
import type { HoldPlaced, WalletEvent } from '../../domain/wallet-event';
import { walletOf } from '../events/delivery';
import { fromWire } from '../events/wallet-facts.mapping';
import { TOPIC } from './ledger-statement';
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

/** Authorizations by id, from the ledger's own rows and log: every answered write shows at once. */
export class AuthorizationReads {
  constructor(private readonly database: Database) {}

  async find(ref: TransactionRef): Promise<FoundAuthorization | undefined> {
    const [row] = await this.database.query<AuthorizationRow>(
      `SELECT p.facts::json -> t.index AS placed, e.facts::json -> t.end_index AS ended,
              t.end_hash AS "endHash", t.content_hash AS "contentHash",
              t.partition, t.position,
              CASE WHEN t.end_position IS NULL THEN w.state END AS state
       FROM decided_transaction AS t
         JOIN log_record AS p
           ON p.topic = '${TOPIC}' AND p.partition = t.partition AND p.position = t.position
         LEFT JOIN log_record AS e
           ON e.topic = '${TOPIC}' AND e.partition = t.partition AND e.position = t.end_position
         LEFT JOIN wallet AS w ON w.platform = t.platform AND w.mode = t.mode
           AND w.customer_id = p.facts::json -> t.index ->> 'key'
       WHERE t.platform = $1 AND t.mode = $2 AND t.transaction_id = $3`,
      [ref.platform, ref.mode, ref.transactionId],
      { name: 'authorization' },
    );
    if (row?.placed.type !== 'wallet.hold-placed') return undefined;
    const placed = fromWire(row.placed);
    if (placed.type !== 'HoldPlaced') return undefined;
    return {
      wallet: walletOf(ref, row.placed.key),
      placed,
      contentHash: row.contentHash,
      address: { topic: TOPIC, partition: row.partition, position: Number(row.position) },
      hold: row.state === null ? undefined : fromRow(row.state).holds.get(placed.authorizationId),
      ended: row.ended ? fromWire(row.ended) : undefined,
      endHash: row.endHash,
    };
  }

  /** The event that a command id stands for. */
  async eventOf(ref: TransactionRef): Promise<WalletEvent | undefined> {
    const [row] = await this.database.query<{ fact: WalletPostedV1 }>(
      `SELECT r.facts::json -> t.index AS fact
       FROM decided_transaction AS t
         JOIN log_record AS r
           ON r.topic = '${TOPIC}' AND r.partition = t.partition AND r.position = t.position
       WHERE t.platform = $1 AND t.mode = $2 AND t.transaction_id = $3`,
      [ref.platform, ref.mode, ref.transactionId],
      { name: 'event of a command' },
    );
    return row && fromWire(row.fact);
  }
}

interface AuthorizationRow {
  readonly placed: WalletPostedV1;
  readonly ended: WalletPostedV1 | null;
  readonly endHash: string | null;
  readonly contentHash: string | null;
  readonly partition: number;
  readonly position: string;
  readonly state: string | null;
}
