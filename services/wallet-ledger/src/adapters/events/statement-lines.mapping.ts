import type {
  Draw,
  FeeDebited,
  FeeReversed,
  FundsCredited,
  HoldReleased,
  Mode,
  Take,
  WalletPostedV1,
} from '@kontor/contracts';
import type { DeliveredFact } from '@kontor/event-log';
import { type Decimal, decimal, sum, wire, ZERO } from '@kontor/money';

export type TransactionType =
  'adjustment' | 'fee' | 'charge' | 'hold' | 'capture' | 'release' | 'expiry' | 'reversal';

/** One transaction of a customer, as its statement shows it. */
export interface StatementLine {
  readonly platform: string;
  readonly mode: Mode;
  readonly customerId: string;
  readonly position: number;
  readonly index: number;
  readonly transactionId: string;
  readonly type: TransactionType;
  readonly accountId: string;
  readonly asset: string;
  /** What it did to the available balance: below zero when it took. */
  readonly amount: string;
  readonly balance: string;
  readonly description: string | null;
  readonly subject: string | null;
  readonly eventId: string | null;
  readonly lots: readonly { readonly grantId: string; readonly amount: string }[];
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly createdAt: string;
}

/** What moves nothing is no transaction. */
export const statementLinesOf = (
  facts: readonly DeliveredFact<WalletPostedV1>[],
): StatementLine[] =>
  facts.flatMap((delivered) => {
    const { fact, position, index } = delivered;
    if (!isMoving(fact)) return [];
    return [
      {
        platform: fact.platform,
        mode: fact.mode,
        customerId: fact.key,
        position,
        index,
        transactionId: fact.transactionId,
        accountId: fact.accountId,
        asset: fact.asset,
        balance: fact.balance,
        description: descriptionOf(fact) ?? null,
        createdAt: fact.at,
        ...movementOf(fact),
      },
    ];
  });

function descriptionOf(fact: Moving): string | undefined {
  if (fact.type === 'wallet.fee-reversed') return fact.reason;
  return 'description' in fact ? fact.description : undefined;
}

/** Where a fact stands that moves nothing. */
export interface UnlinedFact {
  readonly platform: string;
  readonly mode: Mode;
  readonly customerId: string;
  readonly position: number;
  readonly index: number;
  readonly createdAt: string;
}

/** The others: with the lines they are all facts of their wallets. */
export const unlinedFactsOf = (facts: readonly DeliveredFact<WalletPostedV1>[]): UnlinedFact[] =>
  facts.flatMap(({ fact, position, index }) =>
    isMoving(fact)
      ? []
      : [
          {
            platform: fact.platform,
            mode: fact.mode,
            customerId: fact.key,
            position,
            index,
            createdAt: fact.at,
          },
        ],
  );

type Movement = Pick<
  StatementLine,
  'type' | 'amount' | 'subject' | 'eventId' | 'lots' | 'metadata'
>;
type Moving = Exclude<
  WalletPostedV1,
  { type: 'wallet.account-opened' | 'wallet.overdraft-set' | 'wallet.authorization-used' }
>;

const isMoving = (fact: WalletPostedV1): fact is Moving =>
  fact.type !== 'wallet.account-opened' &&
  fact.type !== 'wallet.overdraft-set' &&
  fact.type !== 'wallet.authorization-used';

const NO_DETAILS = { subject: null, eventId: null, metadata: null } as const;

function movementOf(fact: Moving): Movement {
  switch (fact.type) {
    case 'wallet.funds-credited':
      return { ...adjustment(fact.metadata), amount: freedBy(fact), lots: [lotOf(fact.grant)] };
    case 'wallet.grant-activated':
      return { ...adjustment(undefined), amount: fact.amount, lots: [lotOf(fact)] };
    case 'wallet.funds-debited':
      return { ...adjustment(fact.metadata), amount: negative(fact.amount), lots: fact.takes };
    case 'wallet.fee-debited':
      return feeOf(fact);
    case 'wallet.fee-reversed':
      return reversalOf(fact);
    case 'wallet.funds-charged':
      return {
        ...detailsOf(fact),
        type: 'charge',
        amount: negative(fact.amount),
        lots: fact.takes,
      };
    case 'wallet.hold-placed':
      return { ...detailsOf(fact), type: 'hold', amount: negative(fact.amount), lots: fact.takes };
    case 'wallet.hold-captured':
      // What it takes was taken from what is available when the hold was placed.
      return { ...detailsOf(fact), type: 'capture', amount: '0', lots: lotsOf(fact) };
    case 'wallet.hold-released':
      return { ...NO_DETAILS, type: 'release', amount: givenBack(fact), lots: fact.returned };
    default:
      return { ...NO_DETAILS, type: 'expiry', amount: negative(fact.amount), lots: [lotOf(fact)] };
  }
}

/** A scheduled grant moves nothing yet. */
const freedBy = ({ grant, at, amount }: FundsCredited): string =>
  grant.effectiveAt > at ? '0' : amount;

/** The part that came out of a hold was taken before, and what is not collected never is. */
function feeOf(fact: FeeDebited): Movement {
  const { subject, eventId, draw } = fact;
  const taken = decimal(fact.amount)
    .minus(decimal(fact.uncollected))
    .minus(draw ? drawnBy(draw) : ZERO);
  return {
    type: 'fee',
    amount: negative(wire(taken)),
    subject: subject ?? null,
    eventId,
    lots: lotsOf(fact),
    metadata: null,
  };
}

/** What was never collected, or is lost with its lot, does not come back. */
const reversalOf = (fact: FeeReversed): Movement => ({
  type: 'reversal',
  amount: wire(
    sum(fact.returned.map(({ amount }) => decimal(amount))).plus(decimal(fact.debt.amount)),
  ),
  subject: fact.subject ?? null,
  eventId: fact.eventId,
  lots: fact.returned,
  metadata: null,
});

const drawnBy = ({ held, overdraft }: Draw): Decimal =>
  sum(held.map(({ amount }) => decimal(amount))).plus(decimal(overdraft));

/** Out of the hold first, then out of what was free. */
const lotsOf = ({ draw, takes }: { draw?: Draw; takes: readonly Take[] }): readonly Take[] =>
  draw ? [...draw.held, ...takes] : takes;

const givenBack = ({ returned, overdraft }: HoldReleased): string =>
  wire(sum(returned.map(({ amount }) => decimal(amount))).plus(decimal(overdraft)));

const detailsOf = (fact: {
  readonly subject?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}) => ({ subject: fact.subject ?? null, eventId: null, metadata: fact.metadata ?? null }) as const;

const adjustment = (metadata: StatementLine['metadata'] | undefined) =>
  ({ type: 'adjustment', subject: null, eventId: null, metadata: metadata ?? null }) as const;

const lotOf = ({ grantId, amount }: { grantId: string; amount: string }) => ({ grantId, amount });

const negative = (amount: string): string => (amount === '0' ? amount : `-${amount}`);
