import { addMilliseconds, type Clock, type Tenant } from '@kontor/contracts';
import { created, type IdempotencyRequest, notFound, Problem, Reply } from '@kontor/service-host';
import type { Ledger } from '../../app/ledger';
import type { Request } from '../../app/ledger-entry';
import type { WalletKey } from '../../app/ports';
import type { HoldPlaced, WalletEvent } from '../../domain/wallet-event';
import type { AuthorizationReads } from '../postgres/authorization-reads';
import { newAuthorizationId } from './authorization-id';
import {
  authorizationToDto,
  captureOf,
  JUST_PLACED,
  placingOf,
  progressAfter,
  progressOf,
  voidOf,
} from './authorization.mapping';
import type { AuthorizationBody, CaptureBody } from './authorization.requests';
import { rateOf } from './charge.mapping';
import { bytesOf, problemOf } from './wallet.mapping';
import type { WalletAccess } from './wallet-access';

interface Asked {
  /** As it stands in the path. */
  readonly id: string;
  readonly key: IdempotencyRequest | undefined;
}

interface Target {
  readonly wallet: WalletKey;
  readonly placed: HoldPlaced;
}

export interface AuthorizationDeskParts {
  readonly access: WalletAccess;
  readonly ledger: Ledger;
  readonly reads: AuthorizationReads;
  readonly clock: Clock;
  readonly reportingCurrency: string;
}

/** Asks the ledger and tells what became of an authorization. */
export class AuthorizationDesk {
  constructor(private readonly parts: AuthorizationDeskParts) {}

  async authorize(tenant: Tenant, body: AuthorizationBody): Promise<Reply> {
    const { access, ledger, clock } = this.parts;
    const wallet = await access.walletOfReference(tenant, body);
    const asset = body.asset ?? this.parts.reportingCurrency;
    await access.checkAsset(tenant, asset);
    const authorizationId = body.id ?? newAuthorizationId(wallet.partition);
    const expiresAt = addMilliseconds(clock.now(), body.expires_in * 1_000);
    const request = placingOf(wallet, body, { authorizationId, expiresAt, asset });
    const answer = await ledger.request(request, bytesOf(request));
    if (answer.kind === 'unchanged') throw new Error('an authorization changed nothing');
    if (answer.kind === 'rejected')
      throw answer.rejection.code === 'transaction_id_reused'
        ? new Problem(
            409,
            'authorization_id_reused',
            'This id was used before, for something else.',
          )
        : problemOf(answer.rejection);
    const placed = answer.events?.find((event) => event.type === 'HoldPlaced');
    const { placed: first } = placed ? { placed } : await this.targetOf(tenant, authorizationId);
    return created(authorizationToDto(first, JUST_PLACED), [answer.address]);
  }

  async show(tenant: Tenant, id: string) {
    const found = await this.parts.reads.find(refOf(tenant, id));
    if (!found) throw notFound('authorization');
    return authorizationToDto(found.placed, progressOf(found, this.parts.clock.now()));
  }

  async capture(tenant: Tenant, { id, key }: Asked, body: CaptureBody): Promise<Reply> {
    const target = await this.targetOf(tenant, id);
    const fiatRate = rateOf(target.placed.asset, this.parts.reportingCurrency);
    return this.change(target, captureOf({ ...target, authorizationId: id, key }, body, fiatRate));
  }

  async void(tenant: Tenant, { id, key }: Asked): Promise<Reply> {
    const target = await this.targetOf(tenant, id);
    return this.change(target, voidOf({ ...target, authorizationId: id, key }));
  }

  private async change({ wallet, placed }: Target, request: Request): Promise<Reply> {
    const answer = await this.parts.ledger.request(request, bytesOf(request));
    if (answer.kind === 'unchanged') throw new Error('a capture or void changed nothing');
    if (answer.kind === 'accepted') {
      const last = answer.events?.at(-1) ?? (await this.firstAnswerOf(wallet, request));
      return new Reply(authorizationToDto(placed, progressAfter(last)), {
        positions: [answer.address],
      });
    }
    switch (answer.rejection.code) {
      case 'transaction_id_reused':
        throw new Problem(
          422,
          'idempotency_key_reused',
          'This Idempotency-Key was used before, for another request.',
        );
      case 'authorization_not_open':
        return this.ended(wallet, placed, request);
      default:
        throw problemOf(answer.rejection);
    }
  }

  /** The request that ended it gets its answer again; for any other it is too late. */
  private async ended(wallet: WalletKey, placed: HoldPlaced, request: Request): Promise<Reply> {
    const found = await this.parts.reads.find(refOf(wallet, placed.authorizationId));
    if (!found?.ended) throw notFound('authorization');
    const progress = progressAfter(found.ended);
    if (found.endHash !== null && found.endHash === request.endHash)
      return new Reply(authorizationToDto(placed, progress));
    throw new Problem(
      409,
      `authorization_${progress.status === 'authorized' ? 'captured' : progress.status}`,
      `The authorization was ${progress.status} before.`,
    );
  }

  private async firstAnswerOf(wallet: WalletKey, { id }: Request): Promise<WalletEvent> {
    const event = id && (await this.parts.reads.eventOf(refOf(wallet, id.transactionId)));
    if (!event) throw new Error('a repeated request has no first answer');
    return event;
  }

  /** Mostly from memory: between placing and capturing lie seconds. */
  private async targetOf(tenant: Tenant, id: string): Promise<Target> {
    const { wallet, event } = this.parts.ledger.remembered(tenant, id) ?? {};
    if (wallet && event?.type === 'HoldPlaced') return { wallet, placed: event };
    const found = await this.parts.reads.find(refOf(tenant, id));
    if (!found) throw notFound('authorization');
    return found;
  }
}

const refOf = ({ platform, mode }: Tenant, transactionId: string) => ({
  platform,
  mode,
  transactionId,
});
