/** Requests and documentation of platforms and keys. */
import {
  decodeCursor,
  encodeCursor,
  page,
  zInstant,
  zName,
  zPage,
  type IdempotencyRequest,
  type Page,
  type PageQuery,
} from '@kontor/service-host';
import type { InstantText, Tenant } from '@kontor/contracts';
import { z } from 'zod';
import type { Command, Listed, PageStart } from '../../app/key-ports';
import { SCOPES } from '../../domain/api-key';

const GRACE_SECONDS_MAX = 30 * 24 * 3_600;

export const zMode = z.enum(['live', 'test']);
export const zScopes = z.array(z.enum(SCOPES)).min(1).max(SCOPES.length);

export const zNewPlatform = z.strictObject({ name: zName });
export const zNewKey = z.strictObject({
  name: zName.optional(),
  mode: zMode.optional(),
  scopes: zScopes,
});
export const zRotation = z.strictObject({
  grace_seconds: z
    .int()
    .min(0)
    .max(GRACE_SECONDS_MAX)
    .default(0)
    .meta({ description: 'How long the secret of before works on.' }),
});
export type NewPlatformBody = z.infer<typeof zNewPlatform>;
export type NewKeyBody = z.infer<typeof zNewKey>;
export type RotationBody = z.infer<typeof zRotation>;

export const zListQuery = zPage;

export const zPlatform = z.object({ id: z.string(), name: z.string(), created_at: z.string() });
export const zKey = z.object({
  id: z.string(),
  name: z.string().nullable(),
  mode: zMode,
  scopes: zScopes,
  created_at: z.string(),
  last_used_at: z.string().nullable(),
});
export const zIssuedKey = zKey.extend({ secret: z.string().nullable() });
export const zRotatedKey = zIssuedKey.extend({ previous_expires_at: z.string() });
export const zCreatedPlatform = zPlatform.extend({
  keys: z.object({ live: z.string().nullable(), test: z.string().nullable() }),
});
export const zSelf = z.object({
  account_id: z.string(),
  environment: zMode,
  org_id: z.string(),
  name: z.string(),
});
export const zPageOf = (item: z.ZodType) =>
  z.object({
    items: z.array(item),
    total_count: z.int(),
    limit: z.int(),
    offset: z.int(),
    next_cursor: z.string().nullable(),
  });

export const EXAMPLE_KEY = {
  id: 'key_4rjb887sb1h4j2m0hdjmh49gdg',
  name: 'Ingestion',
  mode: 'live',
  scopes: ['ingest'],
  created_at: '2026-01-05T14:32:18.000000Z',
  last_used_at: null,
  secret: 'key_0123456789abcdefghjkmnpqrstvwxyz0123456789abcdefghjkm',
};

export const commandOf = (
  { platform, mode }: Tenant,
  key: IdempotencyRequest | undefined,
): Command | undefined => key && { tenant: { platform, mode }, ...key };

interface Dated {
  readonly id: string;
  readonly createdAt: InstantText;
}

const zCursorParts = z.tuple([zInstant, z.string()]);

/** Errors: Problem 422 `invalid_cursor`. */
export function startOf(kind: string, { limit, offset, cursor }: PageQuery): PageStart {
  if (cursor === undefined) return { limit, offset };
  const [createdAt, id] = decodeCursor(kind, cursor, zCursorParts);
  return { limit, offset, after: { createdAt, id } };
}

export function pageOf<Item extends Dated, Dto>(
  kind: string,
  { items, hasMore, totalCount }: Listed<Item>,
  options: { readonly query: PageQuery; readonly toDto: (item: Item) => Dto },
): Page<Dto> {
  const { query, toDto } = options;
  const last = items.at(-1);
  const cursor = last && hasMore ? encodeCursor(kind, [last.createdAt, last.id]) : undefined;
  return page(items.map(toDto), totalCount, query, cursor);
}
