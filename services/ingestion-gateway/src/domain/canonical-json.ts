/**
 * One text for equal JSON: keys sorted, numbers in their shortest form, so that a client that
 * writes `1.0` for `1`, or its keys in another order, says the same thing again.
 *
 * The JSON text was looked at before it got here: nesting is bounded, numbers are finite, no text
 * holds NUL or half a character.
 */

/** The canonical text of a parsed JSON value, without white space. */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return numberText(value);
    case 'boolean':
      return value ? 'true' : 'false';
    default:
      if (value === null || value === undefined) return 'null';
      return Array.isArray(value) ? writeArray(value) : writeObject(value);
  }
}

/** A double's shortest round-trip decimal is one text for 1, 1.0 and 1e0; -0 is 0. */
const numberText = (value: number): string => (value === 0 ? '0' : String(value));

function writeArray(values: readonly unknown[]): string {
  let text = '[';
  for (let index = 0; index < values.length; index += 1)
    text += index === 0 ? canonicalJson(values[index]) : `,${canonicalJson(values[index])}`;
  return `${text}]`;
}

function writeObject(object: object): string {
  const members = object as Readonly<Record<string, unknown>>;
  let text = '';
  for (const key of Object.keys(members).sort())
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(members[key])}`;
  return `{${text}}`;
}

/** Whether the text is longer than `max` bytes of UTF-8. Counts only when it might be. */
export function exceedsBytes(text: string, max: number): boolean {
  if (text.length * 3 <= max) return false;
  if (text.length > max) return true;
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) bytes += bytesOf(text.charCodeAt(index));
  return bytes > max;
}

/** Each half of a surrogate pair counts 2 of the pair's 4 bytes. */
function bytesOf(codeUnit: number): number {
  if (codeUnit < 0x80) return 1;
  if (codeUnit < 0x800) return 2;
  return codeUnit >= 0xd800 && codeUnit <= 0xdfff ? 2 : 3;
}
