import { type Instant, type Tenant } from '@kontor/contracts';
import { invalid, Problem } from '@kontor/service-host';
import type { UnratedReason, UsagePrices, WalletKey } from '../../app/ports';
import { type HoldOffer, offersFor } from '../../domain/priced-hold';

/** What of a fact fees may take: the lots of the hold and its metadata need the rest. */
const FEES_BYTES_MAX = 128 * 1024;

export interface UsageToHold {
  readonly wallet: WalletKey;
  readonly eventType: string;
  readonly data: Readonly<Record<string, unknown>> | undefined;
  /** Only this one will do. */
  readonly asset: string | undefined;
  readonly at: Instant;
}

/**
 * What usage can be held in, one offer per asset.
 *
 * Errors: 422 by the reason why it has no price, `authorization_mixed_assets`, `asset_not_priced`;
 *         413 `request_too_large` for fees that would not fit into a fact; DependencyDown (503) when
 *         rating does not answer: nothing is held.
 */
export async function offersForUsage(
  prices: UsagePrices,
  tenant: Tenant,
  { wallet, asset, ...usage }: UsageToHold,
): Promise<readonly [HoldOffer, ...HoldOffer[]]> {
  const { platform, mode } = tenant;
  const { customerId } = wallet;
  const priced = await prices.price({ platform, mode }, { customerId, ...usage });
  if (priced.unratedReason) throw unpriced(priced.unratedReason);
  const offers = offersFor(priced.fees);
  const [first, ...others] = asset ? offers.filter((offer) => offer.asset === asset) : offers;
  if (first) {
    checkSize(first);
    return [first, ...others];
  }
  if (offers.length > 0)
    throw invalid('/asset', 'asset_not_priced', 'The usage has no price in this asset.');
  throw new Problem(
    422,
    'authorization_mixed_assets',
    'The fees of this usage need several assets; an authorization holds one.',
  );
}

// Texts are the same in every asset, so one offer stands for all.
function checkSize({ fees }: HoldOffer): void {
  if (Buffer.byteLength(JSON.stringify(fees)) > FEES_BYTES_MAX)
    throw new Problem(413, 'request_too_large', 'This usage has more fees than a fact can hold.');
}

const UNPRICED: Readonly<Record<UnratedReason, readonly [pointer: string, detail: string]>> = {
  no_subscription: ['/customer_id', 'The customer has no subscription now.'],
  no_matching_price: ['/event_type', 'No price of the customer has this event type.'],
  no_matching_dimension: ['/data', 'No block of the price matches.'],
  volume_field_missing: ['/data', 'The volume that the price counts is not there.'],
  volume_field_invalid: ['/data', 'The volume that the price counts is no number of 0 or more.'],
};

/** Usage without a price would be free; who asks for an authorization does not expect that. */
const unpriced = (reason: UnratedReason): Problem => {
  const [pointer, detail] = UNPRICED[reason];
  return invalid(pointer, reason, detail);
};
