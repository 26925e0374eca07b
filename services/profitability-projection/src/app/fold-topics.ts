/**
 * For each topic: which questions about the other topics its fold needs answered, and the fold.
 *
 * Cost: at most one look-up per entry on the common path; the values of fees are only read for
 *       events that have both costs and fees of several products.
 */
import { eventKey, type EventRef, type RatedSummary } from '../domain/entries';
import { sharesByValue } from '../domain/bear-costs';
import { debitsIn, foldCosts, foldRated, foldUsage, foldWallet } from '../domain/fold';
import type { EntryOf, Fold, KnownEvents, Topic } from './ports';

export const FOLDS: { readonly [Name in Topic]: Fold<EntryOf[Name]> } = {
  usage: async (changes, entries, known) => {
    const sent = entries.filter((entry) => !('reason' in entry));
    foldUsage(changes, entries, await known.rated(sent));
  },

  rated: async (changes, entries, known) => {
    const sent = await known.sent(entries);
    const costs = await known.costs(entries);
    const byValue = entries.filter((entry) => costs.has(eventKey(entry)) && sharesByValue(entry));
    foldRated(changes, entries, { sent, costs, fees: await feesOf(byValue, known) });
  },

  wallet: async (changes, entries, known) => {
    const debits = debitsIn(entries);
    const rated = debits.length === 0 ? new Map() : await known.ratedWithSeveralProducts(debits);
    const events: RatedSummary[] = [...rated.values()];
    const costs = events.length === 0 ? new Map() : await known.costs(events);
    const fees = await feesOf(
      events.filter((event) => costs.has(eventKey(event))),
      known,
    );
    foldWallet(changes, entries, { rated, costs, fees });
  },

  costs: async (changes, entries, known) => {
    const withCosts = entries.filter((entry) => !('lines' in entry) || entry.lines.length > 0);
    const reversed = entries.filter((entry) => 'costsReversed' in entry);
    const rated = withCosts.length === 0 ? new Map() : await known.rated(withCosts);
    const costs = reversed.length === 0 ? new Map() : await known.costs(reversed);
    const byValue = [...rated.values()].filter(sharesByValue);
    foldCosts(changes, entries, { rated, costs, fees: await feesOf(byValue, known) });
  },
};

const feesOf = async (
  events: readonly EventRef[],
  known: KnownEvents,
): ReturnType<KnownEvents['fees']> => (events.length === 0 ? new Map() : known.fees(events));
