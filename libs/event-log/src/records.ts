/** Facts into records: bounded when they are built, never regrouped later. */
import { topicOfFactType, violationOf, type FactHeader } from '@kontor/contracts';
import { FactTooLarge, InvalidFact } from './errors';
import type { Cause, RecordDraft } from './ports';
import { partitionOf, topicOf } from './topics';

export const RECORD_FACTS_MAX = 100;
export const RECORD_BYTES_MAX = 512 * 1024;
export const FACT_BYTES_MAX = 256 * 1024;

/** Texts of drafts that were built and checked here, so that `append` does neither again. */
const textsOfChecked = new WeakMap<RecordDraft, string>();

/**
 * Checks facts against their schemas and groups them into records by the partition of their key.
 *
 * Shape:  the order of facts is kept within a partition; at most 100 facts and 512 KiB a record; a
 *         raw topic has one fact a record and no schema.
 * Errors: InvalidFact, FactTooLarge (over 256 KiB of JSON); both name the fact's index.
 */
export function buildRecords(
  topic: string,
  facts: readonly FactHeader[],
  cause?: Cause,
): RecordDraft[] {
  const { partitions, raw } = topicOf(topic);
  const open = new Map<number, OpenRecord>();
  const drafts: RecordDraft[] = [];
  // Neighbours mostly share their key: the facts of one request or delivery.
  let last = { key: '', partition: partitionOf('', partitions) };
  facts.forEach((fact, index) => {
    if (!raw) checkFact(topic, fact, index);
    const text = JSON.stringify(fact);
    const bytes = Buffer.byteLength(text);
    if (bytes > FACT_BYTES_MAX && !raw) throw new FactTooLarge(index, bytes, FACT_BYTES_MAX);
    const { key } = fact;
    if (key !== last.key) last = { key, partition: partitionOf(key, partitions) };
    const { partition } = last;
    let record = open.get(partition);
    if (!record || raw || !hasRoom(record, bytes)) {
      record = { draft: [], texts: [], bytes: 2 };
      open.set(partition, record);
      const draft = { topic, partition, facts: record.draft, ...(cause && { cause }) };
      drafts.push(draft);
      openTexts.set(draft, record.texts);
    }
    record.draft.push(fact);
    record.texts.push(text);
    record.bytes += bytes + 1;
  });
  for (const draft of drafts) sealText(draft);
  return drafts;
}

/** The JSON array of a record's facts; checks a draft that `buildRecords` did not make. */
export function textOf(draft: RecordDraft): string {
  const known = textsOfChecked.get(draft);
  if (known !== undefined) return known;
  const { raw } = topicOf(draft.topic);
  if (!raw) draft.facts.forEach((fact, index) => checkFact(draft.topic, fact, index));
  const text = JSON.stringify(draft.facts);
  const bytes = Buffer.byteLength(text);
  if (draft.facts.length < 1 || draft.facts.length > RECORD_FACTS_MAX)
    throw new Error(`a record has 1 to ${RECORD_FACTS_MAX} facts, not ${draft.facts.length}`);
  if (bytes > RECORD_BYTES_MAX) throw new FactTooLarge(0, bytes, RECORD_BYTES_MAX);
  textsOfChecked.set(draft, text);
  return text;
}

interface OpenRecord {
  readonly draft: FactHeader[];
  readonly texts: string[];
  bytes: number;
}

const openTexts = new WeakMap<RecordDraft, string[]>();

function sealText(draft: RecordDraft): void {
  textsOfChecked.set(draft, `[${(openTexts.get(draft) ?? []).join(',')}]`);
  openTexts.delete(draft);
}

const hasRoom = (record: OpenRecord, bytes: number): boolean =>
  record.draft.length < RECORD_FACTS_MAX && record.bytes + bytes + 1 <= RECORD_BYTES_MAX;

function checkFact(topic: string, fact: FactHeader, index: number): void {
  const violation =
    topicOfFactType(fact.type) === topic
      ? violationOf(fact)
      : { pointer: '/type', detail: `not a fact of ${topic}` };
  if (violation) throw new InvalidFact(index, fact.type, violation);
}
