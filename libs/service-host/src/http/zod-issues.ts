/**
 * What zod found, in the words of our problems: a pointer, a stable code, a sentence.
 */
import type { z } from 'zod';
import { pointerOf } from '../json/pointer';
import type { FieldError } from './problem';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** More errors than this help nobody, and a hostile body must not make a huge answer. */
const ERRORS_MAX = 100;

/**
 * Shape:  pointers are JSON pointers into `input` (RFC 6901); for queries the parameter's name.
 */
export function fieldErrorsOf(
  issues: readonly Issue[],
  input: unknown,
  place: 'body' | 'query',
): FieldError[] {
  const errors = issues.flatMap((issue) => translate(issue, [], input));
  return errors.slice(0, ERRORS_MAX).map(({ path, code, detail }) => ({
    pointer: place === 'body' ? pointerOf(path) : path.map(String).join('.'),
    code: code === 'unknown_field' && place === 'query' ? 'unknown_parameter' : code,
    detail,
  }));
}

interface Found {
  readonly path: Path;
  readonly code: string;
  readonly detail: string;
}

function translate(issue: Issue, prefix: Path, input: unknown): Found[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...path, key],
      code: 'unknown_field',
      detail: `There is no field \`${key.slice(0, 100)}\` here.`,
    }));
  if (valueAt(input, path) === undefined && issue.code !== 'custom')
    return [{ path, code: 'required', detail: 'This field is required.' }];
  if (issue.code === 'invalid_union') return translateUnion(issue, path, input);
  return [{ path, code: codeOf(issue), detail: sentence(issue.message) }];
}

// The alternative that fits the input's members best, then the one that got furthest, is the one
// that the client meant.
function translateUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: Path,
  input: unknown,
): Found[] {
  const value = valueAt(input, path);
  const alternatives = issue.errors.filter((errors) => errors.length > 0);
  const [best] = alternatives
    .filter((errors) => !errors.some(isOfAnotherKind))
    .map((errors) => ({
      errors,
      strangeMembers: strangeMembers(errors, value),
      depth: Math.max(...errors.map((error) => error.path.length)),
    }))
    .sort(
      (a, b) =>
        a.strangeMembers - b.strangeMembers ||
        b.depth - a.depth ||
        a.errors.length - b.errors.length,
    );
  if (!best) return [{ path, code: 'invalid_type', detail: unionDetail(alternatives) }];
  return best.errors.flatMap((error) => translate(error, path, input));
}

/** A text where an object stands, a number where a text does: nobody meant this alternative. */
const isOfAnotherKind = ({ code, path }: Issue): boolean =>
  path.length === 0 && ['invalid_type', 'invalid_value', 'invalid_union'].includes(code);

/** Members that the alternative does not know, and those that it misses. */
const strangeMembers = (errors: readonly Issue[], value: unknown): number =>
  errors.reduce((count, error) => {
    if (error.code === 'unrecognized_keys') return count + error.keys.length;
    return valueAt(value, error.path) === undefined ? count + 1 : count;
  }, 0);

function unionDetail(alternatives: readonly (readonly Issue[])[]): string {
  const expected = alternatives
    .flat()
    .map((issue) => (issue.code === 'invalid_type' ? issue.expected : undefined))
    .filter((type) => type !== undefined);
  return expected.length > 0
    ? `Expected ${[...new Set(expected)].join(' or ')}.`
    : 'Invalid value.';
}

function codeOf(issue: Issue): string {
  if (issue.code === 'custom') {
    const code: unknown = issue.params?.['code'];
    return typeof code === 'string' ? code : 'invalid_value';
  }
  return CODES[issue.code] ?? 'invalid_value';
}

const CODES: Readonly<Record<string, string>> = {
  invalid_type: 'invalid_type',
  invalid_value: 'invalid_value',
  invalid_format: 'invalid_format',
  too_small: 'too_small',
  too_big: 'too_big',
};

const sentence = (message: string): string =>
  /[.!?]$/.test(message) ? message : `${message.slice(0, 500)}.`;

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}
