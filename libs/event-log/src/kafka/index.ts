import type { KafkaBus } from './kafka-bus';
import type { KafkaBusOptions } from './options';

export type { KafkaBus } from './kafka-bus';
export type { BusLogger, KafkaBusOptions } from './options';
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
