/**
 * A refusal on its way to the client: RFC 9457 problem+json with a stable `code`.
 *
 * Controllers throw it for what the application layer answered as a rejection; rules never do.
 */
export interface FieldError {
  /** JSON pointer into the body, e.g. `/events/0/costs/1/vendor_id`; `` for the body itself. */
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

export interface ProblemOptions {
  readonly errors?: readonly FieldError[];
  /** Members beside the standard ones, e.g. `requested`, `available`, `asset`. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
  /** Response headers beside the usual ones, e.g. `Allow`. */
  readonly headers?: Readonly<Record<string, string>>;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly options: ProblemOptions = {},
  ) {
    super(detail);
  }
}

/** Well-formed but wrong: 422 with the field that is wrong. */
export const invalid = (pointer: string, code: string, detail: string): Problem =>
  new Problem(422, code, detail, { errors: [{ pointer, code, detail }] });

export const notFound = (what: string): Problem =>
  new Problem(404, 'not_found', `There is no such ${what}.`);
