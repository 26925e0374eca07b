/**
 * The end of a restore: all services run in this process, seen by nobody, until every consumer has
 * applied what the logs hold: the read models are made again, and what was accepted and not yet
 * rated, debited or attributed is. Then the ledger is audited.
 */
import { randomBytes } from 'node:crypto';
import { ALL_SERVICES } from '@kontor/all-in-one';
import { type Authenticate, type KontorConfig, runServices } from '@kontor/service-host';
import { Api, type Json, RequestRefused } from '../api';
import { followAudit } from '../commands/audit';
import type { Show } from './tally';
import type { ServiceDatabase } from './databases';

const ASK_EVERY_MS = 300;
/** A broker or a database that is busy with the restore may not answer for a while. */
const PATIENCE_MS = 120_000;

export interface CaughtUp {
  /** Why consumers stopped, if any did: then nothing was audited. */
  readonly stopped: readonly string[];
  readonly audit?: Json;
}

export async function catchUp(
  databases: readonly ServiceDatabase[],
  given: KontorConfig,
  show: Show,
): Promise<CaughtUp> {
  const key = randomBytes(32).toString('hex');
  const config: KontorConfig = {
    ...given,
    ...{ port: 0, host: '127.0.0.1', serviceUrls: undefined, logLevel: 'error' },
  };
  const entries = databases.flatMap(({ url, services }) =>
    services.map(({ name }): [string, string] => [name, url]),
  );
  const running = await runServices(
    ALL_SERVICES.map((definition) => ({
      ...definition,
      ...(definition.authenticator && { authenticator: () => Promise.resolve(onlyThis(key)) }),
    })),
    { config, databaseUrl: databases[0]?.url ?? '', databaseUrls: Object.fromEntries(entries) },
  );
  try {
    const api = new Api(running.url, key);
    const stopped = await untilApplied(api, show);
    if (stopped.length > 0) return { stopped };
    return {
      stopped,
      audit: await patiently(() => followAudit(api, (line) => show(`audit: ${line}`))),
    };
  } finally {
    await running.stop();
  }
}

/** A key that nobody else knows and that is not in the database. */
const onlyThis =
  (key: string): Authenticate =>
  (asked) =>
    Promise.resolve(
      asked === key
        ? { platform: 'acc_restore', mode: 'live', scopes: ['admin'], keyId: 'key_restore' }
        : undefined,
    );

/** Services are asked in the order in which facts reach them, so one round without a lag is enough. */
async function untilApplied(api: Api, show: Show): Promise<readonly string[]> {
  let lagAtFirst: number | undefined;
  for (;;) {
    const items: Json[] = [];
    for (const { name } of ALL_SERVICES) {
      const answer = await patiently(() => api.get(`/admin/${name}/consumers`));
      items.push(...(answer['items'] as Json[]));
    }
    const stopped = items.filter(({ state }) => state !== 'running' && state !== 'starting');
    if (stopped.length > 0)
      return [
        ...new Set(stopped.map(({ consumer, state }) => `${String(consumer)}: ${String(state)}`)),
      ];
    const lag = items.reduce((sum, item) => sum + Number(item['lag_facts']), 0);
    const isStarting = items.some(({ state }) => state === 'starting');
    if (lag === 0 && !isStarting) return [];
    lagAtFirst = Math.max(lagAtFirst ?? 0, lag);
    show(`read models: ${lagAtFirst - lag} of ${lagAtFirst} facts applied`);
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

/** Asks again while the services cannot answer. Errors: the last one. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const isBusy = error instanceof RequestRefused && error.status >= 500;
      if (!isBusy || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }
}
