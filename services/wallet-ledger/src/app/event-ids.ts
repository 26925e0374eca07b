/** Which ids events are kept under, and which holds they end. */
import type { WalletEvent } from '../domain/wallet-event';
import { usageIdOf } from './batch-rows';

/** The id that an event of a delivery is kept under. */
export function idOf(event: WalletEvent): string | undefined {
  switch (event.type) {
    case 'FeeDebited':
      return event.feeId;
    case 'AuthorizationUsed':
      return usageIdOf(event.eventId);
    case 'FeeReversed':
      return event.transactionId;
    default:
      return undefined;
  }
}

/** The hold that ended with an event. */
export function endedBy(event: WalletEvent): string | undefined {
  switch (event.type) {
    case 'HoldReleased':
      return event.authorizationId;
    case 'HoldCaptured':
      return event.ends ? event.draw.authorizationId : undefined;
    case 'AuthorizationUsed':
      return event.ends ? event.authorizationId : undefined;
    default:
      return undefined;
  }
}
