/** Making a read model again from the log: `/admin/<service>/rebuilds`. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isUuid } from '@kontor/contracts';
import type { Rebuild, Rebuilds, ViewComparison } from '@kontor/event-log';
import { listExample, page, zPage } from '../http/paging';
import { parseBody, parseQuery } from '../http/parameters';
import { notFound, Problem } from '../http/problem';
import { Reply } from '../http/reply';
import { sendReply } from '../http/send';
import { strictly } from '../http/strict-schema';
import type { AdminRoute } from './admin-routes';

const zRequest = strictly(
  z.object({
    verify: z.boolean().default(false).meta({
      description: 'Compare the new rows with those that are served before taking their place.',
    }),
    swap: z.boolean().default(true).meta({
      description: 'false: only compare; the new read model is dropped.',
    }),
  }),
);

const zQuery = strictly(zPage.omit({ cursor: true }));

const zComparison = z.object({
  same: z.boolean(),
  tables: z.array(
    z.object({
      table: z.string(),
      rows: z.int().meta({ description: 'Rows that the log says there are.' }),
      hash: z.string().meta({ description: 'Of all rows, in any order.' }),
      same: z.boolean(),
    }),
  ),
  decisions_checked: z
    .int()
    .meta({ description: 'Facts that were decided again, where the service decides any.' }),
  differences: z
    .array(
      z.object({
        table: z.string(),
        key: z.record(z.string(), z.string().nullable()),
        difference: z.enum(['missing', 'unexpected', 'changed']).meta({
          description: '`missing`: the log says it, what is served does not.',
        }),
      }),
    )
    .meta({ description: 'The first 100.' }),
  truncated: z.boolean(),
});

const zRebuild = z.object({
  id: z.string(),
  service: z.string(),
  state: z.enum([
    'preparing',
    'replaying',
    'comparing',
    'swapping',
    'done',
    'failed',
    'interrupted',
  ]),
  verify: z.boolean(),
  swap: z.boolean(),
  facts_done: z.int(),
  facts_total: z.int().meta({ description: 'Estimated until all records were read.' }),
  facts_per_second: z.int(),
  seconds_left: z.int().nullable(),
  comparison: zComparison.nullable(),
  reason: z.string().nullable().meta({ description: 'Why it failed.' }),
  started_at: z.string(),
  updated_at: z.string(),
  ended_at: z.string().nullable(),
});

const example = {
  id: '0197a3a4-7d3e-7c52-9d0e-3b8f5c1d2e4f',
  service: 'rating',
  state: 'replaying',
  verify: true,
  swap: true,
  facts_done: 120_000,
  facts_total: 1_200_000,
  facts_per_second: 60_000,
  seconds_left: 18,
  comparison: null,
  reason: null,
  started_at: '2026-01-05T14:32:18.000000Z',
  updated_at: '2026-01-05T14:32:20.000000Z',
  ended_at: null,
};

/** The rebuild routes of a service that has a view; the OpenAPI document takes them from here. */
export function rebuildRoutesOf(service: string): Readonly<Record<RebuildAction, AdminRoute>> {
  const path = `/admin/${service}/rebuilds`;
  return {
    start: {
      method: 'POST',
      path,
      doc: {
        summary: 'Make the read model again from the log, and compare it',
        tag: service,
        body: zRequest,
        bodyExample: { verify: true },
        responses: { 202: { schema: zRebuild, example: { ...example, state: 'preparing' } } },
        errors: ['rebuild_running'],
      },
    },
    list: {
      method: 'GET',
      path,
      doc: {
        summary: 'List rebuilds, newest first',
        tag: service,
        query: zQuery,
        responses: { 200: { schema: zRebuilds, example: listExample(example) } },
      },
    },
    find: {
      method: 'GET',
      path: `${path}/{id}`,
      doc: {
        summary: 'See how far a rebuild is, and what it found',
        tag: service,
        responses: { 200: { schema: zRebuild, example } },
        errors: ['not_found'],
      },
    },
  };
}

type RebuildAction = 'start' | 'list' | 'find';

const zRebuilds = z.object({
  items: z.array(zRebuild),
  total_count: z.int(),
  limit: z.int(),
  offset: z.int(),
  next_cursor: z.null(),
});

export function addRebuildRoutes(
  server: FastifyInstance,
  service: string,
  rebuilds: Rebuilds,
): void {
  const routes = rebuildRoutesOf(service);
  const add = (route: AdminRoute, answer: (request: FastifyRequest) => Promise<unknown>): void => {
    const { doc } = route;
    server.route({
      method: route.method,
      url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      config: {
        kontor: {
          scope: 'admin',
          doc,
          ...(doc.query && { readsQuery: true }),
          ...(doc.body && { readsBody: true }),
        },
      },
      handler: async (request, reply) => sendReply(reply, await answer(request)),
    });
  };
  add(routes.start, async (request) => {
    const started = await rebuilds.start(parseBody(zRequest, request));
    if (!started) throw running(service);
    const location = `/admin/${service}/rebuilds/${started.id}`;
    return new Reply(rebuildDto(service, started), { status: 202, headers: { location } });
  });
  add(routes.list, async (request) => {
    const query = parseQuery(zQuery, request);
    const { items, totalCount } = await rebuilds.list(query);
    return page(
      items.map((one) => rebuildDto(service, one)),
      totalCount,
      query,
    );
  });
  add(routes.find, async (request) => {
    const { id } = request.params as { id: string };
    const found = isUuid(id) ? await rebuilds.find(id) : undefined;
    if (!found) throw notFound('rebuild');
    return rebuildDto(service, found);
  });
}

const running = (service: string): Problem =>
  new Problem(409, 'rebuild_running', `The read model of ${service} is being rebuilt already.`);

const rebuildDto = (service: string, rebuild: Rebuild): object => ({
  id: rebuild.id,
  service,
  state: rebuild.state,
  verify: rebuild.verify,
  swap: rebuild.swap,
  facts_done: rebuild.factsDone,
  facts_total: rebuild.factsTotal,
  facts_per_second: rebuild.factsPerSecond,
  seconds_left: rebuild.secondsLeft,
  comparison: rebuild.comparison && comparisonDto(rebuild.comparison),
  reason: rebuild.reason,
  started_at: rebuild.startedAt,
  updated_at: rebuild.updatedAt,
  ended_at: rebuild.endedAt,
});

const comparisonDto = ({ decisionsChecked, ...comparison }: ViewComparison): object => ({
  same: comparison.same,
  tables: comparison.tables,
  decisions_checked: decisionsChecked,
  differences: comparison.differences,
  truncated: comparison.truncated,
});
