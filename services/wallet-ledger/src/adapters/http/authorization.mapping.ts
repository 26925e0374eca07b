/** Authorizations as they are answered and as they are asked for. */
import { newUuid } from '@kontor/contracts';
import { type Decimal, wire, ZERO } from '@kontor/money';
import type { IdempotencyRequest } from '@kontor/service-host';
import type { Request } from '../../app/ledger-entry';
import type { WalletKey } from '../../app/ports';
import { leftOf } from '../../domain/holds';
import { accountIdOf } from '../../domain/wallet-command';
import type { HoldPlaced, WalletEvent } from '../../domain/wallet-event';
import type { FoundAuthorization } from '../postgres/authorization-reads';
import { hashOf } from './wallet.mapping';
import type { AuthorizationBody, CaptureBody } from './authorization.requests';

export type AuthorizationStatus = 'authorized' | 'captured' | 'voided' | 'expired';

interface Progress {
  readonly status: AuthorizationStatus;
  readonly captured: Decimal;
}

/** `available` is what a capture may still take. */
export const authorizationToDto = (placed: HoldPlaced, { status, captured }: Progress) => ({
  id: placed.authorizationId,
  status,
  amount: placed.amount,
  asset: placed.asset,
  captured,
  available: status === 'authorized' ? placed.amount.minus(captured) : ZERO,
  account_id: placed.accountId,
  subject: placed.subject ?? null,
  metadata: placed.metadata ?? null,
  expires_at: placed.expiresAt,
  created_at: placed.at,
});

export const JUST_PLACED: Progress = { status: 'authorized', captured: ZERO };

/** As it is now; from its expiry on it shows so, although its money may still be held. */
export function progressOf({ placed, hold, ended }: FoundAuthorization, now: string): Progress {
  if (ended) return progressAfter(ended);
  const captured = hold ? hold.amount.minus(leftOf(hold)) : ZERO;
  return { status: placed.expiresAt <= now ? 'expired' : 'authorized', captured };
}

/** After the event that a capture or a void posted last, or that ended the hold. */
export function progressAfter(event: WalletEvent): Progress {
  switch (event.type) {
    case 'HoldReleased':
      return { status: event.reason, captured: event.capturedInAll };
    case 'HoldCaptured':
    case 'AuthorizationUsed':
      return { status: event.ends ? 'captured' : 'authorized', captured: event.capturedInAll };
    default:
      throw new Error(`${event.type} is no event of an authorization`);
  }
}

interface Placing {
  readonly authorizationId: string;
  readonly expiresAt: string;
  readonly asset: string;
}

export function placingOf(
  wallet: WalletKey,
  body: AuthorizationBody,
  { authorizationId, expiresAt, asset }: Placing,
): Request {
  const { subject, metadata, amount } = body;
  const account = { name: body.account_name, asset };
  const contentHash = hashOf({
    type: 'authorization',
    customer: wallet.customerId,
    account: accountIdOf(account),
    amount: wire(amount),
    subject: subject ?? null,
    expiresIn: body.expires_in,
    metadata: metadata ?? null,
  });
  return {
    kind: 'request',
    wallet,
    id: { transactionId: authorizationId, contentHash },
    command: {
      type: 'PlaceHold',
      authorizationId,
      account,
      amount,
      expiresAt,
      terms: { ...(subject !== undefined && { subject }), ...(metadata && { metadata }) },
    },
  };
}

interface Target {
  readonly wallet: WalletKey;
  readonly authorizationId: string;
  readonly key: IdempotencyRequest | undefined;
}

export function captureOf(
  { wallet, authorizationId, key }: Target,
  body: CaptureBody,
  fiatRate: string | null,
): Request {
  const { amount } = body;
  const final = body.final ?? amount === undefined;
  // What ends a hold is found again by its end. A part may be captured twice: when nobody knows
  // whether a batch was committed it is decided again, and only an id tells that this was done.
  const id = key ? commandOf(key) : final ? undefined : once();
  return {
    kind: 'request',
    wallet,
    ...(id && { id }),
    endHash: hashOf({ type: 'capture', amount: amount ? wire(amount) : null, final }),
    command: { type: 'CaptureHold', authorizationId, amount, final, fiatRate },
  };
}

export const voidOf = ({ wallet, authorizationId, key }: Target): Request => ({
  kind: 'request',
  wallet,
  ...(key && { id: commandOf(key) }),
  endHash: hashOf({ type: 'void' }),
  command: { type: 'VoidHold', authorizationId },
});

/** For one request that the client gave no key: nobody else can name it. */
const once = () => commandOf({ commandId: newUuid(), requestHash: '' });

/** Beside the ids of transactions; the request's path is part of its hash. */
const commandOf = ({ commandId, requestHash }: IdempotencyRequest) => ({
  transactionId: `key:${commandId}`,
  contentHash: requestHash,
});
