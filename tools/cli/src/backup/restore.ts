/** A whole restore: checks before anything is written, the rows, the topics, the read models, the audit. */
import { checkTopicsUnused, resetTopics, TopicsInUse, type RenewedLog } from '@kontor/event-log';
import { FolderNotEmpty, UnfinishedFolder } from '@kontor/all-in-one';
import { DataFolderInUse, UnfinishedRestore } from '@kontor/postgres';
import type { KontorConfig } from '@kontor/service-host';
import { Unusable } from '../command';
import { catchUp, type CaughtUp } from './catch-up';
import { checkFiles } from './check-files';
import { configOf, namedDatabases } from './databases';
import { type Manifest, readManifest } from './manifest';
import { matchServices } from './matching';
import { fillTarget } from './restore-backup';
import type { Show } from './tally';
import { openTarget } from './target';

export interface Restored extends CaughtUp {
  readonly manifest: Manifest;
  readonly logs: readonly RenewedLog[];
}

/** Errors: those of `isExpected`; after anything else too the target is not used by a server. */
export async function restore(
  folder: string,
  environment: NodeJS.ProcessEnv,
  show: Show,
): Promise<Restored> {
  const config = configOf(environment);
  const manifest = await readManifest(folder);
  const services = matchServices(manifest);
  if ((namedDatabases(environment)?.length ?? 1) > 1 && !config.kafkaBrokers)
    throw new Unusable(
      'Services with databases of their own meet on Kafka: KAFKA_BROKERS is not set',
    );
  const kafka = kafkaOf(config);
  if (kafka) await checkTopicsUnused(kafka);
  await checkFiles(folder, manifest, show);

  const target = await openTarget(environment);
  try {
    const logs = await fillTarget({ folder, services, target, show });
    if (kafka) {
      show('new topics on Kafka');
      await resetTopics(kafka);
    }
    await target.finish();
    const caughtUp = await catchUp(target.databases, config, show).catch(wholeButBehind);
    return { manifest, logs, ...caughtUp };
  } finally {
    await target.close();
  }
}

/** Everything is in; what failed is done again by the next start of the servers. */
function wholeButBehind(error: unknown): never {
  throw new Unusable(
    'Everything is restored and servers may start, but the read models were not finished, nor the ' +
      `ledger audited: ${error instanceof Error ? error.message : String(error)}`,
  );
}

function kafkaOf({ kafkaBrokers: brokers, kafkaPrefix: prefix }: KontorConfig) {
  if (!brokers) return undefined;
  return { brokers, clientId: 'kontor restore', ...(prefix !== undefined && { prefix }) };
}

/** What a person can do something about, said in one line. */
export const isExpected = (error: unknown): error is Error =>
  [DataFolderInUse, UnfinishedRestore, UnfinishedFolder, FolderNotEmpty, TopicsInUse].some(
    (kind) => error instanceof kind,
  );
