/** Reversed fees as facts of wallet.posted.v1, and back. */
import type {
  FeeReversed as FeeReversedFact,
  GivenGrant as GivenGrantFact,
} from '@kontor/contracts';
import { decimal, wire } from '@kontor/money';
import type { FeeReversed, GivenGrant } from '../../domain/wallet-event';
import {
  grantFromWire,
  grantToWire,
  type Header,
  stretchFromWire,
  stretchToWire,
  takesFromWire,
  takesToWire,
} from './parts.mapping';

export function reversedToWire(header: Header, event: FeeReversed): FeeReversedFact {
  const { subject, ...rest } = event;
  return {
    ...header,
    ...rest,
    type: 'wallet.fee-reversed',
    amount: wire(event.amount),
    ...(subject !== undefined && { subject }),
    returned: takesToWire(event.returned),
    broken: takesToWire(event.broken),
    revived: event.revived.map(givenToWire),
    debt: stretchToWire(event.debt),
    uncollected: wire(event.uncollected),
    balance: wire(event.balance),
  };
}

export const reversedFromWire = (fact: FeeReversedFact): FeeReversed => ({
  type: 'FeeReversed',
  transactionId: fact.transactionId,
  eventId: fact.eventId,
  feeId: fact.feeId,
  productId: fact.productId,
  accountId: fact.accountId,
  asset: fact.asset,
  amount: decimal(fact.amount),
  fiatValue: fact.fiatValue,
  fiatRate: fact.fiatRate,
  subject: fact.subject,
  reason: fact.reason,
  returned: takesFromWire(fact.returned),
  broken: takesFromWire(fact.broken),
  revived: fact.revived.map(givenFromWire),
  debt: stretchFromWire(fact.debt),
  uncollected: decimal(fact.uncollected),
  balance: decimal(fact.balance),
  occurredAt: fact.occurredAt,
  at: fact.at,
});

const givenToWire = ({ grant, createdAt }: GivenGrant): GivenGrantFact => ({
  grant: grantToWire(grant),
  createdAt,
});

const givenFromWire = ({ grant, createdAt }: GivenGrantFact): GivenGrant => ({
  grant: grantFromWire(grant),
  createdAt,
});
