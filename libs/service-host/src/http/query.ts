/**
 * Query strings, read strictly: what cannot be decoded is refused, never guessed.
 */
import { Problem, type FieldError } from './problem';

export interface ParsedQuery {
  readonly values: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];
}

/** A URL is bounded by the header limit anyway; this bounds the work per request. */
const PARAMETERS_MAX = 100;
const NUL = '\0';

/**
 * Reads the query of a request target.
 *
 * Errors: 400 `malformed_url` for a percent-encoding that is none; `errors` holds parameters that
 *         came twice or hold a NUL character.
 */
export function readQuery(url: string): ParsedQuery {
  const start = url.indexOf('?');
  const values: Record<string, string> = Object.create(null) as Record<string, string>;
  const errors: FieldError[] = [];
  if (start < 0) return { values, errors };
  const pairs = url
    .slice(start + 1)
    .split('&')
    .filter((pair) => pair !== '');
  if (pairs.length > PARAMETERS_MAX)
    throw new Problem(400, 'malformed_url', `At most ${PARAMETERS_MAX} query parameters.`);
  for (const pair of pairs) {
    const { name, value } = readPair(pair);
    if (name in values) errors.push(flaw(name, 'repeated_parameter', 'Send it once.'));
    else if (value.includes(NUL) || name.includes(NUL))
      errors.push(flaw(name, 'nul_character', 'NUL characters are not accepted.'));
    values[name] = value;
  }
  return { values, errors };
}

const flaw = (name: string, code: string, detail: string): FieldError => ({
  pointer: name.replaceAll(NUL, ''),
  code,
  detail,
});

function readPair(pair: string): { name: string; value: string } {
  const equals = pair.indexOf('=');
  const name = equals < 0 ? pair : pair.slice(0, equals);
  const value = equals < 0 ? '' : pair.slice(equals + 1);
  return { name: decode(name), value: decode(value) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new Problem(400, 'malformed_url', 'The query has a percent-encoding that is not UTF-8.');
  }
}
