/**
 * Sharing the costs of events without fees over the fees of their subject, again, after a fee or a
 * cost came: what was shared is replaced, and sums get the difference.
 *
 * Cost: each of the costs over all fees, see FeeShares; how much of it is done at once is bounded
 *       by the caller (app/subject-sharing.ts).
 */
import { ZERO, type Decimal } from '@kontor/money';
import { dayOf, keyOf, NO_PRODUCT, type Happening } from './entries';
import type { SubjectCost } from './fold';
import { RollUps } from './roll-ups';
import { FeeShares, type ProductShare, type WeighedFee } from './share-cost';

/** What a product bears of the costs of one event without fees. */
export interface SubjectShare extends Happening, ProductShare {}

export interface Reshared {
  /** Rows that are new or have another amount now: the whole amount, not the difference. */
  readonly shares: readonly SubjectShare[];
  /** The differences, for the products and, the other way, for "no product". */
  readonly rollUps: RollUps;
}

/**
 * Shape: `costs` are all costs of their events; `shared` what those events' costs were shared as
 *        so far. Every product of the fees gets a row, also of 0, so that rows never depend on
 *        what came first.
 */
export function reshare(
  fees: readonly WeighedFee[],
  costs: readonly SubjectCost[],
  shared: readonly SubjectShare[],
  rollUps: RollUps = new RollUps(),
): Reshared {
  if (fees.length === 0) return { shares: [], rollUps };
  const feeShares = new FeeShares(fees);
  const before = new Map(shared.map((share) => [shareKey(share), share.costs]));
  const shares: SubjectShare[] = [];
  for (const [event, ofEvent] of byEvent(costs))
    for (const share of feeShares.share(ofEvent)) {
      const old = before.get(shareKey({ ...event, ...share }));
      if (old?.eq(share.costs)) continue;
      shares.push({ ...event, ...share });
      move(rollUps, { ...event, ...share }, share.costs.minus(old ?? ZERO));
    }
  return { shares, rollUps };
}

function move(rollUps: RollUps, share: SubjectShare, difference: Decimal): void {
  const { productId, currency } = share;
  const day = dayOf(share.occurredAt);
  rollUps.addProductCosts(share, { productId, day, currency }, difference);
  rollUps.addProductCosts(share, { productId: NO_PRODUCT, day, currency }, difference.neg());
}

function byEvent(costs: readonly SubjectCost[]): Map<Happening, SubjectCost[]> {
  const groups = new Map<string, { event: Happening; costs: SubjectCost[] }>();
  for (const cost of costs) {
    const group = groups.get(cost.eventId);
    if (group) group.costs.push(cost);
    else groups.set(cost.eventId, { event: eventOf(cost), costs: [cost] });
  }
  return new Map([...groups.values()].map((group) => [group.event, group.costs]));
}

const eventOf = (cost: SubjectCost): Happening => ({
  platform: cost.platform,
  mode: cost.mode,
  eventId: cost.eventId,
  customerId: cost.customerId,
  subject: cost.subject,
  occurredAt: cost.occurredAt,
});

const shareKey = ({ eventId, productId, currency }: SubjectShare): string =>
  keyOf(eventId, productId, currency);
