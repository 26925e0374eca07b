/**
 * The text of a record's facts as the log stores it, and what it says.
 *
 * Facts are alike, and most of a large record is the same words again. PostgreSQL would compress them
 * too, on the way of every write and several times slower than zlib; so the writer packs, and
 * PostgreSQL only stores.
 *
 * Shape:  the JSON array itself when it is short, else `z<bytes> <base64>`: bytes = length of the JSON
 *         in UTF-8, base64 = the JSON as a zlib stream (RFC 1950). JSON arrays begin with `[`, so the
 *         first letter says which. Neither has a line feed: records are joined with them.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import { upcast, type FactHeader } from '@kontor/contracts';

/** A shorter text lies in its row, where PostgreSQL does not compress it either. */
const PACKED_FROM_BYTES = 2_048;
/** zlib's usual 6 saves less than a tenth of the bytes for nearly twice the time. */
const LEVEL = 3;
const PACKED = /^z([1-9]\d{0,8}) /;

/** The text to store for the JSON array of a record's facts. */
export function storedText(text: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes < PACKED_FROM_BYTES) return text;
  const packed = `z${bytes} ${deflateSync(text, { level: LEVEL }).toString('base64')}`;
  return packed.length < bytes ? packed : text;
}

/** The JSON array that was stored, byte for byte. Errors: the text is damaged. */
export function textOfStored(stored: string): string {
  if (!stored.startsWith('z')) return stored;
  const head = PACKED.exec(stored);
  if (!head) throw new Error('stored facts are damaged: they do not say how long they are');
  const bytes = Number(head[1]);
  const text = unpacked(Buffer.from(stored.slice(head[0].length), 'base64'), bytes);
  if (text.length !== bytes)
    throw new Error(`stored facts are damaged: ${text.length} bytes instead of ${bytes}`);
  return text.toString('utf8');
}

/** The facts that were stored, as they are read today. Errors: the text is damaged. */
export const factsOf = (stored: string): FactHeader[] =>
  upcast(JSON.parse(textOfStored(stored)) as FactHeader[]);

/** Never more than was packed: what is damaged may not fill the memory. */
function unpacked(packed: Buffer, bytes: number): Buffer {
  try {
    return inflateSync(packed, { maxOutputLength: bytes });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`stored facts are damaged: ${reason}`, { cause: error });
  }
}
