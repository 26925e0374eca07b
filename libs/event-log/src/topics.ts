/** The table of topics and consumers, asked in the words of this library. */
import {
  CONSUMERS,
  TOPICS,
  type ConsumerDefinition,
  type TopicDefinition,
} from '@kontor/contracts';
import { murmur2 } from './murmur2';

const topicsByName = new Map(TOPICS.map((topic) => [topic.name, topic]));
const consumersByName = new Map(CONSUMERS.map((consumer) => [consumer.name, consumer]));

export function topicOf(name: string): TopicDefinition {
  const topic = topicsByName.get(name);
  if (!topic) throw new Error(`no topic ${name} in schemas/topics.yaml`);
  return topic;
}

export function consumerOf(name: string): ConsumerDefinition {
  const consumer = consumersByName.get(name);
  if (!consumer) throw new Error(`no consumer ${name} in schemas/topics.yaml`);
  return consumer;
}

/** How many partitions a topic has; the number never changes. */
export const partitionsOf = (topic: string): number => topicOf(topic).partitions;

/** The partition of a key: what Kafka's default partitioner answers for it. */
export const partitionOf = (key: string, partitions: number): number =>
  (murmur2(key) & 0x7fffffff) % partitions;

/** The topics that a service's local log holds. */
export const topicsOwnedBy = (service: string): readonly TopicDefinition[] =>
  TOPICS.filter((topic) => topic.owner === service && !topic.inbound);
