/**
 * The wallet's events as facts of wallet.posted.v1, and back.
 *
 * The legs are made here from the event, and are not read back: they follow from it.
 */
import type {
  AccountOpened as AccountOpenedFact,
  FeeDebited as FeeDebitedFact,
  FundsCredited as FundsCreditedFact,
  FundsDebited as FundsDebitedFact,
  WalletPostedV1,
} from '@kontor/contracts';
import { unreachable } from '@kontor/event-sourcing';
import { decimal, wire } from '@kontor/money';
import type { WalletKey } from '../../app/ports';
import { legsOf } from '../../domain/postings';
import type {
  AccountOpened,
  FeeDebited,
  FundsCredited,
  FundsDebited,
  HoldEvent,
  WalletEvent,
} from '../../domain/wallet-event';
import {
  activatedFromWire,
  activatedToWire,
  chargedFromWire,
  chargedToWire,
  expiredFromWire,
  expiredToWire,
  overdraftFromWire,
  overdraftToWire,
} from './account-facts.mapping';
import {
  capturedFromWire,
  capturedToWire,
  placedFromWire,
  placedToWire,
  releasedFromWire,
  releasedToWire,
  usedFromWire,
  usedToWire,
} from './hold-facts.mapping';
import {
  drawFromWire,
  drawToWire,
  grantFromWire,
  grantToWire,
  type Header,
  stretchFromWire,
  stretchToWire,
  takesFromWire,
  takesToWire,
} from './parts.mapping';
import { reversedFromWire, reversedToWire } from './reversal-facts.mapping';

type HoldFact = Extract<
  WalletPostedV1,
  { type: `wallet.hold-${string}` | 'wallet.authorization-used' }
>;

export function toWire(wallet: WalletKey, event: WalletEvent): WalletPostedV1 {
  const header: Header = {
    platform: wallet.platform,
    mode: wallet.mode,
    key: wallet.customerId,
    legs: legsOf(event).map((leg) => ({ account: leg.account, amount: wire(leg.amount) })),
  };
  switch (event.type) {
    case 'AccountOpened':
      return openedToWire(header, event);
    case 'FundsCredited':
      return creditedToWire(header, event);
    case 'FundsDebited':
      return debitedToWire(header, event);
    case 'FeeDebited':
      return feeToWire(header, event);
    case 'GrantActivated':
      return activatedToWire(header, event);
    case 'GrantExpired':
      return expiredToWire(header, event);
    case 'OverdraftSet':
      return overdraftToWire(header, event);
    case 'FundsCharged':
      return chargedToWire(header, event);
    case 'FeeReversed':
      return reversedToWire(header, event);
    default:
      return holdToWire(header, event);
  }
}

function holdToWire(header: Header, event: HoldEvent): WalletPostedV1 {
  switch (event.type) {
    case 'HoldPlaced':
      return placedToWire(header, event);
    case 'HoldCaptured':
      return capturedToWire(header, event);
    case 'HoldReleased':
      return releasedToWire(header, event);
    case 'AuthorizationUsed':
      return usedToWire(header, event);
    default:
      return unreachable(event);
  }
}

const openedToWire = (header: Header, event: AccountOpened): AccountOpenedFact => ({
  ...header,
  type: 'wallet.account-opened',
  accountId: event.accountId,
  name: event.name,
  asset: event.asset,
  at: event.at,
});

function creditedToWire(header: Header, event: FundsCredited): FundsCreditedFact {
  const { grant, repaid, amount, balance, metadata, ...rest } = event;
  return {
    ...header,
    ...rest,
    type: 'wallet.funds-credited',
    amount: wire(amount),
    ...(metadata && { metadata: { ...metadata } }),
    grant: grantToWire(grant),
    repaid: repaid.map(stretchToWire),
    balance: wire(balance),
  };
}

function debitedToWire(header: Header, event: FundsDebited): FundsDebitedFact {
  const { takes, amount, balance, metadata, ...rest } = event;
  return {
    ...header,
    ...rest,
    type: 'wallet.funds-debited',
    amount: wire(amount),
    ...(metadata && { metadata: { ...metadata } }),
    takes: takesToWire(takes),
    debt: '0',
    balance: wire(balance),
  };
}

// Spelled out, not spread: this one is made for every fee.
function feeToWire(header: Header, event: FeeDebited): FeeDebitedFact {
  const fact: FeeDebitedFact = {
    type: 'wallet.fee-debited',
    platform: header.platform,
    mode: header.mode,
    key: header.key,
    transactionId: event.feeId,
    eventId: event.eventId,
    feeId: event.feeId,
    productId: event.productId,
    accountId: event.accountId,
    asset: event.asset,
    alternative: event.alternative,
    amount: wire(event.amount),
    fiatValue: event.fiatValue,
    fiatRate: event.fiatRate,
    takes: takesToWire(event.takes),
    debt: wire(event.debt.amount),
    debtFrom: wire(event.debt.from),
    uncollected: wire(event.uncollected),
    balance: wire(event.balance),
    occurredAt: event.occurredAt,
    at: event.at,
    legs: header.legs,
  };
  if (event.subject !== undefined) fact.subject = event.subject;
  if (event.description !== undefined) fact.description = event.description;
  if (event.draw) fact.draw = drawToWire(event.draw);
  return fact;
}

export function fromWire(fact: WalletPostedV1): WalletEvent {
  switch (fact.type) {
    case 'wallet.account-opened':
      return {
        type: 'AccountOpened',
        accountId: fact.accountId,
        name: fact.name,
        asset: fact.asset,
        at: fact.at,
      };
    case 'wallet.funds-credited':
      return creditedFromWire(fact);
    case 'wallet.funds-debited':
      return debitedFromWire(fact);
    case 'wallet.fee-debited':
      return feeFromWire(fact);
    case 'wallet.grant-activated':
      return activatedFromWire(fact);
    case 'wallet.grant-expired':
      return expiredFromWire(fact);
    case 'wallet.overdraft-set':
      return overdraftFromWire(fact);
    case 'wallet.funds-charged':
      return chargedFromWire(fact);
    case 'wallet.fee-reversed':
      return reversedFromWire(fact);
    default:
      return holdFromWire(fact);
  }
}

function holdFromWire(fact: HoldFact): HoldEvent {
  switch (fact.type) {
    case 'wallet.hold-placed':
      return placedFromWire(fact);
    case 'wallet.hold-captured':
      return capturedFromWire(fact);
    case 'wallet.hold-released':
      return releasedFromWire(fact);
    case 'wallet.authorization-used':
      return usedFromWire(fact);
    default:
      return unreachable(fact);
  }
}

const creditedFromWire = (fact: FundsCreditedFact): FundsCredited => ({
  type: 'FundsCredited',
  ...adjustmentFromWire(fact),
  grant: grantFromWire(fact.grant),
  repaid: fact.repaid.map(stretchFromWire),
});

const debitedFromWire = (fact: FundsDebitedFact): FundsDebited => ({
  type: 'FundsDebited',
  ...adjustmentFromWire(fact),
  takes: takesFromWire(fact.takes),
});

const adjustmentFromWire = (fact: FundsCreditedFact | FundsDebitedFact) => ({
  transactionId: fact.transactionId,
  accountId: fact.accountId,
  asset: fact.asset,
  amount: decimal(fact.amount),
  reason: fact.reason,
  ...(fact.description !== undefined && { description: fact.description }),
  ...(fact.metadata !== undefined && { metadata: fact.metadata }),
  balance: decimal(fact.balance),
  at: fact.at,
});

const feeFromWire = (fact: FeeDebitedFact): FeeDebited => ({
  type: 'FeeDebited',
  eventId: fact.eventId,
  feeId: fact.feeId,
  productId: fact.productId,
  accountId: fact.accountId,
  asset: fact.asset,
  alternative: fact.alternative,
  amount: decimal(fact.amount),
  fiatValue: fact.fiatValue,
  fiatRate: fact.fiatRate,
  subject: fact.subject,
  description: fact.description,
  takes: takesFromWire(fact.takes),
  debt: stretchFromWire({ from: fact.debtFrom, amount: fact.debt }),
  ...(fact.draw && { draw: drawFromWire(fact.draw) }),
  uncollected: decimal(fact.uncollected),
  balance: decimal(fact.balance),
  occurredAt: fact.occurredAt,
  at: fact.at,
});
