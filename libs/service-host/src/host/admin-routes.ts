/**
 * What operators see and do for every service: `/admin/<service>/consumers` and its dead letters.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isUuid } from '@kontor/contracts';
import type { ConsumerProgress, DeadLetter, EventLogServer, RetryReport } from '@kontor/event-log';
import { zName } from '../http/atoms';
import { listExample, page, zPage } from '../http/paging';
import { parseQuery } from '../http/parameters';
import { notFound } from '../http/problem';
import type { ApiDocumentation } from '../http/route-config';
import { sendReply } from '../http/send';
import { strictly } from '../http/strict-schema';

const zDeadLetterQuery = strictly(
  zPage.omit({ cursor: true }).extend({ consumer: zName.optional() }),
);

const zProgress = z.object({
  consumer: z.string(),
  topic: z.string(),
  partition: z.int(),
  position: z.int(),
  head: z.int(),
  lag: z.int().meta({ description: 'Records not applied yet.' }),
  lag_facts: z.int().meta({
    description: 'The same in facts, by how many a record had so far.',
  }),
  lag_seconds: z.number().meta({ description: 'Age of the oldest record not applied yet.' }),
  incarnation: z.string().nullable(),
  state: z.string().meta({ description: '`running`, or why it stopped.' }),
});

const zDeadLetter = z.object({
  id: z.string(),
  consumer: z.string(),
  platform: z.string(),
  mode: z.enum(['live', 'test']),
  key: z.string(),
  topic: z.string(),
  partition: z.int(),
  position: z.int(),
  index: z.int(),
  reason: z.string().meta({ description: 'Why; `behind <id>` for facts that wait for another.' }),
  fact: z.record(z.string(), z.unknown()),
  parked_at: z.string(),
});

const zReport = z.object({
  applied: z.int(),
  remaining: z.int().meta({ description: 'Facts of the key that are still parked.' }),
  reason: z.string().nullable(),
});

const progressExample = {
  consumer: 'rating.usage',
  topic: 'usage.recorded.v1',
  partition: 3,
  position: 1041,
  head: 1043,
  lag: 2,
  lag_facts: 11,
  lag_seconds: 0.012,
  incarnation: '0197a3a4-7d3e-7c52-9d0e-3b8f5c1d2e4f',
  state: 'running',
};

const letterExample = {
  id: '0197a3a4-7d3e-7c52-9d0e-3b8f5c1d2e4f',
  consumer: 'rating.usage',
  platform: 'acc_06f3xh2m4a9s6d1f8g3h5j7k2q',
  mode: 'live',
  key: 'cust_06f3xk9w1s7v4n8q2d5t0m6b3c',
  topic: 'usage.recorded.v1',
  partition: 3,
  position: 1042,
  index: 0,
  reason: 'catalog_parked',
  fact: { type: 'usage.recorded' },
  parked_at: '2026-01-05T14:32:18.000000Z',
};

export interface AdminRoute {
  readonly method: 'GET' | 'POST';
  /** With `{id}`; Fastify's own form is made from it. */
  readonly path: string;
  readonly doc: ApiDocumentation;
}

/** The operators' routes of a service; the OpenAPI document takes them from here. */
export function adminRoutesOf(service: string): Readonly<Record<AdminAction, AdminRoute>> {
  const base = `/admin/${service}`;
  return {
    consumers: {
      method: 'GET',
      path: `${base}/consumers`,
      doc: {
        summary: 'See how far each consumer is',
        tag: service,
        responses: {
          200: {
            schema: z.object({ items: z.array(zProgress) }),
            example: { items: [progressExample] },
          },
        },
      },
    },
    deadLetters: {
      method: 'GET',
      path: `${base}/dead-letters`,
      doc: {
        summary: 'List parked facts, oldest first',
        tag: service,
        query: zDeadLetterQuery,
        responses: { 200: { schema: listOf(zDeadLetter), example: listExample(letterExample) } },
      },
    },
    retry: letterRoute(service, 'retry', 'Apply the parked facts of this one’s key in order'),
    discard: letterRoute(service, 'discard', 'Give this fact up for ever, also in rebuilds'),
  };
}

type AdminAction = 'consumers' | 'deadLetters' | 'retry' | 'discard';

const letterRoute = (service: string, action: string, summary: string): AdminRoute => ({
  method: 'POST',
  path: `/admin/${service}/dead-letters/{id}/${action}`,
  doc: {
    summary,
    tag: service,
    responses: {
      200: { schema: zReport, example: { applied: 3, remaining: 0, reason: null } },
    },
    errors: ['not_found'],
  },
});

const listOf = (item: z.ZodType) =>
  z.object({
    items: z.array(item),
    total_count: z.int(),
    limit: z.int(),
    offset: z.int(),
    next_cursor: z.null(),
  });

export function addAdminRoutes(
  server: FastifyInstance,
  service: string,
  consumers: EventLogServer,
): void {
  const { deadLetters } = consumers;
  const routes = adminRoutesOf(service);
  const add = (route: AdminRoute, answer: (request: FastifyRequest) => Promise<unknown>): void => {
    server.route({
      method: route.method,
      url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      config: {
        kontor: { scope: 'admin', doc: route.doc, ...(route.doc.query && { readsQuery: true }) },
      },
      handler: async (request, reply) => sendReply(reply, await answer(request)),
    });
  };
  add(routes.consumers, async () => ({ items: (await consumers.progress()).map(progressDto) }));
  add(routes.deadLetters, async (request) => {
    const { consumer, limit, offset } = parseQuery(zDeadLetterQuery, request);
    const query = { limit, offset, ...(consumer !== undefined && { consumer }) };
    const { items, totalCount } = await deadLetters.list(query);
    return page(items.map(letterDto), totalCount, query);
  });
  add(routes.retry, async (request) => reportDto(await deadLetters.retry(letterId(request))));
  add(routes.discard, async (request) => reportDto(await deadLetters.discard(letterId(request))));
}

function letterId(request: FastifyRequest): string {
  const { id } = request.params as { id: string };
  if (!isUuid(id)) throw notFound('dead letter');
  return id;
}

function reportDto(report: RetryReport | undefined): object {
  if (!report) throw notFound('dead letter');
  const { applied, remaining, reason } = report;
  return { applied, remaining, reason: reason ?? null };
}

const progressDto = ({ lagFacts, lagSeconds, ...rest }: ConsumerProgress): object => {
  const { state, incarnation, ...counts } = rest;
  return {
    ...counts,
    lag_facts: lagFacts,
    lag_seconds: lagSeconds,
    incarnation,
    state,
  };
};

const letterDto = (letter: DeadLetter): object => ({
  id: letter.id,
  consumer: letter.consumer,
  platform: letter.platform,
  mode: letter.mode,
  key: letter.key,
  topic: letter.topic,
  partition: letter.partition,
  position: letter.position,
  index: letter.index,
  reason: letter.reason,
  fact: letter.fact,
  parked_at: letter.parkedAt,
});
