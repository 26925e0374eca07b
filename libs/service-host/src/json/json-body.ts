/**
 * The bytes of a request body as a JSON value.
 *
 * Errors: 400 `malformed_json` for bytes that are no UTF-8 or no JSON; 422 `nested_too_deeply` for
 *         a text too deep to be built at all. Everything else that is wrong is in `flaws`.
 */
import { isUtf8 } from 'node:buffer';
import { invalid, Problem, type FieldError } from '../http/problem';
import { flawsOf, JSON_DEPTH_MAX } from './json-flaws';
import { scanJson } from './json-scan';

export interface JsonBody {
  readonly value: unknown;
  readonly hasNull: boolean;
  readonly flaws: readonly FieldError[];
}

/** Up to here the value is built, so that a pointer can say where it became too deep. */
const DEPTH_BUILT_MAX = 10_000;
const NO_FLAWS: readonly FieldError[] = [];

export function parseJsonBody(bytes: Buffer): JsonBody {
  if (!isUtf8(bytes)) throw new Problem(400, 'malformed_json', 'The body is not UTF-8.');
  const scan = scanJson(bytes);
  if (scan.depth > DEPTH_BUILT_MAX)
    throw invalid('', 'nested_too_deeply', `At most ${JSON_DEPTH_MAX} levels of nesting.`);
  const value = parse(bytes.toString('utf8'));
  const look = scan.suspicious || scan.depth > JSON_DEPTH_MAX;
  return { value, hasNull: scan.hasNull, flaws: look ? flawsOf(value) : NO_FLAWS };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : '';
    throw new Problem(400, 'malformed_json', `The body is not valid JSON: ${reason}`);
  }
}
