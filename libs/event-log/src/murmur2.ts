const SEED = 0x9747b28c;
const MIX = 0x5bd1e995;

/**
 * Kafka's murmur2 of a key's UTF-8 bytes, as a signed 32-bit number.
 *
 * Source: the algorithm of the Java client's default partitioner; the spec compares it with kafkajs.
 */
export function murmur2(key: string): number {
  const bytes = Buffer.from(key, 'utf8');
  const tail = bytes.length & ~3;
  let hash = SEED ^ bytes.length;
  for (let at = 0; at < tail; at += 4) {
    let word = Math.imul(bytes.readInt32LE(at), MIX);
    word = Math.imul(word ^ (word >>> 24), MIX);
    hash = Math.imul(hash, MIX) ^ word;
  }
  if (tail < bytes.length) {
    for (let at = bytes.length - 1; at >= tail; at -= 1)
      hash ^= (bytes[at] ?? 0) << (8 * (at - tail));
    hash = Math.imul(hash, MIX);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MIX);
  return hash ^ (hash >>> 15);
}
