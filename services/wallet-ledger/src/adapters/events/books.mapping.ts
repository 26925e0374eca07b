import type { Mode, WalletPostedV1 } from '@kontor/contracts';
import type { DeliveredFact } from '@kontor/event-log';
import { type Decimal, decimal, ZERO } from '@kontor/money';

/** What a batch adds to one ledger account of one asset in one partition. */
export interface BookedBalance {
  readonly platform: string;
  readonly mode: Mode;
  readonly partition: number;
  readonly asset: string;
  readonly account: string;
  amount: Decimal;
  legs: number;
}

/** Legs summed per row of the books; in key order, so that writers never cross. */
export function balancesOf(facts: readonly DeliveredFact<WalletPostedV1>[]): BookedBalance[] {
  const balances = new Map<string, BookedBalance>();
  for (const { fact, partition } of facts) {
    // What an authorization did for usage is no movement, and so has no asset.
    if (fact.type === 'wallet.authorization-used') continue;
    for (const leg of fact.legs) {
      const { platform, mode, asset } = fact;
      const key = `${platform} ${mode} ${partition} ${asset} ${leg.account}`;
      let balance = balances.get(key);
      if (!balance) {
        const { account } = leg;
        balance = { platform, mode, partition, asset, account, amount: ZERO, legs: 0 };
        balances.set(key, balance);
      }
      balance.amount = balance.amount.plus(decimal(leg.amount));
      balance.legs += 1;
    }
  }
  return [...balances.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
