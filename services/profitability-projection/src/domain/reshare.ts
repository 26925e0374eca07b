/**
 * Sharing the costs of events without fees over the fees of their subject, again, after a fee or a
 * cost came: what was shared is replaced, and sums get the difference.
 *
 * Cost: see FeeShares; how many events are shared at once is bounded by app/subject-sharing.ts.
 */
import { ZERO, type Decimal } from '@kontor/money';
import { dayOf, keyOf, NO_PRODUCT, type Happening } from './entries';
import type { SubjectCost } from './changes';
import { RollUps } from './roll-ups';
import type { FeeShares, ProductShare } from './share-cost';

/** What a product bears of the costs of one event without fees. */
export interface SubjectShare extends Happening, ProductShare {}

/** What sharing again changed, of any number of events and subjects. */
export class Reshared {
  /** Rows that are new or have another amount now: the whole amount, not the difference. */
  readonly shares: SubjectShare[] = [];
  /** The differences, for the products and, the other way, for "no product". */
  readonly rollUps = new RollUps();

  /**
   * Shares one event.
   *
   * Shape: `fees` are all fees of its subject, of which there is at least one; `costs` all costs
   *        of the event; `shared` what they were shared as so far. Every product of the fees gets
   *        a row, also of 0, so that rows never depend on what came first.
   */
  add(fees: FeeShares, costs: readonly SubjectCost[], shared: readonly SubjectShare[]): void {
    const [first] = costs;
    if (!first) return;
    const event = happeningOf(first);
    const before = new Map(shared.map((share) => [shareKey(share), share.costs]));
    for (const share of fees.share(costs)) {
      const old = before.get(shareKey(share));
      if (old?.eq(share.costs)) continue;
      this.shares.push({ ...event, ...share });
      this.move(event, share, share.costs.minus(old ?? ZERO));
    }
  }

  private move(event: Happening, { productId, currency }: ProductShare, difference: Decimal): void {
    const day = dayOf(event.occurredAt);
    this.rollUps.addProductCosts(event, { productId, day, currency }, difference);
    this.rollUps.addProductCosts(event, { productId: NO_PRODUCT, day, currency }, difference.neg());
  }
}

const happeningOf = (cost: SubjectCost): Happening => ({
  platform: cost.platform,
  mode: cost.mode,
  eventId: cost.eventId,
  customerId: cost.customerId,
  subject: cost.subject,
  occurredAt: cost.occurredAt,
});

const shareKey = ({ productId, currency }: ProductShare): string => keyOf(productId, currency);
