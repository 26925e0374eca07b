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
import { nextWake } from '../app/wake';
import { upToDate } from '../domain/due';
import { AppliedUsage, type UsageHead } from './applied-usage';
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

  /** One round. A wallet that can't be kept up is asked about again, behind the others. */
  async keepUp(): Promise<void> {
    const { clock, logger } = this.parts;
    const now = clock.now();
    const usage = new AppliedUsage(this.parts, this.heads, now);
    for (const row of await this.wallets(now)) {
      try {
        await this.keepUpWith(row, { now, usage });
      } catch (error) {
        const { customerId } = row;
        logger.warn('a wallet was not kept up with time', { customerId, error: String(error) });
        await this.sleep(row, now);
      }
    }
  }

  private async keepUpWith(
    row: WalletToWake,
    { now, usage }: { readonly now: Instant; readonly usage: AppliedUsage },
  ): Promise<void> {
    const { ledger, graceMs } = this.parts;
    const key = walletOf(row, row.customerId);
    const wallet = fromRow(row.state);
    const expiredBy = addMilliseconds(now, -graceMs);
    const waits = [...wallet.holds.values()].some(({ expiresAt }) => expiresAt <= expiredBy);
    const applied = waits ? await usage.appliedAt(key) : undefined;
    if (applied !== undefined || upToDate(wallet, now).due.length > 0)
      await ledger.keepUp(key, applied && addMilliseconds(applied, -graceMs));
    const wakeAt = nextWake(wallet, (at) => addMilliseconds(at, graceMs));
    // Who waits for usage goes behind the others: a round looks at no more than it can.
    if (!waits) await this.sleep(row, wakeAt);
    else if (applied === undefined) await this.sleep(row, now);
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
}
