import { TOPICS, type TopicDefinition } from '@kontor/contracts';
import type { Admin, IResourceConfigEntry } from 'kafkajs';

/** A topic on the broker that was made with another number of partitions: keys would move. */
export class TopicMismatch extends Error {
  readonly code = 'topic_mismatch';
  readonly retriable = false;
  constructor(topic: string, found: number, expected: number) {
    super(`${topic} has ${found} partitions on Kafka and ${expected} in schemas/topics.yaml`);
  }
}

const DAY_MS = 86_400_000;
/** Kafka's default, written down: what a relay sends at once is measured against it. */
const MESSAGE_BYTES_MAX = 1_048_588;

/**
 * Creates the topics that are missing and checks the others.
 *
 * Errors: TopicMismatch (never goes away by itself); any other error may, when tried again.
 */
export async function ensureTopics(
  admin: Admin,
  prefix: string,
  replicationFactor: number | undefined,
): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = TOPICS.filter(({ name }) => !existing.has(prefix + name));
  if (missing.length > 0)
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((topic) => ({
        topic: prefix + topic.name,
        numPartitions: topic.partitions,
        replicationFactor: replicationFactor ?? -1,
        configEntries: configOf(topic),
      })),
    });
  // Also what another process created at the same time.
  const { topics } = await admin.fetchTopicMetadata({
    topics: TOPICS.map(({ name }) => prefix + name),
  });
  for (const { name, partitions } of topics) {
    const expected = TOPICS.find((topic) => prefix + topic.name === name)?.partitions;
    if (expected !== undefined && partitions.length !== expected)
      throw new TopicMismatch(name, partitions.length, expected);
  }
}

/**
 * Facts are kept for ever and never compacted. What others produce is kept without compression:
 * they may use codecs that our reader does not know, and the broker unpacks them at their arrival.
 */
export function configOf({ retention, inbound }: TopicDefinition): IResourceConfigEntry[] {
  const retentionMs = retention === 'forever' ? -1 : daysOf(retention) * DAY_MS;
  return [
    { name: 'cleanup.policy', value: 'delete' },
    { name: 'retention.ms', value: String(retentionMs) },
    { name: 'retention.bytes', value: '-1' },
    { name: 'max.message.bytes', value: String(MESSAGE_BYTES_MAX) },
    ...(inbound ? [{ name: 'compression.type', value: 'uncompressed' }] : []),
  ];
}

function daysOf(retention: string): number {
  const match = /^(\d+)d$/.exec(retention);
  if (!match) throw new Error(`retention ${retention} in schemas/topics.yaml is not "<days>d"`);
  return Number(match[1]);
}
