/**
 * The token of `Kontor-At-Least`: what `Kontor-Position` answered, or several of them joined by
 * commas.
 *
 * Shape: `topic:partition:position,...`; of a partition named twice the higher position counts.
 */
import { TOPICS } from '@kontor/contracts';
import type { RecordPosition } from '@kontor/event-log';
import { invalid, type Problem } from '../http/problem';

export const AT_LEAST_HEADER = 'kontor-at-least';

/** A write to every partition of every topic still fits. */
const ENTRIES_MAX = 64;
const CHARACTERS_MAX = 4_096;

const ENTRY = /^([a-z][a-z0-9.]*):(0|[1-9]\d{0,4}):(0|[1-9]\d{0,14})$/;

const partitionsOf = new Map(
  TOPICS.filter(({ inbound, raw }) => !inbound && !raw).map(({ name, partitions }) => [
    name,
    partitions,
  ]),
);

/** Errors: Problem 422 `invalid_position`. */
export function parsePositionToken(header: string | readonly string[]): readonly RecordPosition[] {
  const text = typeof header === 'string' ? header : header.join(',');
  if (text.length > CHARACTERS_MAX) throw refusal(`At most ${CHARACTERS_MAX} characters.`);
  const entries = text.split(',').map((entry) => entry.trim());
  if (entries.length > ENTRIES_MAX) throw refusal(`At most ${ENTRIES_MAX} positions.`);
  const highest = new Map<string, RecordPosition>();
  for (const at of entries.map(parseEntry)) {
    const key = `${at.topic}:${at.partition}`;
    if ((highest.get(key)?.position ?? -1) < at.position) highest.set(key, at);
  }
  return [...highest.values()];
}

function parseEntry(text: string): RecordPosition {
  const [, topic = '', partitionText, positionText] = ENTRY.exec(text) ?? [];
  const partitions = partitionsOf.get(topic);
  if (partitionText === undefined || positionText === undefined || partitions === undefined)
    throw refusal('Send what `Kontor-Position` answered: `topic:partition:position,...`.');
  const partition = Number(partitionText);
  if (partition >= partitions) throw refusal(`${topic} has ${partitions} partitions.`);
  return { topic, partition, position: Number(positionText) };
}

const refusal = (detail: string): Problem => invalid('Kontor-At-Least', 'invalid_position', detail);

/** A position that no write has answered. */
export const beyondTheHead = ({ topic, partition, position }: RecordPosition): Problem =>
  refusal(`No write has answered ${topic}:${partition}:${position} yet.`);
