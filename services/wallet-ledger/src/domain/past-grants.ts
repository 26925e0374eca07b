/** What reversals need to know of a wallet's grants, also of those that nothing is left of. */
import { endOf } from './debts';
import type { PastGrant } from './wallet-command';
import type { DebtStretch, WalletEvent } from './wallet-event';

export type PastGrants = ReadonlyMap<string, PastGrant>;

/** The grants after further events. */
export function afterEvents(grants: PastGrants, events: readonly WalletEvent[]): PastGrants {
  const after = new Map(grants);
  for (const event of events)
    if (event.type === 'FundsCredited')
      after.set(event.grant.grantId, {
        grant: event.grant,
        createdAt: event.at,
        accountId: event.accountId,
        repaid: spanOf(event.repaid),
      });
    else if (event.type === 'GrantActivated') {
      const known = after.get(event.grantId);
      if (known) after.set(event.grantId, { ...known, repaid: spanOf(event.repaid) });
    }
  return after;
}

/** From the first stretch to the end of the last; what was reversed lies in between. */
export function spanOf(repaid: readonly DebtStretch[]): DebtStretch | undefined {
  const [first] = repaid;
  const last = repaid.at(-1);
  return first && last && { from: first.from, amount: endOf(last).minus(first.from) };
}
