/** Policy: usage was rated -> its fees are debited from the customer's wallet. */
import type { Fee } from '../domain/wallet-command';
import type { Instant } from '../domain/wallet-event';
import type { DeliveredCommand } from './ledger-entry';
import type { LogAddress, WalletKey } from './ports';

/** What of a rated usage event matters to a wallet. */
export interface RatedUsage {
  readonly wallet: WalletKey;
  readonly eventId: string;
  readonly occurredAt: Instant;
  readonly subject: string | undefined;
  readonly fees: readonly Fee[];
  /** The usage record; the debits carry it on. */
  readonly cause: LogAddress;
}

/** Usage without fees asks nothing of a wallet. */
export const commandsFor = (rated: readonly RatedUsage[]): DeliveredCommand[] =>
  rated.flatMap(({ wallet, cause, fees, eventId, occurredAt, subject }, factIndex) =>
    fees.length === 0
      ? []
      : [
          {
            wallet,
            cause,
            factIndex,
            command: {
              type: 'DebitFees',
              eventId,
              occurredAt,
              subject,
              fees,
            },
          },
        ],
  );
