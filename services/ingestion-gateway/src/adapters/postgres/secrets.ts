/** Secrets of API keys: 256 random bits, of which only a hash is ever kept. */
import { hash, randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const SECRET_BYTES = 32;
const BITS_A_CHARACTER = 5;

/** `key_` and 52 characters of lower-case Crockford base32. */
export function newSecret(): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of randomBytes(SECRET_BYTES)) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= BITS_A_CHARACTER) {
      bits -= BITS_A_CHARACTER;
      text += ALPHABET[(held >> bits) & 31] ?? '';
    }
    held &= (1 << bits) - 1;
  }
  return `key_${text}${ALPHABET[(held << (BITS_A_CHARACTER - bits)) & 31] ?? ''}`;
}

/** SHA-256 as hex. A key has 256 random bits, so a slow hash would protect nothing more. */
export const secretHashOf = (secret: string): string => hash('sha256', secret, 'hex');
