/**
 * Whether an event is new, the same again, or another one under a used id.
 *
 * Invariant (acceptance.property.spec.ts): of all events with one id in one tenant exactly the first
 * is accepted; those with its content are duplicates, the others are refused, for ever.
 */
import type { UsageEvent } from './usage';

export type Verdict = 'accepted' | 'duplicate' | 'event_id_reused';

/** An event id with the hash of its content. */
export interface Candidate {
  /** Tenant and event id in one text. */
  readonly key: string;
  readonly contentHash: string;
}

/**
 * The text whose hash tells contents apart: the customer and the vendors by their own ids, so that
 * naming them in another way says the same, then everything else that was said.
 */
export const contentOf = (
  customerId: string,
  vendorIds: readonly string[],
  event: UsageEvent,
): string => `${customerId}\n${vendorIds.join(',')}\n${event.content}`;

/** The first candidate of each key: what may have to be remembered. */
export function firstOfEach(candidates: readonly Candidate[]): Candidate[] {
  const firsts = new Map<string, Candidate>();
  for (const candidate of candidates)
    if (!firsts.has(candidate.key)) firsts.set(candidate.key, candidate);
  return [...firsts.values()];
}

/**
 * Judges candidates in their order.
 *
 * Shape:  one verdict per candidate. `remembered` holds the content hashes of keys that were
 *         accepted before this batch.
 */
export function judge(
  candidates: readonly Candidate[],
  remembered: ReadonlyMap<string, string>,
): Verdict[] {
  const accepted = new Map<string, string>();
  return candidates.map(({ key, contentHash }) => {
    const known = remembered.get(key) ?? accepted.get(key);
    if (known === undefined) {
      accepted.set(key, contentHash);
      return 'accepted';
    }
    return known === contentHash ? 'duplicate' : 'event_id_reused';
  });
}
