/**
 * Finds the one fact that a handler cannot apply when the handler does not say which.
 *
 * Trial runs of growing and shrinking prefixes, each rolled back: a prefix keeps the order within
 * every key, so a fact never fails only because one before it was left out. About log2(n) runs.
 */
import type { DeliveredFact } from '../ports';
import { messageOf, type Run } from './handler-run';

export type Isolation =
  | Extract<Run, { kind: 'poison' | 'retry' | 'fenced' }>
  /** All of it passes on trial: what failed comes after the point where a trial ends. */
  | { readonly kind: 'unclear' };

export async function isolate(
  facts: readonly DeliveredFact[],
  error: unknown,
  trial: (prefix: readonly DeliveredFact[]) => Promise<Run>,
): Promise<Isolation> {
  if (facts.length === 1) return poison(0, error);
  let passes = 0;
  let fails = facts.length;
  let reason = error;
  const whole = await trial(facts);
  if (whole.kind === 'applied') return { kind: 'unclear' };
  if (whole.kind !== 'threw') return whole;
  while (fails - passes > 1) {
    const middle = Math.floor((passes + fails) / 2);
    const run = await trial(facts.slice(0, middle));
    if (run.kind === 'applied') passes = middle;
    else if (run.kind === 'threw') [fails, reason] = [middle, run.error];
    else return run;
  }
  return poison(fails - 1, reason);
}

const poison = (index: number, error: unknown): Isolation => ({
  kind: 'poison',
  poisons: [{ index, reason: messageOf(error) }],
});
