/** Builders for specs: one line each, one shared instant. Imported by test files only. */
import { decimal, type Decimal, ZERO } from '@kontor/money';
import { accountIdOf, type AdjustFunds, type DebitFees, type Fee } from './wallet-command';
import type {
  AccountOpened,
  AdjustmentReason,
  Draw,
  FeeDebited,
  FundsCharged,
  FundsCredited,
  FundsDebited,
  GrantActivated,
  GrantExpired,
  HoldCaptured,
  HoldPlaced,
  HoldReleased,
  Overdraft,
  OverdraftSet,
  Purpose,
  ReleaseReason,
} from './wallet-event';

export const at = '2026-01-05T14:32:18.000000Z';
export const usd = { name: 'default', asset: 'USD' };
export const opened = (name = 'default', asset = 'USD'): AccountOpened => ({
  type: 'AccountOpened',
  accountId: accountIdOf({ name, asset }),
  name,
  asset,
  at,
});

const PAID: readonly AdjustmentReason[] = ['external_topup', 'external_refund', 'migration'];

interface Credit {
  readonly reason?: AdjustmentReason;
  readonly purpose?: Purpose;
  readonly balance?: string;
  readonly repaid?: readonly (readonly [from: string, amount: string])[];
  readonly asset?: string;
  readonly expiresAt?: string;
  readonly effectiveAt?: string;
}

/** A credit of `amount` that made lot `id`, in transaction `tx-<id>`. */
export function credited(id: string, amount: string, options: Credit = {}): FundsCredited {
  const { reason = 'external_topup', balance = amount, asset = 'USD', repaid = [] } = options;
  const { effectiveAt, expiresAt } = { effectiveAt: at, expiresAt: null, ...options };
  const purpose = options.purpose ?? (PAID.includes(reason) ? 'paid' : 'promotional');
  return {
    type: 'FundsCredited',
    transactionId: `tx-${id}`,
    accountId: accountIdOf({ name: 'default', asset }),
    asset,
    amount: decimal(amount),
    reason,
    grant: {
      grantId: id,
      purpose,
      amount: decimal(amount),
      basis: purpose === 'paid' ? decimal(amount) : ZERO,
      priority: 100,
      effectiveAt,
      expiresAt,
    },
    repaid: repaid.map(([from, part]) => ({ from: decimal(from), amount: decimal(part) })),
    balance: decimal(balance),
    at,
  };
}

export const adjust = (
  id: string,
  amount: string,
  reason: AdjustmentReason = 'external_topup',
): AdjustFunds => ({
  type: 'AdjustFunds',
  transactionId: `tx-${id}`,
  account: usd,
  amount: decimal(amount),
  reason,
  grantId: id,
  at,
});

type Takes = Readonly<Record<string, string>>;
export const takesOf = (takes: Takes): { grantId: string; amount: Decimal }[] =>
  Object.entries(takes).map(([grantId, amount]) => ({ grantId, amount: decimal(amount) }));

export const debited = (
  id: string,
  amount: string,
  options: { takes: Takes; balance: string; reason?: AdjustmentReason },
): FundsDebited => ({
  type: 'FundsDebited',
  transactionId: `tx-${id}`,
  accountId: 'default:USD',
  asset: 'USD',
  amount: decimal(amount),
  reason: options.reason ?? 'external_topup',
  takes: takesOf(options.takes),
  balance: decimal(options.balance),
  at,
});

/** A fee priced in one or several assets: `fee('f1', { USD: '1', MIN: '10' })`. */
export const fee = (id: string, prices: Readonly<Record<string, string>>): Fee => ({
  feeId: id,
  productId: 'prp_1',
  alternatives: Object.entries(prices).map(([asset, amount]) => ({
    asset,
    amount: decimal(amount),
    fiatValue: null,
    fiatRate: null,
    description: undefined,
  })),
});

export const debitFees = (...fees: readonly Fee[]): DebitFees => ({
  type: 'DebitFees',
  eventId: 'event-1',
  occurredAt: at,
  subject: undefined,
  fees,
  at,
});

const UNPRICED = { fiatRate: null, fiatValue: null };
export const charged = (
  id: string,
  amount: string,
  options: { takes: Takes; balance: string },
): FundsCharged => ({
  type: 'FundsCharged',
  transactionId: id,
  accountId: 'default:USD',
  asset: 'USD',
  amount: decimal(amount),
  ...UNPRICED,
  takes: takesOf(options.takes),
  balance: decimal(options.balance),
  at,
});

/** The instant at which holds of specs expire. */
export const EXPIRY = '2026-01-05T14:47:18.000000Z';

interface Placing {
  readonly takes?: Takes;
  readonly overdraft?: string;
  readonly balance: string;
}

export const placed = (id: string, amount: string, options: Placing): HoldPlaced => ({
  type: 'HoldPlaced',
  authorizationId: id,
  accountId: 'default:USD',
  asset: 'USD',
  amount: decimal(amount),
  takes: takesOf(options.takes ?? { g1: amount }),
  overdraft: decimal(options.overdraft ?? '0'),
  expiresAt: EXPIRY,
  balance: decimal(options.balance),
  at,
});

interface Capturing {
  /** Of the transaction: `<authorization id>.<nth>`. */
  readonly nth?: number;
  readonly held?: Takes;
  readonly overdraft?: string;
  readonly takes?: Takes;
  readonly debt?: readonly [from: string, amount: string];
  readonly inAll?: string;
  readonly ends?: boolean;
  readonly balance: string;
}

export const captured = (id: string, amount: string, options: Capturing): HoldCaptured => ({
  type: 'HoldCaptured',
  transactionId: `${id}.${options.nth ?? 1}`,
  accountId: 'default:USD',
  asset: 'USD',
  amount: decimal(amount),
  ...UNPRICED,
  subject: undefined,
  draw: drawn(id, options.held ?? { g1: amount }, options.overdraft),
  takes: takesOf(options.takes ?? {}),
  debt: { from: decimal(options.debt?.[0] ?? '0'), amount: decimal(options.debt?.[1] ?? '0') },
  capturedInAll: decimal(options.inAll ?? amount),
  ends: options.ends ?? false,
  balance: decimal(options.balance),
  at,
});

export const drawn = (authorizationId: string, held: Takes, overdraft = '0'): Draw => ({
  authorizationId,
  held: takesOf(held),
  overdraft: decimal(overdraft),
});

interface Releasing {
  readonly nth?: number;
  readonly reason?: ReleaseReason;
  readonly returned?: Takes;
  readonly broken?: Takes;
  readonly overdraft?: string;
  readonly captured?: string;
  readonly balance: string;
  readonly at?: string;
}

export const released = (id: string, amount: string, options: Releasing): HoldReleased => ({
  type: 'HoldReleased',
  transactionId: `${id}.${options.nth ?? 1}`,
  authorizationId: id,
  accountId: 'default:USD',
  asset: 'USD',
  reason: options.reason ?? 'voided',
  amount: decimal(amount),
  returned: takesOf(options.returned ?? {}),
  broken: takesOf(options.broken ?? {}),
  overdraft: decimal(options.overdraft ?? '0'),
  capturedInAll: decimal(options.captured ?? '0'),
  balance: decimal(options.balance),
  at: options.at ?? at,
});

export const overdraftSet = (overdraft: Overdraft): OverdraftSet => ({
  type: 'OverdraftSet',
  accountId: 'default:USD',
  asset: 'USD',
  overdraft,
  at,
});

type GrantChange = Pick<Credit, 'repaid'> & { readonly balance: string; readonly at?: string };

export const activated = (id: string, amount: string, options: GrantChange): GrantActivated => ({
  type: 'GrantActivated',
  transactionId: `${id}.effective`,
  accountId: 'default:USD',
  asset: 'USD',
  grantId: id,
  amount: decimal(amount),
  repaid: (options.repaid ?? []).map(([from, part]) => ({
    from: decimal(from),
    amount: decimal(part),
  })),
  balance: decimal(options.balance),
  at: options.at ?? at,
});

export const expired = (id: string, amount: string, options: GrantChange): GrantExpired => ({
  type: 'GrantExpired',
  transactionId: `${id}.expired`,
  accountId: 'default:USD',
  asset: 'USD',
  grantId: id,
  amount: decimal(amount),
  balance: decimal(options.balance),
  at: options.at ?? at,
});

interface FeeDebit {
  readonly draw?: Draw;
  readonly uncollected?: string;
  readonly takes?: Takes;
  /** Where debt begins, and how much it is. */
  readonly debt?: readonly [from: string, amount: string];
  readonly balance: string;
  readonly asset?: string;
  readonly alternative?: number;
}

export const feeDebited = (id: string, amount: string, options: FeeDebit): FeeDebited => {
  const { takes = {}, debt = ['0', '0'], balance, asset = 'USD', alternative = 0 } = options;
  return {
    type: 'FeeDebited',
    eventId: 'event-1',
    feeId: id,
    productId: 'prp_1',
    accountId: accountIdOf({ name: 'default', asset }),
    asset,
    alternative,
    amount: decimal(amount),
    fiatValue: null,
    fiatRate: null,
    subject: undefined,
    description: undefined,
    takes: takesOf(takes),
    debt: { from: decimal(debt[0]), amount: decimal(debt[1]) },
    ...(options.draw && { draw: options.draw }),
    uncollected: decimal(options.uncollected ?? '0'),
    balance: decimal(balance),
    occurredAt: at,
    at,
  };
};
