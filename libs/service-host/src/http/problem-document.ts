/**
 * A problem as it is sent: application/problem+json (RFC 9457).
 */
import { writeJson, type NumberStyle } from '@kontor/money';
import { titleOf, typeOf } from './error-codes';
import type { Problem } from './problem';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

export interface ProblemPlace {
  /** Path of the request, without its query. */
  readonly instance: string;
  readonly requestId: string;
}

/** The document; extensions never hide a standard member. */
export const problemDocument = (
  problem: Problem,
  place: ProblemPlace,
): Readonly<Record<string, unknown>> => ({
  ...problem.options.extensions,
  type: typeOf(problem.code),
  title: titleOf(problem.code),
  status: problem.status,
  detail: problem.detail,
  instance: place.instance,
  code: problem.code,
  request_id: place.requestId,
  errors: problem.options.errors,
});

export const problemText = (
  problem: Problem,
  place: ProblemPlace,
  style: NumberStyle = 'number',
): string => writeJson(problemDocument(problem, place), style);
