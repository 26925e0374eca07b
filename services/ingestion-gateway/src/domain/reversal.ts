/**
 * Reversing an event: its fees once and for ever, its costs with them or later.
 *
 * Asked again it is what it was; only costs that stayed can still follow. What was reversed is never
 * reversed back: other usage is another event.
 */
export interface ReversalRequest {
  readonly reason: string;
  readonly costs: boolean;
}

/** An event that was reversed. */
export interface Reversal extends ReversalRequest {
  /** Of the fees; costs may have followed. */
  readonly reversedAt: string;
}

/** What a request takes back that nobody took back before. */
export interface ReversedParts {
  readonly fees: boolean;
  readonly costs: boolean;
}

/** Undefined when nothing is left to do. */
export function partsToReverse(
  before: Reversal | undefined,
  asked: ReversalRequest,
): ReversedParts | undefined {
  if (!before) return { fees: true, costs: asked.costs };
  return asked.costs && !before.costs ? { fees: false, costs: true } : undefined;
}
