/**
 * An open hold: an amount taken out of lots at once, that waits to be captured or given back.
 *
 * What it took is consumed in the order of the taking; what no lot covered comes last.
 */
import { type Decimal, min, ZERO } from '@kontor/money';
import { takenBy } from './burn-order';
import type { Draw, HoldReleased, Instant, ReleaseReason, Take } from './wallet-event';
import { type Account, available } from './wallet-state';

export interface Hold {
  readonly authorizationId: string;
  readonly accountId: string;
  readonly amount: Decimal;
  /** What is left of its takes. */
  readonly takes: readonly Take[];
  /** What is left of its part that no lot covers. */
  readonly overdraft: Decimal;
  readonly captured: Decimal;
  /** Counts the facts about it; makes the ids of their transactions. */
  readonly draws: number;
  readonly expiresAt: Instant;
  readonly subject: string | undefined;
}

export const leftOf = (hold: Hold): Decimal => hold.amount.minus(hold.captured);

/** Id of the next transaction on a hold. */
export const nextTransactionId = (hold: Hold): string =>
  `${hold.authorizationId}.${hold.draws + 1}`;

/** Takes `amount` out of a hold that has as much left. */
export function drawFrom(hold: Hold, amount: Decimal): Draw {
  const held = split(hold.takes, amount).first;
  const overdraft = amount.minus(takenBy(held));
  return { authorizationId: hold.authorizationId, held, overdraft };
}

export function afterDraw(hold: Hold, draw: Draw): Hold {
  const drawn = takenBy(draw.held);
  return {
    ...hold,
    takes: split(hold.takes, drawn).rest,
    overdraft: hold.overdraft.minus(draw.overdraft),
    captured: hold.captured.plus(drawn).plus(draw.overdraft),
    draws: hold.draws + 1,
  };
}

/** What is left goes back to its lots; to those that expired meanwhile it does not. */
export function releaseOf(
  hold: Hold,
  account: Account,
  { reason, at }: { readonly reason: ReleaseReason; readonly at: Instant },
): HoldReleased {
  const expired = new Set(
    account.lots
      .filter((lot) => lot.expiresAt !== null && lot.expiresAt <= at)
      .map((lot) => lot.grantId),
  );
  const returned = hold.takes.filter(({ grantId }) => !expired.has(grantId));
  const broken = hold.takes.filter(({ grantId }) => expired.has(grantId));
  return {
    type: 'HoldReleased',
    transactionId: nextTransactionId(hold),
    authorizationId: hold.authorizationId,
    accountId: hold.accountId,
    asset: account.asset,
    reason,
    amount: leftOf(hold),
    returned,
    broken,
    overdraft: hold.overdraft,
    capturedInAll: hold.captured,
    balance: available(account).plus(takenBy(returned)).plus(hold.overdraft),
    at,
  };
}

/** The first takes up to `amount` in all, and the others. */
function split(takes: readonly Take[], amount: Decimal): { first: Take[]; rest: Take[] } {
  const first: Take[] = [];
  const rest: Take[] = [];
  let missing = amount;
  for (const take of takes) {
    const part = min(take.amount, missing);
    missing = missing.minus(part);
    if (part.gt(ZERO)) first.push({ grantId: take.grantId, amount: part });
    if (part.lt(take.amount)) rest.push({ grantId: take.grantId, amount: take.amount.minus(part) });
  }
  return { first, rest };
}
