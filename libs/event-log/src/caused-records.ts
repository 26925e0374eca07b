/**
 * The records of a deciding consumer that answers each fact with one fact of its own: one record for
 * each record that the facts came in, with it as the cause; more only when it grew too large.
 */
import type { FactHeader } from '@kontor/contracts';
import { FactTooLarge, InvalidFact } from './errors';
import type { BatchOutcome, DeliveredFact, RecordDraft } from './ports';
import { buildRecords } from './records';

export type CausedRecords =
  | { readonly kind: 'records'; readonly records: readonly RecordDraft[] }
  /** An answer that can't be written, however often it is tried: the handler's outcome. */
  | Extract<BatchOutcome, { kind: 'poison' }>;

export function recordsCausedBy<F extends FactHeader>(
  facts: readonly DeliveredFact<F>[],
  topic: string,
  answerTo: (fact: F, index: number) => FactHeader,
): CausedRecords {
  const records: RecordDraft[] = [];
  for (const { start, from } of runsOfOneRecord(facts)) {
    const answers = from.map(({ fact }, offset) => answerTo(fact, start + offset));
    const [{ topic: causeTopic, partition, position }] = from;
    try {
      const cause = { topic: causeTopic, partition, position };
      records.push(...buildRecords(topic, answers, cause));
    } catch (error) {
      if (!(error instanceof FactTooLarge || error instanceof InvalidFact)) throw error;
      return { kind: 'poison', index: start + error.index, reason: error.message };
    }
  }
  return { kind: 'records', records };
}

interface Run<F extends FactHeader> {
  readonly start: number;
  readonly from: readonly [DeliveredFact<F>, ...DeliveredFact<F>[]];
}

function runsOfOneRecord<F extends FactHeader>(facts: readonly DeliveredFact<F>[]): Run<F>[] {
  const runs: { start: number; from: [DeliveredFact<F>, ...DeliveredFact<F>[]] }[] = [];
  facts.forEach((fact, index) => {
    const last = runs.at(-1);
    if (last && isOfSameRecord(last.from[0], fact)) last.from.push(fact);
    else runs.push({ start: index, from: [fact] });
  });
  return runs;
}

const isOfSameRecord = (left: DeliveredFact, right: DeliveredFact): boolean =>
  left.position === right.position && left.partition === right.partition;
