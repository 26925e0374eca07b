/**
 * For a service that writes a batch's rows, records and checkpoints in one statement of its own:
 * what `log_settle(json)` takes, and what the runner must be told afterwards.
 */
import type { Settlement } from './ports';
import { settlementOf, type SettlementPlan } from './settlement';

/**
 * The plans for `log_settle`, one call each, in the transaction of the batch's rows; it raises KF001
 * when another reader was first.
 *
 * Undefined when one is a trial run, which must commit nothing: leave those to `trySettle`.
 */
export function settlementPlans(
  settlements: readonly Settlement[],
): readonly SettlementPlan[] | undefined {
  const batches = settlements.map(settlementOf);
  return batches.some(({ trial }) => trial) ? undefined : batches.map(({ plan }) => plan);
}

/** After the commit: these deliveries are done. */
export function markSettled(settlements: readonly Settlement[]): void {
  for (const settlement of settlements) settlementOf(settlement).reached = true;
}
