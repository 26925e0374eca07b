/**
 * One pass over the bytes of a JSON text, before it is parsed. It does not judge: it says whether
 * the parsed value needs to be looked at, so that the usual request is never walked.
 */
export interface JsonScan {
  /** Deepest nesting of arrays and objects. */
  readonly depth: number;
  /** Whether the text holds a `null`. */
  readonly hasNull: boolean;
  /**
   * Whether something in it may have to be refused: an escape that can hide any character, a key
   * that could reach a prototype, a number that may not be finite.
   */
  readonly suspicious: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;
const LOWER_N = 0x6e;
const LOWER_E = 0x65;
const CASE_BIT = 0x20;
const UNDERSCORE = 0x5f;
const LOWER_C = 0x63;
const LOWER_R = 0x72;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;
/** 10^308 is finite: fewer digits in a row than this cannot overflow without an exponent. */
const DIGITS_SUSPICIOUS = 300;
const CONSTRUCTOR_LENGTH = 'constructor'.length;

interface Seen {
  depth: number;
  deepest: number;
  digits: number;
  hasNull: boolean;
  suspicious: boolean;
}

export function scanJson(bytes: Uint8Array): JsonScan {
  const seen: Seen = { depth: 0, deepest: 0, digits: 0, hasNull: false, suspicious: false };
  const end = bytes.length;
  let at = 0;
  while (at < end) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) at = skipString(bytes, at, seen);
    else if (byte >= ZERO && byte <= NINE) seen.digits += 1;
    else seePunctuation(byte, seen);
    at += 1;
  }
  if (seen.digits >= DIGITS_SUSPICIOUS) seen.suspicious = true;
  return { depth: seen.deepest, hasNull: seen.hasNull, suspicious: seen.suspicious };
}

/** From the opening quote to the closing one; a text that ends inside a string is not JSON anyway. */
function skipString(bytes: Uint8Array, start: number, seen: Seen): number {
  if (mayNamePrototype(bytes, start)) seen.suspicious = true;
  seen.digits = 0;
  const end = bytes.length;
  let at = start + 1;
  while (at < end) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) {
      at += 1;
      if (bytes[at] === LOWER_U) seen.suspicious = true;
    }
    at += 1;
  }
  return end;
}

/** `__...` or `c.........r"`: cheap to test, and rare enough in honest texts. */
const mayNamePrototype = (bytes: Uint8Array, quote: number): boolean =>
  (bytes[quote + 1] === UNDERSCORE && bytes[quote + 2] === UNDERSCORE) ||
  (bytes[quote + 1] === LOWER_C &&
    bytes[quote + CONSTRUCTOR_LENGTH] === LOWER_R &&
    bytes[quote + CONSTRUCTOR_LENGTH + 1] === QUOTE);

function seePunctuation(byte: number, seen: Seen): void {
  if (seen.digits > 0) {
    if (mayOverflow(byte, seen.digits)) seen.suspicious = true;
    seen.digits = 0;
  }
  if (byte === OPEN_BRACKET || byte === OPEN_BRACE) {
    seen.depth += 1;
    if (seen.depth > seen.deepest) seen.deepest = seen.depth;
  } else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) seen.depth -= 1;
  else if (byte === LOWER_N) seen.hasNull = true;
}

const mayOverflow = (byte: number, digits: number): boolean =>
  (byte | CASE_BIT) === LOWER_E || digits >= DIGITS_SUSPICIOUS;
