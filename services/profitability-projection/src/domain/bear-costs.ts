/** Which rows and sums bear the costs of an event, and taking that back. */
import { type Decimal, ZERO } from '@kontor/money';
import {
  type Changes,
  type EventShare,
  happeningOf,
  type SubjectCost,
  subjectKey,
} from './changes';
import {
  dayOf,
  moneyOfCost,
  NO_PRODUCT,
  type CostEntry,
  type CostLine,
  type FeeValue,
  type Happening,
  type RatedSummary,
} from './entries';
import { costsOfOneProduct, type ProductShare, shareEventCosts } from './share-cost';

/** Whether the values of an event's fees decide who bears its costs. */
export const sharesByValue = (rated: RatedSummary): boolean => rated.productIds.length > 1;

/** What decides it: the event's rating and the fees whose value is known. */
export interface Bearing {
  readonly rated: RatedSummary;
  readonly fees: readonly FeeValue[];
}

/**
 * Called when both an event's rating and its costs are known, and again as its fees come. Costs that
 * were reversed before that are assigned and taken back, so that the rows are the same.
 *
 * A reversed fee still says which product bears the costs that stay: they arose for it.
 */
export function assignCosts(changes: Changes, costs: CostEntry, bearing: Bearing): void {
  const borne = whoBears(costs, bearing);
  for (const share of borne.shares) {
    changes.eventShares.push(share);
    addToProduct(changes, share, share.costs);
  }
  for (const cost of borne.ofNoProduct) addToProduct(changes, cost, cost.amount);
  for (const cost of borne.ofSubject) changes.subjectCosts.push(cost);
  openForCosts(changes, borne.ofSubject);
  if (costs.reversed) takeBackCosts(changes, costs, bearing);
}

/** What `assignCosts` did for the same costs, or will find undone when the rest is known. */
export function takeBackCosts(changes: Changes, costs: CostEntry, bearing: Bearing): void {
  const borne = whoBears(costs, bearing);
  for (const share of borne.shares) addToProduct(changes, share, share.costs.neg());
  for (const cost of borne.ofNoProduct) addToProduct(changes, cost, cost.amount.neg());
  changes.reversedShares.push(...borne.shares);
  changes.reversedSubjectCosts.push(...borne.ofSubject);
  openForCosts(changes, borne.ofSubject);
}

interface Borne {
  readonly shares: readonly EventShare[];
  /** Of an event without fees: under no product until they are shared. */
  readonly ofNoProduct: readonly (Happening & Pick<SubjectCost, 'currency' | 'amount'>)[];
  readonly ofSubject: readonly SubjectCost[];
}

const NOBODY_YET: Borne = { shares: [], ofNoProduct: [], ofSubject: [] };

function whoBears(costs: CostEntry, { rated, fees }: Bearing): Borne {
  const lines = costs.lines.filter((line) => !moneyOfCost(line).amount.eq(ZERO));
  const [productId] = rated.productIds;
  if (lines.length === 0) return NOBODY_YET;
  if (productId === undefined) return subjectBears(costs, lines);
  if (sharesByValue(rated) && fees.length < rated.feeCount) return NOBODY_YET;
  const shares = sharesByValue(rated)
    ? shareEventCosts(lines, fees)
    : costsOfOneProduct(lines, productId);
  return { shares: shares.map((share) => shareOf(costs, share)), ofNoProduct: [], ofSubject: [] };
}

/** Written out, not spread: one a cost. */
const shareOf = (costs: CostEntry, share: ProductShare): EventShare => ({
  platform: costs.platform,
  mode: costs.mode,
  eventId: costs.eventId,
  customerId: costs.customerId,
  subject: costs.subject,
  occurredAt: costs.occurredAt,
  productId: share.productId,
  currency: share.currency,
  costs: share.costs,
});

function subjectBears(costs: CostEntry, lines: readonly CostLine[]): Borne {
  const { subject } = costs;
  const ofNoProduct = lines.map((line) => ({
    ...happeningOf(costs),
    ...moneyOfCost(line),
    line: line.line,
  }));
  const ofSubject = subject === null ? [] : ofNoProduct.map((cost) => ({ ...cost, subject }));
  return { shares: [], ofNoProduct, ofSubject };
}

function addToProduct(
  changes: Changes,
  at: Happening & { readonly currency: string; readonly productId?: string },
  amount: Decimal,
): void {
  const { currency, productId = NO_PRODUCT } = at;
  const day = dayOf(at.occurredAt);
  changes.rollUps.addProductCosts(at, { productId, day, currency }, amount);
}

function openForCosts(changes: Changes, costs: readonly SubjectCost[]): void {
  for (const { platform, mode, customerId, subject } of costs) {
    const group = { platform, mode, customerId, subject };
    changes.subjectsWithNewCosts.set(subjectKey(group), group);
  }
}
