/** Which ids events are kept under, and which holds they end. */
import type { WalletEvent } from '../domain/wallet-event';
import { usageIdOf } from './batch-rows';

/** The id that an event of a delivery is kept under. */
export function idOf(event: WalletEvent): string | undefined {
  if (event.type === 'FeeDebited') return event.feeId;
  return event.type === 'AuthorizationUsed' ? usageIdOf(event.eventId) : undefined;
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
