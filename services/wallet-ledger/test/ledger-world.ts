/**
 * The ledger on a real database, without HTTP: as many instances as a test needs, rating's log to
 * feed them, and an audit that folds the whole log anew and compares it with the tables.
 */
import {
  addMilliseconds,
  newUuid,
  systemClock,
  type Clock,
  type RatingRatedV1,
  type UsageRated,
  type UsageRatingReversed,
  type WalletPostedV1,
} from '@kontor/contracts';
import {
  createWakeups,
  type EventBus,
  eventLogMigrations,
  EventLogServer,
  type FactBatch,
  type BatchOutcome,
  buildRecords,
  type LocalLog,
  openCheckpoints,
  openLocalLog,
  openPostgresBus,
  type ServiceCheckpoints,
  textOfStored,
} from '@kontor/event-log';
import { decimal, PARITY, wire } from '@kontor/money';
import { type Database, migrate, openDatabase } from '@kontor/postgres';
import { createDatabase, loggedFacts, type TestDatabase } from '@kontor/testkit';
import path from 'node:path';
import { Findings } from '../src/adapters/audit/findings';
import { WalletAudit } from '../src/adapters/audit/wallet-audit';
import { FeesConsumer } from '../src/adapters/events/fees.consumer';
import { walletOf } from '../src/adapters/events/delivery';
import { AuditReads } from '../src/adapters/postgres/audit-reads';
import { PostgresLedgerStore } from '../src/adapters/postgres/ledger-store';
import { fromRow } from '../src/adapters/postgres/wallet.codec';
import { Ledger } from '../src/app/ledger';
import type { RequestAnswer } from '../src/app/ledger-entry';
import type { WalletKey } from '../src/app/ports';
import { wallet as decider } from '../src/domain/wallet';
import type { AdjustmentReason } from '../src/domain/wallet-event';
import { available, type Wallet } from '../src/domain/wallet-state';

export const TENANT = { platform: 'acc_test', mode: 'live' } as const;
const SERVICE = 'wallet-ledger';

export type FeesBehaviour = (
  batch: FactBatch<UsageRated>,
  apply: () => Promise<BatchOutcome>,
) => Promise<BatchOutcome>;

/** One process's part: its own pool, log, checkpoints and memory. */
export class LedgerInstance {
  readonly counts = { batches: 0, decidedAgain: 0, refused: 0 };
  readonly ledger: Ledger;
  readonly store: PostgresLedgerStore;
  private server: EventLogServer | undefined;

  constructor(
    readonly parts: { database: Database; log: LocalLog; checkpoints: ServiceCheckpoints },
    options: { readonly clock?: Clock; readonly cacheBytesMax?: number } = {},
  ) {
    const { counts } = this;
    this.store = new PostgresLedgerStore(parts);
    this.ledger = new Ledger({
      store: this.store,
      clock: options.clock ?? systemClock,
      observer: {
        batchTaken: () => () => void (counts.batches += 1),
        decidedAgain: () => void (counts.decidedAgain += 1),
        refused: () => void (counts.refused += 1),
      },
      nextTurn: setImmediate,
      graceEnds: (expiresAt) => addMilliseconds(expiresAt, 60_000),
      ...(options.cacheBytesMax !== undefined && { cacheBytesMax: options.cacheBytesMax }),
    });
  }

  /** Answered without the events, as a repeat from the database is. */
  async adjust(
    customer: string,
    amount: string,
    options: { id?: string; reason?: AdjustmentReason; hash?: string; effectiveAt?: string } = {},
  ): Promise<RequestAnswer> {
    const { id = newUuid(), reason = 'external_topup', hash = `${customer} ${amount}` } = options;
    const { effectiveAt } = options;
    const answer = await this.ledger.request(
      {
        kind: 'request',
        wallet: walletOf(TENANT, customer),
        id: { transactionId: id, contentHash: hash },
        command: {
          type: 'AdjustFunds',
          transactionId: id,
          account: { name: 'default', asset: 'USD' },
          amount: decimal(amount),
          reason,
          grantId: `grt_${id}`,
          ...(effectiveAt !== undefined && { effectiveAt }),
        },
      },
      100,
    );
    if (answer.kind !== 'accepted') return answer;
    const { events: _posted, ...told } = answer;
    return told;
  }

  place(
    customer: string,
    amount: string,
    options: { id?: string; lifeMs?: number } = {},
  ): Promise<RequestAnswer> {
    const { id = newUuid(), lifeMs = 900_000_000_000 } = options;
    return this.ledger.request(
      {
        kind: 'request',
        wallet: walletOf(TENANT, customer),
        id: { transactionId: id, contentHash: `${customer} ${amount}` },
        command: {
          type: 'PlaceHold',
          authorizationId: id,
          account: { name: 'default', asset: 'USD' },
          amount: decimal(amount),
          lifeMs,
          terms: {},
        },
      },
      100,
    );
  }

  capture(customer: string, authorizationId: string, amount?: string): Promise<RequestAnswer> {
    return this.ledger.request(
      {
        kind: 'request',
        wallet: walletOf(TENANT, customer),
        endHash: `capture ${amount}`,
        command: {
          type: 'CaptureHold',
          authorizationId,
          amount: amount === undefined ? undefined : decimal(amount),
          final: amount === undefined,
          fiatRate: PARITY,
        },
      },
      100,
    );
  }

  void(customer: string, authorizationId: string): Promise<RequestAnswer> {
    return this.ledger.request(
      {
        kind: 'request',
        wallet: walletOf(TENANT, customer),
        endHash: 'void',
        command: { type: 'VoidHold', authorizationId },
      },
      100,
    );
  }

  /** Starts the fees consumer on the bus. */
  async consumeFees(
    bus: EventBus,
    behaviour: FeesBehaviour = (_, apply) => apply(),
  ): Promise<void> {
    const consumer = new FeesConsumer(this.ledger);
    this.server = new EventLogServer({
      service: SERVICE,
      bus,
      checkpoints: this.parts.checkpoints,
      factsMax: 200,
    });
    this.server.addHandler(
      { consumer: 'wallet-ledger.fees', topic: 'rating.rated.v1' },
      (batch: FactBatch<UsageRated>) => behaviour(batch, () => consumer.apply(batch)),
    );
    await this.server.listen((error) => {
      if (error) throw error;
    });
  }

  async stopConsuming(): Promise<void> {
    await this.server?.close();
    this.server = undefined;
  }

  async stop(): Promise<void> {
    await this.stopConsuming();
    await this.ledger.stop();
    await this.parts.database.close();
  }
}

export class LedgerWorld {
  private readonly wakeups = createWakeups();
  private readonly instances: LedgerInstance[] = [];
  private readonly buses: EventBus[] = [];

  private constructor(
    private readonly server: TestDatabase,
    readonly rating: { readonly database: Database; readonly log: LocalLog },
    /** A connection of the test's own. */
    readonly database: Database,
  ) {}

  static async open(): Promise<LedgerWorld> {
    const server = await createDatabase();
    const { url } = server;
    await migrate({ url, service: 'rating' }, [eventLogMigrations]);
    await migrate({ url, service: SERVICE }, [
      eventLogMigrations,
      { set: SERVICE, dir: path.resolve(__dirname, '../migrations') },
    ]);
    const ratingDatabase = await openDatabase({ url, service: 'rating', poolSize: 2 });
    const log = await openLocalLog(ratingDatabase, 'rating', createWakeups());
    const database = await openDatabase({ url, service: SERVICE, poolSize: 2 });
    return new LedgerWorld(server, { database: ratingDatabase, log }, database);
  }

  async instance(
    options: ConstructorParameters<typeof LedgerInstance>[1] = {},
  ): Promise<LedgerInstance> {
    const database = await openDatabase({ url: this.server.url, service: SERVICE, poolSize: 3 });
    const log = await openLocalLog(database, SERVICE, this.wakeups);
    const checkpoints = openCheckpoints(database, this.wakeups);
    const instance = new LedgerInstance({ database, log, checkpoints }, options);
    this.instances.push(instance);
    return instance;
  }

  async bus(): Promise<EventBus> {
    const bus = openPostgresBus({ database: this.rating.database, wakeups: this.wakeups });
    this.buses.push(bus);
    return bus;
  }

  /** Writes rated usage as rating would: one record per call and partition, each with its cause. */
  async rate(
    facts: readonly RatingRatedV1[],
    cause = { partition: 0, position: 1 },
  ): Promise<void> {
    const records = buildRecords('rating.rated.v1', facts, {
      topic: 'usage.recorded.v1',
      ...cause,
    });
    const { database, log } = this.rating;
    await database.transaction((tx) => log.append(tx, records));
    this.wakeups.appended(records.map((record) => ({ ...record, position: 0 })));
  }

  /** What was rated, byte for byte as it is on the log. */
  async ratedRows(): Promise<string[]> {
    const rows = await this.rating.database.query<{ facts: string }>(
      'SELECT facts FROM log_record ORDER BY topic, partition, position',
    );
    return rows.map(({ facts }) => textOfStored(facts));
  }

  /** Resolves when the fees consumer has applied all that was rated. */
  async feesApplied(): Promise<void> {
    const [instance] = this.instances;
    for (const head of await this.rating.log.heads('rating.rated.v1'))
      if (!(await instance!.parts.checkpoints.waitFor('wallet-ledger.fees', head, 20_000)))
        throw new Error(`fees of partition ${head.partition} were not applied`);
  }

  async wallet(customer: string): Promise<Wallet> {
    const [row] = await this.database.query<{ state: string }>(
      'SELECT state FROM wallet WHERE customer_id = $1',
      [customer],
    );
    return row ? fromRow(row.state) : decider.initialState();
  }

  async available(customer: string, accountId = 'default:USD'): Promise<string> {
    const account = (await this.wallet(customer)).accounts.get(accountId);
    return account ? wire(available(account)) : 'no account';
  }

  facts(): Promise<WalletPostedV1[]> {
    return loggedFacts<WalletPostedV1>(this.database, 'wallet.posted.v1');
  }

  /** Ends all sessions but this one, as a crash of PostgreSQL or of the network would. */
  async cutConnections(): Promise<void> {
    await this.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE pid <> pg_backend_pid() AND datname = current_database()`,
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.stop()));
    await Promise.all(this.buses.map((bus) => bus.close()));
    await this.rating.database.close();
    await this.database.close();
    await this.server.drop();
  }
}

export interface Audit {
  readonly facts: number;
  readonly fees: number;
}

/**
 * The ledger's own audit, of its rows: the log folded anew gives every wallet byte for byte, legs
 * sum to zero, positions have no gaps, every id stands for one fact and no fee was debited twice.
 */
export async function audit(world: LedgerWorld): Promise<Audit> {
  const findings = new Findings();
  await new WalletAudit(new AuditReads(world.database)).run(findings, new AbortController().signal);
  expect(findings.differences).toEqual([]);
  expect(findings.balanced).toBe(true);
  const { facts, fees } = findings.counts;
  expect(facts).toBe((await world.facts()).length);
  return { facts, fees };
}

/** The partition's customer keys differ; any id does. */
export const keyOf = (customer: string): WalletKey => walletOf(TENANT, customer);

let sequence = 0;
/** Rated usage with one fee in each of the given prices. */
export function rated(customer: string, ...prices: Readonly<Record<string, string>>[]): UsageRated {
  const eventId = newUuid();
  sequence += 1;
  return {
    type: 'rating.usage-rated',
    ...TENANT,
    key: customer,
    eventId,
    eventType: 'tokens',
    occurredAt: '2026-01-05T14:32:18.000000Z',
    recordedAt: '2026-01-05T14:32:19.000000Z',
    catalogHead: 1,
    reportingCurrency: 'USD',
    fees: prices.map((price, index) => ({
      feeId: `fee_${sequence}_${index}_${eventId}`,
      productId: 'prp_1',
      productCode: 'tokens',
      productVersion: 1,
      priceId: `prc_${index}`,
      priceName: 'Tokens',
      usageType: 'unit',
      alternatives: alternativesOf(price),
    })),
  };
}

/** The reversal of rated usage, with one fee more than it had, as rating names all it may have. */
export const reversed = ({
  platform,
  mode,
  key,
  eventId,
  fees,
}: UsageRated): UsageRatingReversed => ({
  type: 'rating.usage-reversed',
  ...{ platform, mode, key, eventId },
  reason: 'sent by mistake',
  feeIds: [`fee_of_another_price_${eventId}`, ...fees.map(({ feeId }) => feeId)],
  recordedAt: '2026-01-06T09:12:44.000000Z',
});

function alternativesOf(
  price: Readonly<Record<string, string>>,
): UsageRated['fees'][number]['alternatives'] {
  const [first, ...others] = Object.entries(price).map(([asset, amount]) => ({
    asset,
    amount,
    fiatRate: null,
    fiatValue: null,
    description: 'Tokens',
  }));
  if (!first) throw new Error('a fee has a price');
  return [first, ...others];
}
