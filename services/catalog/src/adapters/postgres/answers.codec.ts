/** Answers that are kept for a repeated request: `{"position":7,"result":{...}}`. */
import type { StoredCommand } from '@kontor/event-log';
import type { AnswerEntry, StoredAnswer } from '../../app/ports';

interface AnswerText {
  readonly position: number | null;
  readonly result: unknown;
}

export function answerToText(
  { result, lastEvent }: AnswerEntry,
  positions: readonly number[],
): string {
  const position = lastEvent === undefined ? undefined : positions[lastEvent];
  return `{"position":${position ?? 'null'},"result":${result}}`;
}

export function answerFromText({ requestHash, answer }: StoredCommand): StoredAnswer {
  const { position, result }: AnswerText = JSON.parse(answer ?? '{"position":null,"result":null}');
  return { requestHash, result: JSON.stringify(result), position: position ?? undefined };
}
