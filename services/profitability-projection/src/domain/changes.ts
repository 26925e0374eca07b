/** Everything that the batches of a transaction add to the view, and what of before they take back. */
import {
  keyOf,
  type AuthorizationEntry,
  type ChargeEntry,
  type CostEntry,
  type CostLine,
  type FeeReversal,
  type FeeValue,
  type Happening,
  type RatedEntry,
  type ReversalEntry,
  type SubjectRef,
  type UsageEntry,
} from './entries';
import { RollUps } from './roll-ups';
import type { ProductShare } from './share-cost';

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

export class Changes {
  readonly usage: UsageEntry[] = [];
  /** By event: what several facts say of the same one is one row. */
  readonly reversals = new Map<string, ReversalEntry>();
  readonly rated: RatedEntry[] = [];
  readonly eventProducts: EventProduct[] = [];
  readonly fees: FeeValue[] = [];
  readonly charges: ChargeEntry[] = [];
  readonly authorizations: AuthorizationEntry[] = [];
  readonly costs: CostEntry[] = [];
  readonly eventShares: EventShare[] = [];
  readonly subjectCosts: SubjectCost[] = [];
  /** Rows that count no more, of these batches or of any before. */
  readonly reversedFees: FeeReversal['reversedFee'][] = [];
  readonly reversedCosts: CostEntry[] = [];
  readonly reversedShares: EventShare[] = [];
  readonly reversedSubjectCosts: SubjectCost[] = [];
  /** Their costs, if they have any, must be shared again. */
  readonly subjectsWithNewFees = new Map<string, SubjectRef>();
  /** Their costs must be shared, if they have fees. */
  readonly subjectsWithNewCosts = new Map<string, SubjectRef>();
  readonly rollUps = new RollUps();
}

export const subjectKey = ({ platform, mode, customerId, subject }: SubjectRef): string =>
  keyOf(platform, mode, customerId, subject);

export const happeningOf = (entry: Happening): Happening => ({
  platform: entry.platform,
  mode: entry.mode,
  eventId: entry.eventId,
  customerId: entry.customerId,
  subject: entry.subject,
  occurredAt: entry.occurredAt,
});
