/**
 * Posts what time brings to wallets that nobody asks about: grants that come into effect or expire,
 * and holds that go back.
 *
 * A hold goes back once its grace is over and all usage accepted by then is debited: the gateway
 * says how far usage was accepted, the ledger's fees how far it is applied. Until the gateway has
 * answered, holds stay.
 */
import { addMilliseconds, type Clock, type Instant, type Tenant } from '@kontor/contracts';
import type { Database } from '@kontor/postgres';
import type { InternalCalls, Logger } from '@kontor/service-host';
import type { Ledger } from '../app/ledger';
import type { WalletKey } from '../app/ports';
import { nextWake } from '../app/wake';
import { upToDate } from '../domain/due';
import { walletOf } from './events/delivery';
import { fromRow } from './postgres/wallet.codec';

const EVERY_MS = 1_000;
/** Wallets a round; the others wait for the next. */
const WALLETS_MAX = 500;

export interface TimeKeeperParts {
  readonly database: Database;
  readonly ledger: Ledger;
  readonly internal: InternalCalls;
  readonly clock: Clock;
  readonly graceMs: number;
  readonly logger: Logger;
}

interface WalletToWake extends Tenant {
  readonly customerId: string;
  readonly version: string;
  readonly state: string;
}

/** What was asked of the gateway: usage that was accepted before `at` ends at `position`. */
interface UsageHead {
  readonly at: Instant;
  readonly position: number;
}

export class TimeKeeper {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | undefined;
  private readonly heads = new Map<number, UsageHead>();

  constructor(private readonly parts: TimeKeeperParts) {}

  start(): void {
    this.timer = setInterval(() => {
      this.round ??= this.keepUp()
        .catch((error: unknown) =>
          this.parts.logger.warn('wallets were not kept up with time', { error: String(error) }),
        )
        .finally(() => (this.round = undefined));
    }, EVERY_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.round;
  }

  /** One round. */
  async keepUp(): Promise<void> {
    const { clock, ledger, graceMs } = this.parts;
    const now = clock.now();
    const wallets = await this.wallets(now);
    const expiredBy = addMilliseconds(now, -graceMs);
    for (const row of wallets) {
      const key = walletOf(row, row.customerId);
      const wallet = fromRow(row.state);
      const waits = [...wallet.holds.values()].some(({ expiresAt }) => expiresAt <= expiredBy);
      const applied = waits ? await this.usageAppliedAt(key, now) : undefined;
      if (applied !== undefined || upToDate(wallet, now).due.length > 0)
        await ledger.keepUp(key, applied && addMilliseconds(applied, -graceMs));
      if (!waits)
        await this.sleep(
          row,
          nextWake(wallet, (at) => addMilliseconds(at, graceMs)),
        );
    }
  }

  private wallets(now: Instant): Promise<WalletToWake[]> {
    return this.parts.database.query<WalletToWake>(
      `SELECT platform, mode, customer_id AS "customerId", version, state FROM wallet
       WHERE wake_at <= $1 ORDER BY wake_at LIMIT ${WALLETS_MAX}`,
      [now],
      { name: 'wallets to wake' },
    );
  }

  /** A wallet that was looked at for nothing: an early instant is replaced by the right one. */
  private async sleep(row: WalletToWake, wakeAt: Instant | undefined): Promise<void> {
    await this.parts.database.query(
      `UPDATE wallet SET wake_at = $5
       WHERE platform = $1 AND mode = $2 AND customer_id = $3 AND version = $4`,
      [row.platform, row.mode, row.customerId, row.version, wakeAt],
      { name: 'wallet sleeps' },
    );
  }

  /** The instant for which the fees of all usage accepted before it are applied; else undefined. */
  private async usageAppliedAt(key: WalletKey, now: Instant): Promise<Instant | undefined> {
    const asked = this.heads.get(key.partition);
    const applied = await this.appliedIn(key.partition);
    if (asked && asked.position <= applied) {
      this.heads.delete(key.partition);
      return asked.at;
    }
    if (asked) return undefined;
    const { heads } = await this.parts.internal.call(
      'ingestion-gateway.find-usage-heads',
      { platform: key.platform, mode: key.mode },
      {},
    );
    const position = heads.find(({ partition }) => partition === key.partition)?.position ?? 0;
    if (position <= applied) return now;
    this.heads.set(key.partition, { at: now, position });
    return undefined;
  }

  private async appliedIn(partition: number): Promise<number> {
    const [row] = await this.parts.database.query<{ position: string }>(
      'SELECT position FROM applied_usage WHERE partition = $1',
      [partition],
      { name: 'applied usage' },
    );
    return Number(row?.position ?? 0);
  }
}
