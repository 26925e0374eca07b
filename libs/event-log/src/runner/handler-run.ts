/** One call of a handler, and what it means. */
import { isInfrastructureError } from '@kontor/postgres';
import { sqlStateOf, TRIAL_SQLSTATE } from '../errors';
import type { DeliveredFact, PoisonFact } from '../ports';
import { BatchSettlement, type SettlementPlan } from '../settlement';
import type { BatchHandler } from './types';

export type Run =
  | { readonly kind: 'applied' }
  /** Nothing was written because another reader was first. */
  | { readonly kind: 'fenced' }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number }
  | { readonly kind: 'poison'; readonly poisons: readonly PoisonFact[] }
  /** Neither the world's fault nor a named fact: some fact, or the handler itself. */
  | { readonly kind: 'threw'; readonly error: unknown };

export interface HandlerCall {
  readonly facts: readonly DeliveredFact[];
  readonly plan: SettlementPlan;
  /** Does everything and commits nothing: `applied` then means "would have been". */
  readonly trial?: boolean;
}

/** Calls the handler. Never throws. */
export async function runHandler(handler: BatchHandler, call: HandlerCall): Promise<Run> {
  const { consumer, topic } = call.plan;
  const settlement = new BatchSettlement(call.plan, call.trial ?? false);
  return runAnswer(settlement, call.facts.length, () =>
    handler({ consumer, topic, facts: call.facts, settlement }),
  );
}

/** Judges what a handler answers or throws about `items` things. Never throws. */
export async function runAnswer(
  settlement: BatchSettlement,
  items: number,
  handle: () => Promise<unknown>,
): Promise<Run> {
  try {
    return judgeAnswer(await handle(), settlement, items);
  } catch (error) {
    return judgeError(error, settlement);
  }
}

export const messageOf = (error: unknown): string =>
  (error instanceof Error ? `${error.name}: ${error.message}` : describe(error)).slice(0, 1_000);

function judgeAnswer(answer: unknown, settlement: BatchSettlement, facts: number): Run {
  if (settlement.fenced) return { kind: 'fenced' };
  if (!isObject(answer)) return notAnOutcome(answer);
  switch (answer['kind']) {
    case 'applied':
      return settlement.reached
        ? { kind: 'applied' }
        : { kind: 'retry', reason: 'the handler answered `applied` without settling' };
    case 'retry':
      return settlement.trial && settlement.reached ? { kind: 'applied' } : retryOf(answer);
    case 'poison':
      return poisonOf(answer, facts);
    default:
      return notAnOutcome(answer);
  }
}

function judgeError(error: unknown, settlement: BatchSettlement): Run {
  if (sqlStateOf(error) === TRIAL_SQLSTATE) return { kind: 'applied' };
  if (sqlStateOf(error) === 'fenced' || settlement.fenced)
    return settlement.trial && settlement.reached ? { kind: 'applied' } : { kind: 'fenced' };
  if (canHelpLater(error)) return { kind: 'retry', reason: messageOf(error) };
  return isHiddenByNest(error)
    ? { kind: 'retry', reason: `the handler failed: ${messageOf(error['message'])}` }
    : { kind: 'threw', error };
}

const canHelpLater = (error: unknown): boolean =>
  (isObject(error) && error['retriable'] === true) || isInfrastructureError(error);

/** Nest's own filter replaces an unmarked handler's error by this, so the real one is not known. */
const isHiddenByNest = (error: unknown): error is Readonly<Record<string, unknown>> =>
  isObject(error) && error['status'] === 'error' && !(error instanceof Error);

function retryOf(answer: Readonly<Record<string, unknown>>): Run {
  const { reason, afterMs } = answer;
  return {
    kind: 'retry',
    reason: typeof reason === 'string' ? reason : 'no reason given',
    ...(typeof afterMs === 'number' && { afterMs }),
  };
}

function poisonOf(answer: Readonly<Record<string, unknown>>, facts: number): Run {
  const more: unknown[] = Array.isArray(answer['more']) ? answer['more'] : [];
  const poisons: PoisonFact[] = [];
  for (const item of [answer, ...more]) {
    if (!isObject(item)) return notAnOutcome(answer);
    const { index, reason } = item;
    if (!isIndex(index, facts)) return notAnOutcome(answer);
    poisons.push({ index, reason: typeof reason === 'string' ? reason : 'no reason given' });
  }
  return { kind: 'poison', poisons };
}

const isIndex = (value: unknown, below: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < below;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const notAnOutcome = (answer: unknown): Run => ({
  kind: 'retry',
  reason: `not a BatchOutcome: ${describe(answer)}`,
});

function describe(value: unknown): string {
  try {
    return String(typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 200);
  } catch {
    return 'an object that cannot be printed';
  }
}
