/**
 * Records on Kafka: one CloudEvents 1.0 event each, binary mode.
 *
 * Shape:  headers `ce_id` = incarnation/topic/partition/position, `ce_type` = topic, `ce_source` =
 *         the owner, `ce_time` = when it was appended; `kontor-incarnation`, `kontor-position` and
 *         `kontor-cause` (topic:partition:position) are what our readers go by; `traceparent` is
 *         there for records that were appended while traces are recorded; the value is
 *         {"facts":[...]} as JSON; the key is the facts' key when they share one.
 *         A record of a raw topic is what its one fact holds: value and headers, no envelope.
 * Source: CloudEvents Kafka protocol binding 1.0.2, section 3.2; docs/reference/asyncapi.
 */
import { upcast, type FactHeader } from '@kontor/contracts';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { Cause, LogRecord, RefusedRecord } from '../ports';
import { traceparentOf, tracesAreRecorded } from '../trace-context';

/** A row of the local log, as the relay reads it. */
export interface LogRow {
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
  readonly factsCount: number;
  /** The JSON array of facts as it was appended; sent on without being parsed. */
  readonly facts: string;
  readonly cause?: Cause;
  readonly recordedAt: string;
  readonly trace?: string;
}

export interface WireSource {
  readonly service: string;
  readonly incarnation: string;
}

/** What a row becomes on its topic. */
export function toMessage(row: LogRow, source: WireSource): Message {
  const { topic, partition, position } = row;
  return {
    key: sharedKey(row),
    value: `{"facts":${row.facts}}`,
    partition,
    headers: {
      ce_specversion: '1.0',
      ce_id: `${source.incarnation}/${topic}/${partition}/${position}`,
      ce_source: `/kontor/${source.service}`,
      ce_type: topic,
      ce_time: row.recordedAt,
      'content-type': 'application/json',
      'kontor-incarnation': source.incarnation,
      'kontor-position': String(position),
      ...(row.cause && { 'kontor-cause': causeText(row.cause) }),
      ...(row.trace && { traceparent: row.trace }),
    },
  };
}

/** What a row of a raw topic becomes: exactly what was received, and why it was refused. */
export function toRawMessage(row: LogRow): Message {
  const [refused] = JSON.parse(row.facts) as RefusedRecord[];
  if (!refused) throw new Error(`no item in ${row.topic}:${row.partition}:${row.position}`);
  return {
    key: refused.recordKey === undefined ? null : Buffer.from(refused.recordKey, 'base64'),
    value: refused.value === null ? null : Buffer.from(refused.value, 'base64'),
    partition: row.partition,
    headers: { ...refused.headers },
  };
}

/** Where a fetched record stands in its log; undefined for one that the relay did not write. */
export interface RecordMark {
  readonly incarnation: string;
  readonly position: number;
}

export function markOf(message: KafkaMessage): RecordMark | undefined {
  const incarnation = headerOf(message.headers, 'kontor-incarnation');
  const position = Number(headerOf(message.headers, 'kontor-position'));
  if (!incarnation || !Number.isSafeInteger(position) || position < 1) return undefined;
  return { incarnation, position };
}

/**
 * Reads a fetched record.
 *
 * Errors: throws when the relay did not write it, or its value is not what the relay writes.
 */
export function fromMessage(topic: string, partition: number, message: KafkaMessage): LogRecord {
  const mark = markOf(message);
  if (!mark || !message.value) throw new Error(`offset ${message.offset} holds no record of ours`);
  const { facts } = JSON.parse(message.value.toString('utf8')) as { facts?: FactHeader[] };
  if (!Array.isArray(facts)) throw new Error(`offset ${message.offset} holds no facts`);
  const cause = parseCause(headerOf(message.headers, 'kontor-cause'));
  const recordedAt = headerOf(message.headers, 'ce_time');
  const trace = tracesAreRecorded()
    ? traceparentOf(headerOf(message.headers, 'traceparent'))
    : undefined;
  return {
    topic,
    partition,
    ...mark,
    facts: upcast(facts),
    ...(cause && { cause }),
    ...(recordedAt && { recordedAt }),
    ...(trace && { trace }),
  };
}

/** A header's last value as text. */
export function headerOf(headers: IHeaders | undefined, name: string): string | undefined {
  const value = headers?.[name];
  const last = Array.isArray(value) ? value.at(-1) : value;
  return last?.toString();
}

const causeText = ({ topic, partition, position }: Cause): string =>
  `${topic}:${partition}:${position}`;

function parseCause(text: string | undefined): Cause | undefined {
  const match = /^(.+):(\d+):(\d+)$/.exec(text ?? '');
  if (!match?.[1]) return undefined;
  return { topic: match[1], partition: Number(match[2]), position: Number(match[3]) };
}

/** Facts are written with their header first; what is written otherwise is parsed. */
const FIRST_KEY = /^\[\{"type":"[^"\\]*","platform":"[^"\\]*","mode":"[^"\\]*","key":"([^"\\]*)"/;

/**
 * The key that all facts of a row share, else null. Most rows of a busy topic mix customers: that is
 * seen by counting the first key's occurrences, without parsing half a megabyte.
 */
function sharedKey({ facts, factsCount }: LogRow): string | null {
  const first = FIRST_KEY.exec(facts)?.[1];
  if (first !== undefined) {
    if (factsCount === 1) return first;
    if (occurrences(facts, `"key":"${first}"`) < factsCount) return null;
  }
  const keys = new Set((JSON.parse(facts) as FactHeader[]).map(({ key }) => key));
  return keys.size === 1 ? ([...keys][0] ?? null) : null;
}

function occurrences(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count += 1;
  return count;
}
