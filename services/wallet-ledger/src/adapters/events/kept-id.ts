import type { WalletPostedV1 } from '@kontor/contracts';
import { usageIdOf } from '../../app/batch-rows';

/**
 * The id that a fact is kept under among the decided ones, for ever. Captures, releases and what
 * time does belong to another fact and have none of their own.
 */
export function keptIdOf(fact: WalletPostedV1): string | undefined {
  switch (fact.type) {
    case 'wallet.funds-credited':
    case 'wallet.funds-debited':
    case 'wallet.funds-charged':
    case 'wallet.fee-debited':
    case 'wallet.fee-reversed':
    case 'wallet.hold-placed':
      return fact.transactionId;
    case 'wallet.authorization-used':
      return usageIdOf(fact.eventId);
    default:
      return undefined;
  }
}
