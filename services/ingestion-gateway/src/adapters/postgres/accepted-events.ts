/**
 * The ids of all usage that was ever accepted, with the hashes of their contents.
 */
import { hash } from 'node:crypto';
import type { Tenant } from '@kontor/contracts';
import type { Queryable, Transaction } from '@kontor/postgres';
import type { Candidate } from '../../domain/acceptance';

const HASH_HEX_DIGITS = 32;

/** SHA-256, cut to 16 bytes, as hex: two contents collide once in 2^64. */
export const hashOf = (content: string): string =>
  hash('sha256', content, 'hex').slice(0, HASH_HEX_DIGITS);

/** A tenant and an event id in one text that sorts; ids have no slash. */
export const keyOf = ({ platform, mode }: Tenant, eventId: string): string =>
  `${platform}/${mode}/${eventId}`;

/**
 * Remembers ids that are new.
 *
 * Shape:  answers the hashes of those that were there before, by key; usually none, and then one
 *         round trip was all. An id that another transaction is writing is waited for.
 *         `candidates` have distinct keys.
 */
export async function remember(
  tx: Transaction,
  candidates: readonly Candidate[],
): Promise<ReadonlyMap<string, string>> {
  if (candidates.length === 0) return NONE;
  // Rows are locked in the order of their keys, by every instance, so that none wait in a circle.
  const sorted = [...candidates].sort((a, b) => (a.key < b.key ? -1 : 1));
  const [row] = await tx.query<{ inserted: string; keys: string | null }>(
    `WITH inserted AS (
       INSERT INTO accepted_event (platform, mode, event_id, content_hash)
       SELECT split_part(k, '/', 1), split_part(k, '/', 2), split_part(k, '/', 3)::uuid,
              decode(h, 'hex')
       FROM unnest(string_to_array($1, ','), string_to_array($2, ',')) AS given (k, h)
       ON CONFLICT DO NOTHING
       RETURNING platform, mode, event_id)
     SELECT count(*) AS inserted,
            CASE WHEN count(*) < $3::int
                 THEN string_agg(platform || '/' || mode || '/' || event_id, ',') END AS keys
     FROM inserted`,
    [
      sorted.map(({ key }) => key).join(','),
      sorted.map(({ contentHash }) => contentHash).join(','),
      sorted.length,
    ],
    { name: 'accepted_event remember' },
  );
  if (Number(row?.inserted) === sorted.length) return NONE;
  const inserted = new Set(row?.keys?.split(',') ?? []);
  const before = sorted.map(({ key }) => key).filter((key) => !inserted.has(key));
  return recall(tx, before);
}

/** The hashes of the remembered ones of these keys. */
export async function recall(
  queryable: Queryable,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (keys.length === 0) return NONE;
  const rows = await queryable.query<{ key: string; hash: string }>(
    // LIMIT keeps it one index probe a key, whatever the planner thinks of 32 tables.
    `SELECT k AS key, encode(found.content_hash, 'hex') AS hash
     FROM unnest(string_to_array($1, ',')) AS given (k)
     CROSS JOIN LATERAL (
       SELECT content_hash FROM accepted_event
       WHERE platform = split_part(k, '/', 1) AND mode = split_part(k, '/', 2)
         AND event_id = split_part(k, '/', 3)::uuid
       LIMIT 1) AS found`,
    [keys.join(',')],
    { name: 'accepted_event recall' },
  );
  return new Map(rows.map(({ key, hash: contentHash }) => [key, contentHash]));
}

const NONE: ReadonlyMap<string, string> = new Map();
