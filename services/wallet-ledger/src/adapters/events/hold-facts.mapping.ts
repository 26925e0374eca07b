/** Holds, their captures and their ends as facts of wallet.posted.v1, and back. */
import type {
  AuthorizationUsed as AuthorizationUsedFact,
  HoldCaptured as HoldCapturedFact,
  HoldPlaced as HoldPlacedFact,
  HoldReleased as HoldReleasedFact,
  PricedFee,
} from '@kontor/contracts';
import { decimal, wire } from '@kontor/money';
import type {
  AuthorizationUsed,
  HoldCaptured,
  HoldPlaced,
  HoldReleased,
} from '../../domain/wallet-event';
import type { HeldFee } from '../../domain/priced-hold';
import {
  drawFromWire,
  drawToWire,
  type Header,
  stretchFromWire,
  stretchToWire,
  takesFromWire,
  takesToWire,
} from './parts.mapping';

// Spelled out, not spread: these three are made for every authorization.
export function placedToWire(header: Header, event: HoldPlaced): HoldPlacedFact {
  const fact: HoldPlacedFact = {
    type: 'wallet.hold-placed',
    platform: header.platform,
    mode: header.mode,
    key: header.key,
    transactionId: event.authorizationId,
    authorizationId: event.authorizationId,
    accountId: event.accountId,
    asset: event.asset,
    amount: wire(event.amount),
    takes: takesToWire(event.takes),
    overdraft: wire(event.overdraft),
    expiresAt: event.expiresAt,
    balance: wire(event.balance),
    at: event.at,
    legs: header.legs,
  };
  if (event.fees !== undefined) fact.fees = event.fees.map(heldFeeToWire);
  if (event.subject !== undefined) fact.subject = event.subject;
  if (event.metadata !== undefined) fact.metadata = { ...event.metadata };
  return fact;
}

export function capturedToWire(header: Header, event: HoldCaptured): HoldCapturedFact {
  const fact: HoldCapturedFact = {
    type: 'wallet.hold-captured',
    platform: header.platform,
    mode: header.mode,
    key: header.key,
    transactionId: event.transactionId,
    accountId: event.accountId,
    asset: event.asset,
    amount: wire(event.amount),
    fiatValue: event.fiatValue,
    fiatRate: event.fiatRate,
    draw: drawToWire(event.draw),
    takes: takesToWire(event.takes),
    debt: stretchToWire(event.debt),
    capturedInAll: wire(event.capturedInAll),
    ends: event.ends,
    balance: wire(event.balance),
    at: event.at,
    legs: header.legs,
  };
  if (event.subject !== undefined) fact.subject = event.subject;
  return fact;
}

export const releasedToWire = (header: Header, event: HoldReleased): HoldReleasedFact => ({
  type: 'wallet.hold-released',
  platform: header.platform,
  mode: header.mode,
  key: header.key,
  transactionId: event.transactionId,
  authorizationId: event.authorizationId,
  accountId: event.accountId,
  asset: event.asset,
  reason: event.reason,
  amount: wire(event.amount),
  returned: takesToWire(event.returned),
  broken: takesToWire(event.broken),
  overdraft: wire(event.overdraft),
  capturedInAll: wire(event.capturedInAll),
  balance: wire(event.balance),
  at: event.at,
  legs: header.legs,
});

export function usedToWire(header: Header, event: AuthorizationUsed): AuthorizationUsedFact {
  return {
    ...header,
    ...event,
    type: 'wallet.authorization-used',
    captured: wire(event.captured),
    capturedInAll: wire(event.capturedInAll),
  };
}

const heldFeeToWire = ({ dimensions, ...fee }: HeldFee): PricedFee => ({
  ...fee,
  ...(dimensions && { dimensions: { ...dimensions } }),
});

export const placedFromWire = (fact: HoldPlacedFact): HoldPlaced => ({
  type: 'HoldPlaced',
  authorizationId: fact.authorizationId,
  accountId: fact.accountId,
  asset: fact.asset,
  amount: decimal(fact.amount),
  takes: takesFromWire(fact.takes),
  overdraft: decimal(fact.overdraft),
  ...(fact.fees !== undefined && { fees: fact.fees }),
  expiresAt: fact.expiresAt,
  ...(fact.subject !== undefined && { subject: fact.subject }),
  ...(fact.metadata !== undefined && { metadata: fact.metadata }),
  balance: decimal(fact.balance),
  at: fact.at,
});

export const capturedFromWire = (fact: HoldCapturedFact): HoldCaptured => ({
  type: 'HoldCaptured',
  transactionId: fact.transactionId,
  accountId: fact.accountId,
  asset: fact.asset,
  amount: decimal(fact.amount),
  subject: fact.subject,
  fiatValue: fact.fiatValue,
  fiatRate: fact.fiatRate,
  draw: drawFromWire(fact.draw),
  takes: takesFromWire(fact.takes),
  debt: stretchFromWire(fact.debt),
  capturedInAll: decimal(fact.capturedInAll),
  ends: fact.ends,
  balance: decimal(fact.balance),
  at: fact.at,
});

export const releasedFromWire = (fact: HoldReleasedFact): HoldReleased => ({
  type: 'HoldReleased',
  transactionId: fact.transactionId,
  authorizationId: fact.authorizationId,
  accountId: fact.accountId,
  asset: fact.asset,
  reason: fact.reason,
  amount: decimal(fact.amount),
  returned: takesFromWire(fact.returned),
  broken: takesFromWire(fact.broken),
  overdraft: decimal(fact.overdraft),
  capturedInAll: decimal(fact.capturedInAll),
  balance: decimal(fact.balance),
  at: fact.at,
});

export const usedFromWire = (fact: AuthorizationUsedFact): AuthorizationUsed => ({
  type: 'AuthorizationUsed',
  authorizationId: fact.authorizationId,
  eventId: fact.eventId,
  captured: decimal(fact.captured),
  capturedInAll: decimal(fact.capturedInAll),
  ends: fact.ends,
  ...(fact.ignored !== undefined && { ignored: fact.ignored }),
  at: fact.at,
});
