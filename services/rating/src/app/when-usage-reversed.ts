/**
 * Policy: usage is reversed -> every fee that it may have had is named.
 *
 * Rating keeps no fees. But it keeps every price that the customer ever had, and the one that rated
 * an event is among them: its catalog only grows, and a reversal comes after its usage.
 */
import { type Catalog, type CustomerKey } from './ports';

export interface ReversedUsage extends CustomerKey {
  readonly eventType: string;
}

/** For each reversal the ids of prices for its type, of all versions that the customer ever held. */
export async function pricesThatMayHaveRated(
  reversed: readonly ReversedUsage[],
  at: { readonly catalog: Catalog; readonly catalogHead: number },
): Promise<readonly (readonly string[])[]> {
  if (reversed.length === 0) return [];
  const books = await at.catalog.booksAt(at.catalogHead, reversed);
  return reversed.map((one) => {
    const prices = books
      .everHeld(one)
      .flatMap(({ byEventType }) => byEventType.get(one.eventType) ?? []);
    return [...new Set(prices.map(({ price }) => price.priceId))];
  });
}
