/** For readers behind: was this event accepted, although they do not see it yet? */
import type { InternalCalls } from '@kontor/service-host';
import type { Database } from '@kontor/postgres';
import { isUuid } from '@kontor/contracts';
import { keyOf, recall } from '../postgres/accepted-events';

export function serveFindAccepted(internal: InternalCalls, database: Database): void {
  internal.serve('ingestion-gateway.find-accepted', async (tenant, { eventIds }) => {
    const ids = eventIds.filter(isUuid).map((id) => id.toLowerCase());
    const known = await recall(
      database,
      ids.map((id) => keyOf(tenant, id)),
    );
    return { accepted: ids.filter((id) => known.has(keyOf(tenant, id))) };
  });
}
