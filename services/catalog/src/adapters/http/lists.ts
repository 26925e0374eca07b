/** Lists between HTTP and the reads: an opaque cursor outside, the last key of a page inside. */
import {
  decodeCursor,
  encodeCursor,
  type Page,
  page,
  type PageQuery,
  zPage,
} from '@kontor/service-host';
import { z } from 'zod';
import type { PageOf, PageRequest } from '../../app/ports';

const zCursor = z.tuple([z.string().min(1).max(300)]);

/** `kind` names the list, so that a cursor of another one is refused. */
export function pageRequest(kind: string, { limit, offset, cursor }: PageQuery): PageRequest {
  if (cursor === undefined) return { limit, offset };
  const [after] = decodeCursor(kind, cursor, zCursor);
  return { limit, offset, after };
}

export const pageAnswer = <Item, Dto>(
  kind: string,
  query: PageQuery,
  { found, toDto }: { readonly found: PageOf<Item>; readonly toDto: (item: Item) => Dto },
): Page<Dto> => {
  const next = found.next === undefined ? null : encodeCursor(kind, [found.next]);
  return page(found.items.map(toDto), found.totalCount, query, next);
};

/** What a list answers, for the OpenAPI document. */
export const zPageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    total_count: z.int(),
    limit: z.int(),
    offset: z.int(),
    next_cursor: z.string().nullable(),
  });

export { zPage };
