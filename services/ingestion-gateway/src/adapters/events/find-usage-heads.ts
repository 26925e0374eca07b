/** For the ledger: how far usage was accepted, before what it may still capture is given back. */
import type { LocalLog } from '@kontor/event-log';
import type { InternalCalls } from '@kontor/service-host';

export function serveFindUsageHeads(internal: InternalCalls, log: LocalLog): void {
  internal.serve('ingestion-gateway.find-usage-heads', async () => {
    const heads = await log.heads('usage.recorded.v1');
    return { heads: heads.map(({ partition, position }) => ({ partition, position })) };
  });
}
