/**
 * The projection's rules: a batch of one topic's entries and what the other topics said so far
 * about the same events -> the rows and sums to add. They are added to those of other batches that
 * are written with it.
 *
 * Whatever joins topics is done by whoever comes second (or last), and each unit of money arises
 * from one topic only: revenue from the wallet, costs from the cost topic. So the rows are the same
 * for every interleaving of the topics (fold.property.spec.ts shuffles them).
 *
 * When what is known: a fee's value with its debit, or with its rating when every alternative is 0;
 * an event without fees with its rating. Until then its costs are in every sum except the
 * products'.
 */
import { ZERO } from '@kontor/money';
import { assignCosts, type Bearing, takeBackCosts } from './bear-costs';
import { type Changes, type EventProduct, happeningOf, subjectKey } from './changes';
import {
  CONVERTED,
  eventKey,
  type CostEntry,
  type CostTopicEntry,
  type FeeReversal,
  type FeeValue,
  type Happening,
  type RatedEntry,
  type RatedSummary,
  type ReversalEntry,
  type UsageTopicEntry,
  type WalletEntry,
} from './entries';

export type ByEvent<Entry> = ReadonlyMap<string, Entry>;

/** `rated`: those of the events that are already rated. */
export function foldUsage(
  changes: Changes,
  entries: readonly UsageTopicEntry[],
  rated: ByEvent<RatedSummary>,
): void {
  for (const entry of entries) {
    if ('reason' in entry) {
      addReversal(changes, entry);
      continue;
    }
    changes.usage.push(entry);
    changes.rollUps.addEvent(entry);
    const outcome = rated.get(eventKey(entry));
    if (outcome) countOutcome(changes, entry, outcome);
  }
}

/** Costs may follow; what was said first stays. */
function addReversal(changes: Changes, entry: ReversalEntry): void {
  const before = changes.reversals.get(eventKey(entry));
  const costs = entry.costs || before?.costs === true;
  changes.reversals.set(eventKey(entry), { ...(before ?? entry), costs });
}

/** What the other topics said about the events of rated facts. */
export interface KnownOfRated {
  readonly sent: ReadonlySet<string>;
  readonly costs: ByEvent<CostEntry>;
  readonly fees: ByEvent<readonly FeeValue[]>;
}

export function foldRated(
  changes: Changes,
  entries: readonly RatedEntry[],
  known: KnownOfRated,
): void {
  for (const entry of entries) {
    const key = eventKey(entry);
    changes.rated.push(entry);
    for (const productCode of entry.productCodes)
      changes.eventProducts.push(productOfEvent(entry, productCode));
    const free = freeFeesOf(entry);
    for (const fee of free) addFee(changes, fee);
    if (known.sent.has(key)) countOutcome(changes, entry, entry);
    const costs = known.costs.get(key);
    const fees = [...(known.fees.get(key) ?? []), ...free];
    if (costs) assignCosts(changes, costs, { rated: entry, fees });
  }
}

/** Written out, not spread: one a fee. */
const productOfEvent = (entry: RatedEntry, productCode: string): EventProduct => ({
  platform: entry.platform,
  mode: entry.mode,
  eventId: entry.eventId,
  customerId: entry.customerId,
  subject: entry.subject,
  occurredAt: entry.occurredAt,
  productCode,
});

/** What the other topics said about the events of debits; only of events with several products. */
export interface KnownOfDebits {
  readonly rated: ByEvent<RatedSummary>;
  readonly costs: ByEvent<CostEntry>;
  /** Fees of those events that were known before this batch. */
  readonly fees: ByEvent<readonly FeeValue[]>;
}

export function foldWallet(
  changes: Changes,
  entries: readonly WalletEntry[],
  known: KnownOfDebits,
): void {
  for (const entry of entries)
    if ('transactionId' in entry) {
      changes.charges.push(entry);
      changes.rollUps.addCharge(entry);
    } else if ('authorizationId' in entry) changes.authorizations.push(entry);
    else if ('reversedFee' in entry) removeFee(changes, entry.reversedFee);
  foldDebits(changes, debitsIn(entries), known);
}

export const debitsIn = (entries: readonly WalletEntry[]): FeeValue[] =>
  entries.flatMap((entry) => ('feeId' in entry ? [entry] : []));

function foldDebits(changes: Changes, entries: readonly FeeValue[], known: KnownOfDebits): void {
  const completed = new Map<string, FeeValue[]>();
  for (const fee of entries) {
    addFee(changes, fee);
    const key = eventKey(fee);
    if (!known.rated.has(key)) continue;
    const fees = completed.get(key) ?? [...(known.fees.get(key) ?? [])];
    fees.push(fee);
    completed.set(key, fees);
  }
  for (const [key, fees] of completed) {
    const rated = known.rated.get(key);
    const costs = known.costs.get(key);
    if (rated && costs) assignCosts(changes, costs, { rated, fees });
  }
}

/** What the view holds about the events of cost facts. */
export interface KnownOfCosts {
  readonly rated: ByEvent<RatedSummary>;
  /** Of events with several products. */
  readonly fees: ByEvent<readonly FeeValue[]>;
  /** Of reversals: what came in a batch before. */
  readonly costs: ByEvent<CostEntry>;
}

export function foldCosts(
  changes: Changes,
  entries: readonly CostTopicEntry[],
  known: KnownOfCosts,
): void {
  const inBatch = new Map<string, CostEntry>();
  for (const entry of entries) {
    const key = eventKey(entry);
    const costs = 'costsReversed' in entry ? (inBatch.get(key) ?? known.costs.get(key)) : entry;
    if (!costs) continue;
    const rated = known.rated.get(key);
    const bearing = rated && { rated, fees: known.fees.get(key) ?? NO_FEES };
    if ('costsReversed' in entry) removeCosts(changes, costs, bearing);
    else addCosts(changes, costs, bearing);
    inBatch.set(key, costs);
  }
}

const NO_FEES: readonly FeeValue[] = [];

function addCosts(changes: Changes, costs: CostEntry, bearing: Bearing | undefined): void {
  changes.costs.push(costs);
  for (const line of costs.lines) changes.rollUps.addCost(costs, line);
  if (bearing) assignCosts(changes, costs, bearing);
}

function removeCosts(changes: Changes, costs: CostEntry, bearing: Bearing | undefined): void {
  // An event without costs has none to take back, and is not looked up either.
  if (costs.lines.length === 0) return;
  changes.reversedCosts.push(costs);
  for (const line of costs.lines) changes.rollUps.removeCost(costs, line);
  if (bearing) takeBackCosts(changes, costs, bearing);
}

function removeFee(changes: Changes, fee: FeeReversal['reversedFee']): void {
  changes.reversedFees.push(fee);
  changes.rollUps.removeFee(fee);
  openForFees(changes, fee);
}

function addFee(changes: Changes, fee: FeeValue): void {
  changes.fees.push(fee);
  changes.rollUps.addFee(fee);
  openForFees(changes, fee);
}

function openForFees(changes: Changes, { platform, mode, customerId, subject }: Happening): void {
  if (subject === null) return;
  const group = { platform, mode, customerId, subject };
  changes.subjectsWithNewFees.set(subjectKey(group), group);
}

function countOutcome(
  changes: Changes,
  event: Happening & { readonly eventType: string },
  { feeCount, productCodes }: RatedSummary,
): void {
  changes.rollUps.addOutcome(event, feeCount > 0, productCodes);
}

/** A fee whose alternatives are all 0 is never debited: it counts at once, in its first asset. */
function freeFeesOf(entry: RatedEntry): FeeValue[] {
  return entry.fees
    .filter(({ alternatives }) => alternatives.every(({ amount }) => amount === '0'))
    .map(({ feeId, productId, alternatives }) => ({
      ...happeningOf(entry),
      ...{ feeId, productId, alternative: 0, asset: alternatives[0]?.asset ?? CONVERTED },
      ...{ amount: ZERO, value: ZERO, uncollected: ZERO },
    }));
}
