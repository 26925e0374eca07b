/**
 * Whether the fees of all usage that was accepted by some instant are debited, asked in one round.
 *
 * The gateway says once per partition where usage accepted by then ends. The ledger's own fees say
 * how far they are, by their causes: fees of the next usage record say that those of the one before
 * are complete. The last usage, and usage that leaves no fee behind (parked), is seen through rating:
 * what it rated, and that the ledger has read all of it.
 */
import type { Instant } from '@kontor/contracts';
import type { Database } from '@kontor/postgres';
import type { InternalCalls, Logger } from '@kontor/service-host';
import type { WalletKey } from '../app/ports';

/** What was asked of the gateway: usage that was accepted before `at` ends at `position`. */
export interface UsageHead {
  readonly at: Instant;
  readonly position: number;
}

interface Progress {
  readonly partition: number;
  readonly usage: number;
  readonly rated: number;
}

export interface AppliedUsageParts {
  readonly database: Database;
  readonly internal: InternalCalls;
  readonly logger: Logger;
}

export class AppliedUsage {
  /** Asked at most once a round; nothing when the owner does not answer. */
  private gateway:
    Promise<readonly { partition: number; position: number }[] | undefined> | undefined;
  private rating: Promise<readonly Progress[] | undefined> | undefined;

  constructor(
    private readonly parts: AppliedUsageParts,
    /** By partition, what is still waited for; kept from round to round. */
    private readonly heads: Map<number, UsageHead>,
    private readonly now: Instant,
  ) {}

  /** The instant for which the fees of all usage accepted before it are applied; else undefined. */
  async appliedAt(key: WalletKey): Promise<Instant | undefined> {
    const { partition } = key;
    const head = this.heads.get(partition) ?? (await this.askGateway(key));
    if (!head) return undefined;
    this.heads.set(partition, head);
    if (!(await this.isApplied(key, head.position))) return undefined;
    this.heads.delete(partition);
    return head.at;
  }

  private async askGateway(key: WalletKey): Promise<UsageHead | undefined> {
    const { internal } = this.parts;
    this.gateway ??= this.orNothing(async () => {
      const { heads } = await internal.call('ingestion-gateway.find-usage-heads', key, {});
      return heads;
    });
    const heads = await this.gateway;
    const found = heads?.find(({ partition }) => partition === key.partition);
    return heads && { at: this.now, position: found?.position ?? 0 };
  }

  private async isApplied(key: WalletKey, position: number): Promise<boolean> {
    const { fees, usage } = await this.ownProgress(key.partition);
    if (position <= usage) return true;
    const { internal } = this.parts;
    this.rating ??= this.orNothing(async () => {
      const { partitions } = await internal.call('rating.find-progress', key, {});
      return partitions;
    });
    const rating = (await this.rating)?.find(({ partition }) => partition === key.partition);
    return rating !== undefined && position <= rating.usage && rating.rated <= fees;
  }

  /** Up to where rated records are read, and usage is debited. */
  private async ownProgress(partition: number): Promise<{ fees: number; usage: number }> {
    const [row] = await this.parts.database.query<{ fees: string | null; usage: string | null }>(
      `SELECT (SELECT position FROM checkpoint WHERE consumer = 'wallet-ledger.fees'
                 AND topic = 'rating.rated.v1' AND partition = $1) AS fees,
              (SELECT position FROM applied_usage WHERE partition = $1) AS usage`,
      [partition],
      { name: 'applied usage' },
    );
    return { fees: Number(row?.fees ?? 0), usage: Number(row?.usage ?? 0) };
  }

  private async orNothing<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      this.parts.logger.warn('expired authorizations wait', { error: String(error) });
      return undefined;
    }
  }
}
