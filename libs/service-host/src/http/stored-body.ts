/**
 * The body of an answer as it is kept for `Idempotency-Key`: decimals stay decimals, so that the
 * first answer can be given again in the number style of whoever asks again.
 */
import { decimal, isDecimal, wire } from '@kontor/money';

/** No member of an answer of ours begins like this. */
const DECIMAL_MEMBER = '$decimal';

/** JSON text; null for an answer without a body. */
export const storedBody = (body: unknown): string | null =>
  body === undefined ? null : JSON.stringify(tagged(body));

/** What `storedBody` was given, except that Dates are text. */
export const bodyFromStored = (text: string | null): unknown =>
  text === null
    ? undefined
    : (JSON.parse(text, (_key, value: unknown) => untagged(value)) as unknown);

function tagged(value: unknown): unknown {
  if (isDecimal(value)) return { [DECIMAL_MEMBER]: wire(value) };
  if (Array.isArray(value)) return value.map(tagged);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, tagged(member)]));
}

function untagged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const digits = (value as Readonly<Record<string, unknown>>)[DECIMAL_MEMBER];
  return typeof digits === 'string' ? decimal(digits) : value;
}
