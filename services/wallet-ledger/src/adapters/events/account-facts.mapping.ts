/** Grants over time, overdraft policies and charges as facts of wallet.posted.v1, and back. */
import type {
  FundsCharged as FundsChargedFact,
  GrantActivated as GrantActivatedFact,
  GrantExpired as GrantExpiredFact,
  OverdraftSet as OverdraftSetFact,
} from '@kontor/contracts';
import { decimal, wire, ZERO } from '@kontor/money';
import type {
  FundsCharged,
  GrantActivated,
  GrantExpired,
  Overdraft,
  OverdraftSet,
} from '../../domain/wallet-event';
import {
  type Header,
  stretchFromWire,
  stretchToWire,
  takesFromWire,
  takesToWire,
} from './parts.mapping';

export const activatedToWire = (header: Header, event: GrantActivated): GrantActivatedFact => ({
  ...header,
  ...event,
  type: 'wallet.grant-activated',
  amount: wire(event.amount),
  repaid: event.repaid.map(stretchToWire),
  balance: wire(event.balance),
});

export const expiredToWire = (header: Header, event: GrantExpired): GrantExpiredFact => ({
  ...header,
  ...event,
  type: 'wallet.grant-expired',
  amount: wire(event.amount),
  balance: wire(event.balance),
});

export const overdraftToWire = (header: Header, event: OverdraftSet): OverdraftSetFact => ({
  ...header,
  type: 'wallet.overdraft-set',
  accountId: event.accountId,
  asset: event.asset,
  policy: event.overdraft.mode,
  ...(event.overdraft.mode === 'limit' && { limit: wire(event.overdraft.limit) }),
  at: event.at,
});

export function chargedToWire(header: Header, event: FundsCharged): FundsChargedFact {
  const { metadata, priced, ...rest } = event;
  return {
    ...header,
    ...rest,
    type: 'wallet.funds-charged',
    amount: wire(event.amount),
    takes: takesToWire(event.takes),
    balance: wire(event.balance),
    ...(metadata && { metadata: { ...metadata } }),
    ...(priced && { priced: { ...priced } }),
  };
}

export const activatedFromWire = (fact: GrantActivatedFact): GrantActivated => ({
  type: 'GrantActivated',
  transactionId: fact.transactionId,
  accountId: fact.accountId,
  asset: fact.asset,
  grantId: fact.grantId,
  amount: decimal(fact.amount),
  repaid: fact.repaid.map(stretchFromWire),
  balance: decimal(fact.balance),
  at: fact.at,
});

export const expiredFromWire = (fact: GrantExpiredFact): GrantExpired => ({
  type: 'GrantExpired',
  transactionId: fact.transactionId,
  accountId: fact.accountId,
  asset: fact.asset,
  grantId: fact.grantId,
  amount: decimal(fact.amount),
  balance: decimal(fact.balance),
  at: fact.at,
});

export const overdraftFromWire = (fact: OverdraftSetFact): OverdraftSet => ({
  type: 'OverdraftSet',
  accountId: fact.accountId,
  asset: fact.asset,
  overdraft: policyFrom(fact.policy, fact.limit),
  at: fact.at,
});

export const policyFrom = (mode: Overdraft['mode'], limit: string | undefined): Overdraft =>
  mode === 'limit' ? { mode, limit: limit === undefined ? ZERO : decimal(limit) } : { mode };

export const chargedFromWire = (fact: FundsChargedFact): FundsCharged => ({
  type: 'FundsCharged',
  transactionId: fact.transactionId,
  accountId: fact.accountId,
  asset: fact.asset,
  amount: decimal(fact.amount),
  fiatValue: fact.fiatValue,
  fiatRate: fact.fiatRate,
  ...(fact.subject !== undefined && { subject: fact.subject }),
  ...(fact.description !== undefined && { description: fact.description }),
  ...(fact.metadata !== undefined && { metadata: fact.metadata }),
  ...(fact.priced !== undefined && { priced: fact.priced }),
  takes: takesFromWire(fact.takes),
  balance: decimal(fact.balance),
  at: fact.at,
});
