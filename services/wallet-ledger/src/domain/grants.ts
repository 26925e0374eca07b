/**
 * What kind of lot a credit becomes, by its reason.
 *
 * Source: docs/glossary.md (purpose, revenue basis).
 */
import { type Decimal, ZERO } from '@kontor/money';
import type { AdjustFunds } from './wallet-command';
import type { AdjustmentReason, Grant, Instant, Purpose } from './wallet-event';

/** In the middle, so that grants can be put before and behind what was adjusted by hand. */
const ADJUSTMENT_PRIORITY = 100;

const PURPOSE_BY_REASON: Readonly<Record<AdjustmentReason, Purpose>> = {
  gift: 'promotional',
  other: 'promotional',
  correction: 'promotional',
  external_topup: 'paid',
  external_refund: 'paid',
  migration: 'paid',
};

export function grantFor(command: AdjustFunds, at: Instant): Grant {
  const purpose = PURPOSE_BY_REASON[command.reason];
  return {
    grantId: command.grantId,
    purpose,
    amount: command.amount,
    basis: basisOf(purpose, command.amount),
    priority: ADJUSTMENT_PRIORITY,
    effectiveAt: command.effectiveAt ?? at,
    expiresAt: command.expiresAt ?? null,
  };
}

/** What was given away earns nothing when it is used; what was paid for earns its price. */
const basisOf = (purpose: Purpose, amount: Decimal): Decimal =>
  purpose === 'paid' ? amount : ZERO;
