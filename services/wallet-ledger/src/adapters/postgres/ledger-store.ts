import {
  type Checkpoints,
  type FactAddress,
  Fenced,
  type LocalLog,
  markSettled,
} from '@kontor/event-log';
import {
  CommitOutcomeUnknown,
  type Database,
  isConnectionLost,
  type Queryable,
  type Transaction,
} from '@kontor/postgres';
import {
  type DecidedTransaction,
  LedgerConflict,
  type LedgerRows,
  type LedgerStore,
  type LedgerWrite,
  type LockedRows,
  type LogAddress,
  type PastQuery,
  type Settlement,
  type StoredWallet,
  type TransactionRef,
  type WalletKey,
  type WalletPast,
} from '../../app/ports';
import { tenantId } from '../../app/wallet-key';
import { initialState } from '../../domain/wallet-state';
import { readDebits } from './debit-reads';
import { readPastGrants } from './grant-rows';
import { LEDGER_WRITE, ledgerStatement, TOPIC } from './ledger-statement';
import { withFacts } from './posted-facts';
import { fromRow } from './wallet.codec';

/** An id or a wallet that another batch wrote first. */
const UNIQUE_VIOLATION = '23505';
/** What `ledger_write` and `log_settle` say when the batch rests on what is no longer so. */
const CONFLICT = new Set(['KL001', 'KF001', UNIQUE_VIOLATION]);

/** The ledger's rows in PostgreSQL, on a connection of its own or inside a transaction. */
class PostgresRows implements LedgerRows {
  constructor(
    private readonly queryable: Queryable,
    private readonly log: LocalLog,
  ) {}

  async loadWallets(keys: readonly WalletKey[]): Promise<StoredWallet[]> {
    const rows = await this.queryable.query<WalletRow>(
      `SELECT w.platform, w.mode, w.customer_id, w.version, w.state,
              w.wake_at AS "wakeAt"
       FROM unnest($1::text[], $2::text[], $3::text[]) AS given (platform, mode, customer_id)
         JOIN wallet AS w USING (platform, mode, customer_id)`,
      [
        keys.map(({ platform }) => platform),
        keys.map(({ mode }) => mode),
        keys.map(({ customerId }) => customerId),
      ],
      { name: 'wallets by key' },
    );
    const found = new Map(
      rows.map((row) => [
        `${tenantId(row)} ${row.customer_id}`,
        {
          wallet: fromRow(row.state),
          version: Number(row.version),
          wakeAt: row.wakeAt ?? undefined,
        },
      ]),
    );
    return keys.map((key) => found.get(key.id) ?? { wallet: initialState(), version: 0 });
  }

  async findTransactions(refs: readonly TransactionRef[]): Promise<DecidedTransaction[]> {
    if (refs.length === 0) return [];
    const rows = await this.queryable.query<TransactionRow>(
      `SELECT t.platform, t.mode, t.transaction_id AS "transactionId",
              t.content_hash AS "contentHash", t.partition, t.position, t.index
       FROM unnest($1::text[], $2::text[], $3::text[]) AS given (platform, mode, transaction_id)
         JOIN decided_transaction AS t USING (platform, mode, transaction_id)`,
      [
        refs.map(({ platform }) => platform),
        refs.map(({ mode }) => mode),
        refs.map(({ transactionId }) => transactionId),
      ],
      { name: 'transactions by id' },
    );
    const found = await withFacts(this.queryable, rows);
    return found.map(({ platform, mode, transactionId, contentHash, fact, ...at }) => ({
      ...{ platform, mode, transactionId, contentHash },
      at: fact.at,
      address: { topic: TOPIC, partition: at.partition, position: Number(at.position) },
    }));
  }

  async loadPasts(queries: readonly PastQuery[]): Promise<WalletPast[]> {
    const debits = await readDebits(this.queryable, queries);
    const asked = queries.map((query, index) => ({ ...query, debits: debits[index] ?? [] }));
    const grants = await readPastGrants(this.queryable, asked);
    return asked.map((query, index) => ({ debits: query.debits, grants: grants[index] ?? [] }));
  }

  async write(batch: LedgerWrite): Promise<LogAddress[]> {
    const statement = ledgerStatement(batch);
    if (!statement) throw new LedgerConflict('a trial run is never committed');
    try {
      const [row] = await this.queryable.query<{ positions: string[] }>(
        LEDGER_WRITE,
        statement.values,
        { name: 'ledger_write' },
      );
      const positions = (row?.positions ?? []).map(Number);
      return statement.addressesFrom(this.log.appended(statement.records, positions));
    } catch (error) {
      if (CONFLICT.has(sqlStateOf(error)))
        throw new LedgerConflict('the batch rests on what is no longer so', { cause: error });
      throw error;
    }
  }
}

class PostgresLockedRows extends PostgresRows implements LockedRows {
  constructor(
    private readonly tx: Transaction,
    private readonly parts: LedgerStoreParts,
  ) {
    super(tx, parts.log);
  }

  trySettle(settlements: readonly Settlement[]): Promise<boolean[]> {
    return settlements.length > 0
      ? this.parts.checkpoints.trySettle(this.tx, settlements)
      : Promise.resolve([]);
  }
}

export interface LedgerStoreParts {
  readonly database: Database;
  readonly log: LocalLog;
  readonly checkpoints: Checkpoints;
}

export class PostgresLedgerStore extends PostgresRows implements LedgerStore {
  constructor(private readonly parts: LedgerStoreParts) {
    super(parts.database, parts.log);
  }

  underLocks<T>(partitions: readonly number[], work: (rows: LockedRows) => Promise<T>): Promise<T> {
    const { database, log } = this.parts;
    return database.transaction(async (tx) => {
      await log.lockHeads(
        tx,
        partitions.map((partition) => ({ topic: TOPIC, partition })),
      );
      return work(new PostgresLockedRows(tx, this.parts));
    });
  }

  committed(addresses: readonly LogAddress[], settlements: readonly Settlement[]): void {
    markSettled(settlements);
    // Several posts may share a record, which is woken for and kept in memory once.
    this.parts.log.committed([...new Set(addresses)]);
  }

  isOutcomeUnknown(error: unknown): boolean {
    return error instanceof CommitOutcomeUnknown || isConnectionLost(error);
  }
}

/** What a consumer's handler throws for a fenced delivery: it is read again. */
export const fencedError = (consumer: string): Error => new Fenced(consumer);

interface WalletRow {
  readonly platform: string;
  readonly mode: WalletKey['mode'];
  readonly customer_id: string;
  readonly version: string;
  readonly state: string;
  readonly wakeAt: string | null;
}

type TransactionRow = Omit<DecidedTransaction, 'at' | 'address'> & FactAddress;

const sqlStateOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
