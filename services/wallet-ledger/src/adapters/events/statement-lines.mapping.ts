import type { Mode, WalletPostedV1 } from '@kontor/contracts';
import type { DeliveredFact } from '@kontor/event-log';

export type TransactionType = 'adjustment' | 'fee';

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

/** An opened account moves nothing, so it is no transaction. */
export const statementLinesOf = (
  facts: readonly DeliveredFact<WalletPostedV1>[],
): StatementLine[] =>
  facts.flatMap((delivered) => {
    const { fact, position, index } = delivered;
    if (fact.type === 'wallet.account-opened') return [];
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
        description: fact.description ?? null,
        createdAt: fact.at,
        ...movementOf(fact),
      },
    ];
  });

type Movement = Pick<
  StatementLine,
  'type' | 'amount' | 'subject' | 'eventId' | 'lots' | 'metadata'
>;
type Moving = Exclude<WalletPostedV1, { type: 'wallet.account-opened' }>;

function movementOf(fact: Moving): Movement {
  switch (fact.type) {
    case 'wallet.funds-credited':
      return { ...adjustment(fact.metadata), amount: fact.amount, lots: [lotOf(fact.grant)] };
    case 'wallet.funds-debited':
      return { ...adjustment(fact.metadata), amount: negative(fact.amount), lots: fact.takes };
    case 'wallet.fee-debited':
      return {
        type: 'fee',
        amount: negative(fact.amount),
        subject: fact.subject ?? null,
        eventId: fact.eventId,
        lots: fact.takes,
        metadata: null,
      };
  }
}

const adjustment = (metadata: StatementLine['metadata'] | undefined) =>
  ({ type: 'adjustment', subject: null, eventId: null, metadata: metadata ?? null }) as const;

const lotOf = ({ grantId, amount }: { grantId: string; amount: string }) => ({ grantId, amount });

const negative = (amount: string): string => (amount === '0' ? amount : `-${amount}`);
