/**
 * JSON text in which money keeps its exact digits.
 *
 * `JSON.stringify` turns decimals into strings and small numbers into exponents; money leaves us
 * as a JSON number with plain digits, or as a string when the client asks for it.
 */
import { Decimal, isDecimal, wire } from './decimal';

export type NumberStyle = 'number' | 'string';

/**
 * Writes a value as JSON.
 *
 * Shape:  a Decimal becomes its digits (`0.0000025`) or, in style `string`, `"0.0000025"`;
 *         other numbers are written without an exponent; `undefined` members are left out;
 *         a Date becomes its ISO text.
 */
export function writeJson(value: unknown, style: NumberStyle = 'number'): string {
  if (isDecimal(value)) return style === 'string' ? `"${wire(value)}"` : wire(value);
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      return plainNumber(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : writeObject(value, style);
    default:
      return 'null';
  }
}

function writeObject(value: object, style: NumberStyle): string {
  if (Array.isArray(value)) return `[${value.map((item) => writeJson(item, style)).join(',')}]`;
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  const members = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const key of Object.keys(members)) {
    const member = members[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${quoted(key)}:${writeJson(member, style)}`;
  }
  return `{${text}}`;
}

const SHORT = 64;
const PLAIN_TEXT = /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/;

/** Most texts are short and need no escape; JSON.stringify costs more than looking. */
const quoted = (text: string): string =>
  text.length < SHORT && PLAIN_TEXT.test(text) ? `"${text}"` : JSON.stringify(text);

function plainNumber(value: number): string {
  const text = String(value);
  if (!Number.isFinite(value)) return 'null';
  return text.includes('e') ? wire(new Decimal(text)) : text;
}
