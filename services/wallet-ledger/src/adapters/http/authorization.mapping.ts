/** Authorizations as they are answered and as they are asked for. */
import { nameBasedId, newUuid } from '@kontor/contracts';
import { type Decimal, decimal, type ExchangeRate, wire, ZERO } from '@kontor/money';
import { type IdempotencyRequest, invalid, type Problem } from '@kontor/service-host';
import type { Request } from '../../app/ledger-entry';
import type { WalletKey } from '../../app/ports';
import { leftOf } from '../../domain/holds';
import type { HeldFee, HoldOffer } from '../../domain/priced-hold';
import { accountIdOf } from '../../domain/wallet-command';
import type { HoldPlaced, WalletEvent } from '../../domain/wallet-event';
import type { FoundAuthorization } from '../postgres/authorization-reads';
import { newAuthorizationId } from './authorization-id';
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
  fees: placed.fees?.map(heldFeeToDto),
});

/** As a fee of an event, which has an id only when there is one; what does not apply is left out. */
const heldFeeToDto = (fee: HeldFee) => ({
  product_id: fee.productId,
  product_code: fee.productCode,
  product_version: fee.productVersion,
  price_id: fee.priceId,
  price_name: fee.priceName,
  currency: fee.asset,
  dimensions: fee.dimensions,
  usage_type: fee.usageType,
  volume_field: fee.volumeField,
  input_volume: optional(fee.inputVolume),
  volume_rate: optional(fee.volumeRate),
  units: optional(fee.units),
  unit_price: optional(fee.unitPrice),
  package_size: optional(fee.packageSize),
  description: fee.description,
  amount: decimal(fee.amount),
});

const optional = (text: string | undefined) => (text === undefined ? undefined : decimal(text));

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

/** What an authorization is asked for. */
export type AskedFor =
  | { readonly kind: 'amount'; readonly amount: Decimal; readonly asset: string }
  | {
      readonly kind: 'usage';
      readonly eventType: string;
      readonly data: Readonly<Record<string, unknown>> | undefined;
    };

/** Errors: 422 `amount_or_event_type`. */
export function askedBy(body: AuthorizationBody, reportingCurrency: string): AskedFor {
  const { amount, event_type: eventType, data } = body;
  const bad = (pointer: string): Problem =>
    invalid(
      pointer,
      'amount_or_event_type',
      'Give `amount`, or `event_type` with its `data`, one of them.',
    );
  if (eventType === undefined) {
    if (data !== undefined) throw bad('/data');
    if (amount === undefined) throw bad('/amount');
    return { kind: 'amount', amount, asset: body.asset ?? reportingCurrency };
  }
  if (amount !== undefined) throw bad('/amount');
  return { kind: 'usage', eventType, data };
}

/** Of what the client sent, never of what it was priced at: a repeat gets the first price. */
export function placingHashOf(wallet: WalletKey, body: AuthorizationBody, asked: AskedFor): string {
  const { subject, metadata, account_name: name } = body;
  const wanted =
    asked.kind === 'amount'
      ? { account: accountIdOf({ name, asset: asked.asset }), amount: wire(asked.amount) }
      : {
          account: accountIdOf({ name, asset: body.asset ?? '' }),
          eventType: asked.eventType,
          data: asked.data ?? null,
        };
  return hashOf({
    type: 'authorization',
    customer: wallet.customerId,
    ...wanted,
    subject: subject ?? null,
    expiresIn: body.expires_in,
    metadata: metadata ?? null,
  });
}

/** The id of a new authorization, and how it is told from others that were asked for under it. */
export interface PlacingId {
  readonly authorizationId: string;
  readonly contentHash: string;
  /** By whom it was chosen: only then it may have been used before. */
  readonly chosenBy: 'body' | 'key' | undefined;
}

/** An `Idempotency-Key` alone makes the id, so that the same request finds the same one. */
export function placingIdOf(
  wallet: WalletKey,
  body: AuthorizationBody,
  { asked, key }: { readonly asked: AskedFor; readonly key: IdempotencyRequest | undefined },
): PlacingId {
  const contentHash = placingHashOf(wallet, body, asked);
  if (body.id !== undefined) return { authorizationId: body.id, contentHash, chosenBy: 'body' };
  if (key) {
    const authorizationId = nameBasedId('auth', wallet.tenantId, key.commandId);
    return { authorizationId, contentHash, chosenBy: 'key' };
  }
  return {
    authorizationId: newAuthorizationId(wallet.partition),
    contentHash,
    chosenBy: undefined,
  };
}

interface Placing {
  readonly id: PlacingId;
  /** One for an amount; of priced usage one per asset that could be held. */
  readonly offers: readonly [HoldOffer, ...HoldOffer[]];
  readonly isPriced: boolean;
}

export function placingOf(
  wallet: WalletKey,
  body: AuthorizationBody,
  { id, offers, isPriced }: Placing,
): Request {
  const { subject, metadata } = body;
  const { authorizationId, contentHash } = id;
  const [{ asset, amount }] = offers;
  return {
    kind: 'request',
    wallet,
    id: { transactionId: authorizationId, contentHash },
    command: {
      type: 'PlaceHold',
      authorizationId,
      account: { name: body.account_name, asset },
      amount,
      ...(isPriced && { offers }),
      lifeMs: body.expires_in * 1_000,
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
  fiatRate: ExchangeRate | null,
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
    // Two keys are two captures: the second is told that the first one ended the hold.
    endHash: hashOf({
      type: 'capture',
      amount: amount ? wire(amount) : null,
      final,
      key: key?.commandId ?? null,
    }),
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
