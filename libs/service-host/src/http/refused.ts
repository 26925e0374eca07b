import { Problem, type FieldError } from './problem';

/** When every error is of one of these kinds, the whole answer carries it. */
const SPEAKING_CODES = new Set(['unknown_field', 'unknown_parameter']);

/** 422 with every field that is wrong. */
export function refused(errors: readonly FieldError[]): Problem {
  const [first] = errors;
  const where = first?.pointer ? `${first.pointer}: ` : '';
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const detail = first ? `${where}${first.detail}${more}` : 'The request is not valid.';
  return new Problem(422, codeOf(errors), detail, { errors });
}

function codeOf(errors: readonly FieldError[]): string {
  const code = errors[0]?.code ?? '';
  const same = SPEAKING_CODES.has(code) && errors.every((error) => error.code === code);
  return same ? code : 'invalid_request';
}
