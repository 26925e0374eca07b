/**
 * The projection's rules: a batch of one topic's entries and what the other topics said so far
 * about the same events -> the rows and sums to add.
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
import {
  CONVERTED,
  dayOf,
  eventKey,
  keyOf,
  moneyOfCost,
  NO_PRODUCT,
  type AuthorizationEntry,
  type ChargeEntry,
  type CostEntry,
  type CostLine,
  type FeeValue,
  type Happening,
  type RatedEntry,
  type RatedSummary,
  type SubjectRef,
  type UsageEntry,
  type WalletEntry,
} from './entries';
import { RollUps } from './roll-ups';
import { costsOfOneProduct, shareEventCosts, type ProductShare } from './share-cost';

export interface EventProduct extends Happening {
  readonly productCode: string;
}

/** What a product bears of the costs of an event that has fees. */
export interface EventShare extends Happening, ProductShare {}

/** A cost of an event without fees, waiting for or shared over the fees of its subject. */
export interface SubjectCost extends Happening, SubjectRef {
  readonly subject: string;
  readonly line: number;
  readonly currency: string;
  readonly amount: CostLine['amount'];
}

/** Everything a batch adds. */
export class Changes {
  readonly usage: UsageEntry[] = [];
  readonly rated: RatedEntry[] = [];
  readonly eventProducts: EventProduct[] = [];
  readonly fees: FeeValue[] = [];
  readonly charges: ChargeEntry[] = [];
  readonly authorizations: AuthorizationEntry[] = [];
  readonly costs: CostEntry[] = [];
  readonly eventShares: EventShare[] = [];
  readonly subjectCosts: SubjectCost[] = [];
  /** Their costs, if they have any, must be shared again. */
  readonly subjectsWithNewFees = new Map<string, SubjectRef>();
  /** Their costs must be shared, if they have fees. */
  readonly subjectsWithNewCosts = new Map<string, SubjectRef>();
  readonly rollUps = new RollUps();
}

export type ByEvent<Entry> = ReadonlyMap<string, Entry>;

/** `rated`: those of the events that are already rated. */
export function foldUsage(entries: readonly UsageEntry[], rated: ByEvent<RatedSummary>): Changes {
  const changes = new Changes();
  for (const entry of entries) {
    changes.usage.push(entry);
    changes.rollUps.addEvent(entry);
    const outcome = rated.get(eventKey(entry));
    if (outcome) countOutcome(changes, entry, outcome);
  }
  return changes;
}

/** What the other topics said about the events of rated facts. */
export interface KnownOfRated {
  readonly sent: ReadonlySet<string>;
  readonly costs: ByEvent<CostEntry>;
  readonly fees: ByEvent<readonly FeeValue[]>;
}

export function foldRated(entries: readonly RatedEntry[], known: KnownOfRated): Changes {
  const changes = new Changes();
  for (const entry of entries) {
    const key = eventKey(entry);
    changes.rated.push(entry);
    for (const productCode of entry.productCodes)
      changes.eventProducts.push({ ...happeningOf(entry), productCode });
    const free = freeFeesOf(entry);
    for (const fee of free) addFee(changes, fee);
    if (known.sent.has(key)) countOutcome(changes, entry, entry);
    const costs = known.costs.get(key);
    if (costs) assignCosts(changes, costs, entry, [...(known.fees.get(key) ?? []), ...free]);
  }
  return changes;
}

/** What the other topics said about the events of debits; only of events with several products. */
export interface KnownOfDebits {
  readonly rated: ByEvent<RatedSummary>;
  readonly costs: ByEvent<CostEntry>;
  /** Fees of those events that were known before this batch. */
  readonly fees: ByEvent<readonly FeeValue[]>;
}

export function foldWallet(entries: readonly WalletEntry[], known: KnownOfDebits): Changes {
  const changes = new Changes();
  for (const entry of entries)
    if ('transactionId' in entry) {
      changes.charges.push(entry);
      changes.rollUps.addCharge(entry);
    } else if ('authorizationId' in entry) changes.authorizations.push(entry);
  foldDebits(changes, debitsIn(entries), known);
  return changes;
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
    if (rated && costs) assignCosts(changes, costs, rated, fees);
  }
}

/** What the other topics said about the events of cost facts. */
export interface KnownOfCosts {
  readonly rated: ByEvent<RatedSummary>;
  /** Of events with several products. */
  readonly fees: ByEvent<readonly FeeValue[]>;
}

export function foldCosts(entries: readonly CostEntry[], known: KnownOfCosts): Changes {
  const changes = new Changes();
  for (const entry of entries) {
    changes.costs.push(entry);
    for (const line of entry.lines) changes.rollUps.addCost(entry, line);
    const key = eventKey(entry);
    const rated = known.rated.get(key);
    if (rated) assignCosts(changes, entry, rated, known.fees.get(key) ?? []);
  }
  return changes;
}

/** Whether the values of an event's fees decide who bears its costs. */
export const sharesByValue = (rated: RatedSummary): boolean => rated.productIds.length > 1;

/** Called when both an event's rating and its costs are known, and again as its fees come. */
function assignCosts(
  changes: Changes,
  costs: CostEntry,
  rated: RatedSummary,
  fees: readonly FeeValue[],
): void {
  const lines = costs.lines.filter((line) => !moneyOfCost(line).amount.eq(ZERO));
  if (lines.length === 0) return;
  const [productId] = rated.productIds;
  if (productId === undefined) return assignToSubject(changes, costs, lines);
  if (!sharesByValue(rated)) return addShares(changes, costs, costsOfOneProduct(lines, productId));
  if (fees.length === rated.feeCount) addShares(changes, costs, shareEventCosts(lines, fees));
}

function addShares(changes: Changes, event: Happening, shares: readonly ProductShare[]): void {
  const day = dayOf(event.occurredAt);
  for (const share of shares) {
    changes.eventShares.push({ ...happeningOf(event), ...share });
    changes.rollUps.addProductCosts(event, { ...share, day }, share.costs);
  }
}

/** The costs of an event without fees stand under no product until they are shared. */
function assignToSubject(changes: Changes, costs: CostEntry, lines: readonly CostLine[]): void {
  const day = dayOf(costs.occurredAt);
  const { platform, mode, customerId, subject } = costs;
  for (const line of lines) {
    const { currency, amount } = moneyOfCost(line);
    changes.rollUps.addProductCosts(costs, { productId: NO_PRODUCT, day, currency }, amount);
    if (subject === null) continue;
    changes.subjectCosts.push({
      ...happeningOf(costs),
      ...{ subject, line: line.line, currency, amount },
    });
  }
  if (subject === null) return;
  const group = { platform, mode, customerId, subject };
  changes.subjectsWithNewCosts.set(subjectKey(group), group);
}

function addFee(changes: Changes, fee: FeeValue): void {
  changes.fees.push(fee);
  changes.rollUps.addFee(fee);
  const { platform, mode, customerId, subject } = fee;
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

export const subjectKey = ({ platform, mode, customerId, subject }: SubjectRef): string =>
  keyOf(platform, mode, customerId, subject);

const happeningOf = (entry: Happening): Happening => ({
  platform: entry.platform,
  mode: entry.mode,
  eventId: entry.eventId,
  customerId: entry.customerId,
  subject: entry.subject,
  occurredAt: entry.occurredAt,
});
