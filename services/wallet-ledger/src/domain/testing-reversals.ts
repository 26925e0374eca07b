/** Builders of reversals for specs. Imported by test files only. */
import { decimal } from '@kontor/money';
import { at, takesOf } from './testing';
import type { FeeReversed } from './wallet-event';

type Takes = Readonly<Record<string, string>>;

interface Reversing {
  readonly returned?: Takes;
  readonly broken?: Takes;
  readonly revived?: FeeReversed['revived'];
  readonly debt?: readonly [from: string, amount: string];
  readonly uncollected?: string;
  readonly balance: string;
  readonly at?: string;
}

export const reversed = (id: string, amount: string, options: Reversing): FeeReversed => ({
  type: 'FeeReversed',
  transactionId: `${id}.reversed`,
  eventId: 'event-1',
  feeId: id,
  productId: 'prp_1',
  accountId: 'default:USD',
  asset: 'USD',
  amount: decimal(amount),
  fiatValue: null,
  fiatRate: null,
  subject: undefined,
  reason: 'sent by mistake',
  returned: takesOf(options.returned ?? {}),
  broken: takesOf(options.broken ?? {}),
  revived: options.revived ?? [],
  debt: { from: decimal(options.debt?.[0] ?? '0'), amount: decimal(options.debt?.[1] ?? '0') },
  uncollected: decimal(options.uncollected ?? '0'),
  balance: decimal(options.balance),
  occurredAt: at,
  at: options.at ?? at,
});
