import type { KafkaBus } from './kafka-bus';
import type { KafkaBusOptions } from './options';
import type { ResetOptions } from './reset-topics';

export type { KafkaBus } from './kafka-bus';
export type { BusLogger, KafkaBusOptions } from './options';
export type { ResetOptions } from './reset-topics';
export { configOf, TopicMismatch } from './topic-setup';

/**
 * Connects to a cluster, creates the topics of schemas/topics.yaml that are missing, and checks the
 * others. A cluster that does not answer is waited for in the background.
 *
 * Errors: TopicMismatch when a topic has another number of partitions: do not start.
 */
export async function openKafkaBus(options: KafkaBusOptions): Promise<KafkaBus> {
  // Loaded here and not above: a process on the embedded bus never needs kafkajs.
  const { connectBus } = require('./kafka-bus') as typeof import('./kafka-bus');
  return connectBus(options);
}

type ResetModule = typeof import('./reset-topics');
const resetModule = (): ResetModule => require('./reset-topics') as ResetModule;

/** Before a restore. Errors: TopicsInUse when consumers run; errors of the broker. */
export const checkTopicsUnused = (options: ResetOptions): Promise<void> =>
  resetModule().checkTopicsUnused(options);

/** After a restore: deletes the copies of the logs and creates them empty. Errors: as above. */
export const resetTopics = (options: ResetOptions): Promise<void> =>
  resetModule().resetTopics(options);
