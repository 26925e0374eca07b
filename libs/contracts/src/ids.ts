/**
 * Public ids: a prefix and the 128 bits of a UUID in 26 characters of lower-case Crockford base32.
 *
 * New ids are UUID v7, so they sort by time and index well; a fee's id is a UUID v5 of what it is
 * about, so pricing the same usage again names the same fee.
 */
import { createHash, randomFillSync } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const ENCODED = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export type IdPrefix =
  'acc' | 'cust' | 'prp' | 'prc' | 'sub' | 'fee' | 'vnd' | 'auth' | 'grt' | 'top' | 'whd' | 'key';

/** A new time-ordered id, e.g. `cust_06bq...`. */
export const newId = (prefix: IdPrefix): string => `${prefix}_${encode(uuidV7Bytes())}`;

/** The id of what `name` says, always the same: `nameBasedId('fee', eventId, priceId)`. */
export const nameBasedId = (prefix: IdPrefix, ...name: readonly string[]): string =>
  `${prefix}_${encode(uuidV5Bytes(name.join('\n')))}`;

/** Whether `text` has the form of an id with this prefix. Says nothing about existence. */
export const isId = (prefix: IdPrefix, text: string): boolean =>
  text.startsWith(`${prefix}_`) && ENCODED.test(text.slice(prefix.length + 1));

export const isUuid = (text: string): boolean => UUID.test(text);

/** A new UUID v7 in its usual text form. */
export const newUuid = (): string => uuidText(uuidV7Bytes());

const uuidText = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

// Ids made in the same millisecond count up, so that they sort in the order of their making.
let lastMs = 0;
let sequence = 0;
const SEQUENCE_MAX = 0xfff;

/** Asking the system for each id would cost more than making it. */
const RANDOM_POOL_BYTES = 4_096;
const pool = new Uint8Array(RANDOM_POOL_BYTES);
let poolUsed = RANDOM_POOL_BYTES;

function randomBytes16(): Uint8Array {
  if (poolUsed >= RANDOM_POOL_BYTES) {
    randomFillSync(pool);
    poolUsed = 0;
  }
  poolUsed += 16;
  return pool.slice(poolUsed - 16, poolUsed);
}

function uuidV7Bytes(): Uint8Array {
  const bytes = randomBytes16();
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    sequence = ((bytes[6] ?? 0) & 0x03) << 8;
  } else if (sequence >= SEQUENCE_MAX) {
    lastMs += 1;
    sequence = 0;
  } else {
    sequence += 1;
  }
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(lastMs / 2 ** 32));
  view.setUint32(2, lastMs % 2 ** 32);
  view.setUint16(6, 0x7000 | sequence);
  view.setUint8(8, ((bytes[8] ?? 0) & 0x3f) | 0x80);
  return bytes;
}

/** RFC 9562 asks for a namespace; this one is Kontor's own and never changes. */
const NAMESPACE = Buffer.from('6b1f9a3e5d0c4f7a9e2b8c4d7f1a0e35', 'hex');

function uuidV5Bytes(name: string): Uint8Array {
  const bytes = new Uint8Array(
    createHash('sha1').update(NAMESPACE).update(name, 'utf8').digest().subarray(0, 16),
  );
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes;
}

// From the last bits to the first, five at a time; the first character holds the three that remain.
function encode(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let bitCount = 0;
  for (let index = bytes.length - 1; index >= 0; index -= 1) {
    bits |= (bytes[index] ?? 0) << bitCount;
    bitCount += 8;
    for (; bitCount >= 5; bitCount -= 5) {
      text = ALPHABET.charAt(bits & 31) + text;
      bits >>>= 5;
    }
  }
  return ALPHABET.charAt(bits) + text;
}
