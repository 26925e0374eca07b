/**
 * Policy: usage was rated -> its fees are debited from the customer's wallet; it was reversed -> they
 * go back.
 */
import type { Fee, NamedAuthorization } from '../domain/wallet-command';
import type { Instant } from '../domain/wallet-event';
import type { DeliveredCommand, ReversalOrder } from './ledger-entry';
import type { AppliedUsage, LogAddress, WalletKey } from './ports';

/** What of a rated usage event matters to a wallet. */
export interface RatedUsage {
  readonly wallet: WalletKey;
  readonly eventId: string;
  readonly occurredAt: Instant;
  readonly subject: string | undefined;
  readonly fees: readonly Fee[];
  readonly authorization: NamedAuthorization | undefined;
  /** The usage record; the debits carry it on. */
  readonly cause: LogAddress;
}

/** Rated usage that is taken back. */
export interface ReversedUsage {
  readonly wallet: WalletKey;
  readonly reversal: ReversalOrder;
  readonly cause: LogAddress;
}

/** Usage without fees asks nothing of a wallet, except to end a hold. */
export const commandsFor = (rated: readonly (RatedUsage | ReversedUsage)[]): DeliveredCommand[] =>
  rated.flatMap((usage, factIndex) => {
    const { wallet, cause } = usage;
    const command = 'reversal' in usage ? orderOf(usage) : debitOf(usage);
    return command ? [{ wallet, cause, factIndex, command }] : [];
  });

const orderOf = ({ reversal }: ReversedUsage): ReversalOrder | undefined =>
  reversal.feeIds.length > 0 ? reversal : undefined;

function debitOf({
  authorization,
  fees,
  ...usage
}: RatedUsage): DeliveredCommand['command'] | undefined {
  if (fees.length === 0 && !authorization) return undefined;
  return {
    type: 'DebitFees',
    eventId: usage.eventId,
    occurredAt: usage.occurredAt,
    subject: usage.subject,
    fees,
    ...(authorization && { authorization }),
  };
}

/**
 * How far each partition of usage is certainly applied once these are: up to the record before the
 * last one, for of that one more rated records may come. Usage is rated in its order.
 */
export function appliedBy(rated: readonly Pick<RatedUsage, 'cause'>[]): AppliedUsage[] {
  const positions = new Map<number, number>();
  for (const { cause } of rated)
    if (cause.topic === USAGE)
      positions.set(cause.partition, Math.max(cause.position, positions.get(cause.partition) ?? 0));
  return [...positions].map(([partition, position]) => ({ partition, position: position - 1 }));
}

const USAGE = 'usage.recorded.v1';
