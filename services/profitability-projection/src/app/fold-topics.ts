/**
 * For each topic: which questions about the other topics its fold needs answered, and the fold.
 *
 * Cost: at most one look-up per entry on the common path; the values of fees are only read for
 *       events that have both costs and fees of several products.
 */
import { eventKey, type EventRef, type RatedSummary } from '../domain/entries';
import {
  debitsIn,
  foldCosts,
  foldRated,
  foldUsage,
  foldWallet,
  sharesByValue,
} from '../domain/fold';
import type { EntryOf, Fold, Topic } from './ports';

export const FOLDS: { readonly [Name in Topic]: Fold<EntryOf[Name]> } = {
  usage: async (entries, known) => foldUsage(entries, await known.rated(entries)),

  rated: async (entries, known) => {
    const sent = await known.sent(entries);
    const costs = await known.costs(entries);
    const byValue = entries.filter((entry) => costs.has(eventKey(entry)) && sharesByValue(entry));
    return foldRated(entries, { sent, costs, fees: await feesOf(byValue, known) });
  },

  wallet: async (entries, known) => {
    const debits = debitsIn(entries);
    const rated = debits.length === 0 ? new Map() : await known.ratedWithSeveralProducts(debits);
    const events: RatedSummary[] = [...rated.values()];
    const costs = events.length === 0 ? new Map() : await known.costs(events);
    const fees = await feesOf(
      events.filter((event) => costs.has(eventKey(event))),
      known,
    );
    return foldWallet(entries, { rated, costs, fees });
  },

  costs: async (entries, known) => {
    const withCosts = entries.filter(({ lines }) => lines.length > 0);
    const rated = withCosts.length === 0 ? new Map() : await known.rated(withCosts);
    const byValue = [...rated.values()].filter(sharesByValue);
    return foldCosts(entries, { rated, fees: await feesOf(byValue, known) });
  },
};

const feesOf = async (
  events: readonly EventRef[],
  known: Parameters<Fold<EventRef>>[1],
): ReturnType<typeof known.fees> => (events.length === 0 ? new Map() : known.fees(events));
