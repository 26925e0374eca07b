/** What a decider answers: the new facts, or why there are none. */
export type Decision<Event, Rejection> =
  | { readonly outcome: 'accepted'; readonly events: readonly Event[] }
  | { readonly outcome: 'rejected'; readonly rejection: Rejection };

/** A stream's whole business logic: three pure functions, no clock, no I/O. */
export interface Decider<State, Command, Event, Rejection> {
  readonly initialState: () => State;
  readonly decide: (command: Command, state: State) => Decision<Event, Rejection>;
  readonly evolve: (state: State, event: Event) => State;
}

/** Accepted with these facts; with none, the request is honoured already and nothing happens. */
export const accept = <Event>(...events: readonly Event[]): Decision<Event, never> => ({
  outcome: 'accepted',
  events,
});

/** A request that cannot be honoured is a value with its reasons, never an exception. */
export const reject = <Rejection>(rejection: Rejection): Decision<never, Rejection> => ({
  outcome: 'rejected',
  rejection,
});

/** The compiler reports a missing case first; at run time this says which one it was. */
export function unreachable(value: never): never {
  throw new Error(`unexpected case: ${JSON.stringify(value)}`);
}
