/**
 * Why one item of a request is not accepted, and a reader that collects the first such reason.
 *
 * A refusal is a value: one bad event must not sink its neighbours.
 */
export interface Refusal {
  /** JSON pointer into what was sent, e.g. `/events/3/costs/0/amount`; `` for all of it. */
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `null` says the same as leaving the field out. */
export const isAbsent = (value: unknown): value is null | undefined =>
  value === undefined || value === null;

/** One step of a JSON pointer (RFC 6901). */
export const pointerStep = (step: string | number): string =>
  `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** Codes, names, external ids, event types and subjects. */
export const NAME_CHARACTERS_MAX = 255;
export const DESCRIPTION_CHARACTERS_MAX = 1_000;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const UPPER_CASE_HEX = /[A-F]/;
/** Whether the text has more than `max` characters (code points, as PostgreSQL counts them). */
export function isLongerThan(text: string, max: number): boolean {
  if (text.length <= max) return false;
  let characters = 0;
  for (let index = 0; index < text.length && characters <= max; index += 1)
    if (!isSecondHalf(text.charCodeAt(index))) characters += 1;
  return characters > max;
}

/** Of a surrogate pair; texts have no lone ones. */
const isSecondHalf = (codeUnit: number): boolean => codeUnit >= 0xdc00 && codeUnit <= 0xdfff;

/** How a text field is bounded. */
export interface TextRule {
  readonly charactersMax: number;
  readonly required?: boolean;
  readonly mayBeEmpty?: boolean;
}

/** Reads the fields of one object. The first refusal wins; later reads do no harm. */
export class FieldReader {
  private first: Refusal | undefined;

  constructor(
    private readonly object: JsonObject,
    private readonly pointer: string,
  ) {}

  get refusal(): Refusal | undefined {
    return this.first;
  }

  refuse(field: string, code: string, detail: string): undefined {
    const pointer = field === '' ? this.pointer : this.pointer + pointerStep(field);
    this.first ??= { pointer, code, detail };
    return undefined;
  }

  /** Takes over what a reader of a part found. */
  adopt(refusal: Refusal | undefined): void {
    if (refusal) this.first ??= refusal;
  }

  value(field: string): unknown {
    return this.object[field];
  }

  /** Refuses what the contract does not know: a misspelt field must not be lost in silence. */
  onlyKnows(fields: ReadonlySet<string>): void {
    for (const field in this.object)
      if (!fields.has(field) && this.object[field] !== null)
        this.refuse(field, 'unknown_field', 'There is no such field.');
  }

  text(field: string, rule: TextRule): string | undefined {
    const value = this.object[field];
    if (isAbsent(value))
      return rule.required ? this.refuse(field, 'required', 'This field is required.') : undefined;
    if (typeof value !== 'string') return this.refuse(field, 'invalid_type', 'Expected a string.');
    if (value === '' && !rule.mayBeEmpty)
      return this.refuse(field, 'too_small', 'At least 1 character.');
    if (isLongerThan(value, rule.charactersMax))
      return this.refuse(field, 'too_long', `At most ${rule.charactersMax} characters.`);
    return value;
  }

  /** Any UUID, in lower case, so that two spellings are one id. */
  uuid(field: string): string {
    const value = this.object[field];
    if (typeof value === 'string' && UUID.test(value))
      return UPPER_CASE_HEX.test(value) ? value.toLowerCase() : value;
    if (isAbsent(value)) this.refuse(field, 'required', 'This field is required.');
    else if (typeof value !== 'string') this.refuse(field, 'invalid_type', 'Expected a string.');
    else this.refuse(field, 'invalid_uuid', 'Expected a UUID.');
    return '';
  }
}
