import type { Clock, Tenant } from '@kontor/contracts';
import { created, type IdempotencyRequest, notFound, Problem, Reply } from '@kontor/service-host';
import type { Ledger } from '../../app/ledger';
import type { Request } from '../../app/ledger-entry';
import type { UsagePrices, WalletKey } from '../../app/ports';
import type { HoldOffer } from '../../domain/priced-hold';
import type { HoldPlaced, WalletEvent } from '../../domain/wallet-event';
import type { AuthorizationReads } from '../postgres/authorization-reads';
import {
  askedBy,
  type AskedFor,
  authorizationToDto,
  captureOf,
  JUST_PLACED,
  type PlacingId,
  placingIdOf,
  placingOf,
  progressAfter,
  progressOf,
  voidOf,
} from './authorization.mapping';
import type { AuthorizationBody, CaptureBody } from './authorization.requests';
import type { CatalogRates } from './catalog-rates';
import { bytesOf, problemOf } from './wallet.mapping';
import { offersForUsage } from './usage-pricing';
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
  readonly prices: UsagePrices;
  readonly rates: CatalogRates;
  readonly clock: Clock;
  readonly reportingCurrency: string;
}

/** Asks the ledger and tells what became of an authorization. */
export class AuthorizationDesk {
  constructor(private readonly parts: AuthorizationDeskParts) {}

  async authorize(
    tenant: Tenant,
    body: AuthorizationBody,
    key: IdempotencyRequest | undefined,
  ): Promise<Reply> {
    const { access, reportingCurrency } = this.parts;
    const asked = askedBy(body, reportingCurrency);
    const wallet = await access.walletOfReference(tenant, body);
    const id = placingIdOf(wallet, body, { asked, key });
    // A repeat gets the first answer, whatever prices are now and whether rating is there at all.
    const first =
      asked.kind === 'usage' && id.chosenBy ? await this.firstPlacing(wallet, id) : null;
    if (first) return first;
    const offers = await this.offersFor(tenant, { wallet, body, asked });
    return this.place(
      id,
      placingOf(wallet, body, { id, offers, isPriced: asked.kind === 'usage' }),
    );
  }

  private async offersFor(
    tenant: Tenant,
    { wallet, body, asked }: { wallet: WalletKey; body: AuthorizationBody; asked: AskedFor },
  ): Promise<readonly [HoldOffer, ...HoldOffer[]]> {
    const { access, clock, prices } = this.parts;
    const asset = asked.kind === 'amount' ? asked.asset : body.asset;
    if (asset !== undefined) await access.checkAsset(tenant, asset);
    if (asked.kind === 'amount') return [{ asset: asked.asset, amount: asked.amount, fees: [] }];
    const { eventType, data } = asked;
    return offersForUsage(prices, tenant, { wallet, eventType, data, asset, at: clock.now() });
  }

  private async place(id: PlacingId, request: Request): Promise<Reply> {
    const answer = await this.parts.ledger.request(request, bytesOf(request));
    if (answer.kind === 'unchanged') throw new Error('an authorization changed nothing');
    if (answer.kind === 'rejected')
      throw answer.rejection.code === 'transaction_id_reused'
        ? reusedBy(id)
        : problemOf(answer.rejection);
    const placed = answer.events?.find((event) => event.type === 'HoldPlaced');
    const first = placed ?? (await this.targetOf(request.wallet, id.authorizationId)).placed;
    return created(authorizationToDto(first, JUST_PLACED), [answer.address]);
  }

  /** What an id was used for before; undefined when it is new, or no authorization. */
  private async firstPlacing(wallet: WalletKey, id: PlacingId): Promise<Reply | undefined> {
    const { ledger, reads } = this.parts;
    const remembered = ledger.remembered(wallet, id.authorizationId);
    const first =
      remembered?.event?.type === 'HoldPlaced'
        ? { ...remembered, placed: remembered.event }
        : await reads.find(refOf(wallet, id.authorizationId));
    if (!first) return undefined;
    if (first.contentHash !== id.contentHash) throw reusedBy(id);
    return created(authorizationToDto(first.placed, JUST_PLACED), [first.address]);
  }

  async show(tenant: Tenant, id: string) {
    const found = await this.parts.reads.find(refOf(tenant, id));
    if (!found) throw notFound('authorization');
    return authorizationToDto(found.placed, progressOf(found, this.parts.clock.now()));
  }

  async capture(tenant: Tenant, { id, key }: Asked, body: CaptureBody): Promise<Reply> {
    const target = await this.targetOf(tenant, id);
    const fiatRate = await this.parts.rates.now(tenant, target.placed.asset);
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

const reusedBy = ({ chosenBy }: PlacingId): Problem =>
  chosenBy === 'key'
    ? new Problem(
        422,
        'idempotency_key_reused',
        'This Idempotency-Key was used before, for another request.',
      )
    : new Problem(409, 'authorization_id_reused', 'This id was used before, for something else.');
