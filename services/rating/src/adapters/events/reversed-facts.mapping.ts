/** Reversals of usage as rating answers them. */
import { nameBasedId, type UsageRatingReversed, type UsageReversed } from '@kontor/contracts';
import type { ReversedUsage } from '../../app/when-usage-reversed';

export const reversedFromWire = (fact: UsageReversed): ReversedUsage => ({
  platform: fact.platform,
  mode: fact.mode,
  customerId: fact.key,
  eventType: fact.eventType,
});

/** The id of a fee is made of its event and price, so what it may be is known without having it. */
export const reversedToWire = (
  fact: UsageReversed,
  priceIds: readonly string[],
): UsageRatingReversed => ({
  type: 'rating.usage-reversed',
  platform: fact.platform,
  mode: fact.mode,
  key: fact.key,
  eventId: fact.eventId,
  reason: fact.reason,
  feeIds: fact.fees ? priceIds.map((priceId) => nameBasedId('fee', fact.eventId, priceId)) : [],
  recordedAt: fact.recordedAt,
});
