/**
 * Facts written before a field existed, lifted to what their schema says today when they are read.
 *
 * An upcaster only says what the absence of a field meant at the time; it never guesses. The fact as
 * it was written stays on the log. An upcaster must not change what a decider makes of a fact:
 * deciding again from old facts gives the same bytes.
 *
 * Source: docs/adr/0008-schemas-first.md.
 */
import type { FactHeader } from './fact';
import type { UsageRated } from './generated';

type Upcaster = (fact: FactHeader) => FactHeader;

const UPCASTERS: ReadonlyMap<string, Upcaster> = new Map([
  ['rating.usage-rated', withAuthorizationFinal],
]);

/** Lifts the facts of one record, in place: they were just parsed and belong to the reader. */
export function upcast(facts: FactHeader[]): FactHeader[] {
  for (const [index, fact] of facts.entries()) {
    const lift = UPCASTERS.get(fact.type);
    if (lift) facts[index] = lift(fact);
  }
  return facts;
}

/** The first rated facts named an authorization only; its rest was always given back. */
function withAuthorizationFinal(fact: FactHeader): FactHeader {
  const { authorizationId, authorizationFinal } = fact as UsageRated;
  return authorizationId === undefined || authorizationFinal !== undefined
    ? fact
    : ({ ...fact, authorizationFinal: true } as UsageRated);
}
