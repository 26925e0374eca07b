/**
 * Given / when / then for a decider: facts that happened, one command, what must follow.
 *
 * Imported by test files only: `expect` is the global of jest.
 */
import type { Decider } from '../decider';

export interface WhenGiven<Command, Event, Rejection> {
  readonly when: (command: Command) => {
    readonly then: (...events: Event[]) => void;
    readonly thenNothing: () => void;
    readonly thenRejected: (rejection: Rejection) => void;
  };
}

export function specFor<State, Command, Event, Rejection>(
  decider: Decider<State, Command, Event, Rejection>,
): { readonly given: (...events: Event[]) => WhenGiven<Command, Event, Rejection> } {
  return {
    given: (...events) => ({
      when: (command) => {
        const state = events.reduce(decider.evolve, decider.initialState());
        const decision = decider.decide(command, state);
        return {
          then: (...expected) =>
            expect(decision).toEqual({ outcome: 'accepted', events: expected }),
          thenNothing: () => expect(decision).toEqual({ outcome: 'accepted', events: [] }),
          thenRejected: (rejection) => expect(decision).toEqual({ outcome: 'rejected', rejection }),
        };
      },
    }),
  };
}
