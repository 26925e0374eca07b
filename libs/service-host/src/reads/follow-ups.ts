/**
 * What has to be applied before a service shows everything that a position led to.
 *
 * Facts travel from topic to topic by deciding consumers: one that has applied a position has, in
 * the same transaction, appended whatever followed from it to its own log. So the head of that log,
 * read afterwards, is at or behind none of it, also when nothing followed at all.
 */
import { CONSUMERS, TOPICS, type ConsumerDefinition } from '@kontor/contracts';
import type { RecordPosition } from '@kontor/event-log';

/** Whose rows a request shows: those of the service's views, or only what it decides itself. */
export type RowsShown = 'views' | 'own';

export interface FollowUps {
  /** The consumers of the service itself that must have applied a record of the topic. */
  own(topic: string): readonly ConsumerDefinition[];
  /** The services whose decisions about the topic lead on to it; itself among them. */
  deciders(topic: string): readonly string[];
  /** Whether the service shows anything that comes from the topic. */
  matters(topic: string): boolean;
}

const readersOf = (topic: string): readonly ConsumerDefinition[] =>
  CONSUMERS.filter(({ topics }) => topics.includes(topic));

const ownedBy = (service: string): readonly string[] =>
  TOPICS.filter(({ owner, inbound, raw }) => owner === service && !inbound && !raw).map(
    ({ name }) => name,
  );

export function followUpsOf(service: string, shown: RowsShown): FollowUps {
  const own = (topic: string): readonly ConsumerDefinition[] =>
    readersOf(topic).filter(
      (consumer) =>
        consumer.service === service && (shown === 'views' || consumer.kind === 'deciding'),
    );
  const matters = (topic: string, passed: readonly string[] = []): boolean =>
    own(topic).length > 0 || decidersOf(topic, passed).length > 0;
  const decidersOf = (topic: string, passed: readonly string[]): readonly string[] => {
    if (passed.includes(topic)) return [];
    const deciding = readersOf(topic).filter(({ kind }) => kind === 'deciding');
    return [...new Set(deciding.map((consumer) => consumer.service))].filter((decider) =>
      ownedBy(decider).some((next) => matters(next, [...passed, topic])),
    );
  };
  return {
    own,
    deciders: (topic) => decidersOf(topic, []),
    matters: (topic) => matters(topic),
  };
}

/**
 * The positions of `heads` that a record of `at` can have led to: a key has the same partition in
 * topics of as many partitions, and any in others.
 */
export function followingHeads(
  at: RecordPosition,
  heads: readonly RecordPosition[],
): readonly RecordPosition[] {
  const partitions = new Map(TOPICS.map((topic) => [topic.name, topic.partitions]));
  return heads.filter(
    ({ topic, partition }) =>
      partitions.get(topic) !== partitions.get(at.topic) || partition === at.partition,
  );
}
