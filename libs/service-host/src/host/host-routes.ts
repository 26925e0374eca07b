/**
 * What every process serves beside its services: health, metrics, the OpenAPI document, and the
 * answers to other processes.
 */
import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { contextOf } from '../http/parameters';
import { notFound } from '../http/problem';
import { sendReply } from '../http/send';
import type { RouteDeclaration } from '../http/route-config';
import type { ServiceCalls } from '../internal/internal-calls';
import type { ProcessMetrics } from '../metrics';
import { observeConsumers, observeRelays, showReadiness } from './consumer-metrics';
import type { OpenService } from './open-service';
import { readinessOf } from './readiness';

export interface HostRoutesOptions {
  readonly services: readonly OpenService[];
  readonly calls: ServiceCalls;
  readonly metrics: ProcessMetrics;
  /** JSON text of the OpenAPI document, made when first asked for. */
  readonly openApi: () => string;
  /** False until the start is over and from the beginning of the stop. */
  readonly isServing: () => boolean;
}

const OPEN: { config: { kontor: RouteDeclaration } } = { config: { kontor: { open: true } } };
const INTERNAL: { config: { kontor: RouteDeclaration } } = {
  config: { kontor: { internal: true } },
};

export function addHostRoutes(server: FastifyInstance, options: HostRoutesOptions): void {
  server.get('/health/live', OPEN, (_request, reply) => sendReply(reply, { status: 'live' }));
  server.get('/health/ready', OPEN, async (_request, reply) => {
    const { ready, services } = await readinessOf(options.services);
    const serving = ready && options.isServing();
    reply.code(serving ? 200 : 503);
    return sendReply(reply, { status: serving ? 'ready' : 'not_ready', services });
  });
  server.get('/metrics', OPEN, (_request, reply) => sendMetrics(reply, options));
  server.get('/openapi.json', OPEN, (_request, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').send(options.openApi()),
  );
  server.post('/internal/:service/:operation', INTERNAL, async (request, reply) =>
    sendReply(reply, await answerOf(request, options.calls)),
  );
}

/** Whoever scrapes waits no longer for what is down; its gauges then say what they said before. */
const OBSERVE_MS_MAX = 2_500;

async function sendMetrics(
  reply: FastifyReply,
  { services, metrics, isServing }: HostRoutesOptions,
): Promise<FastifyReply> {
  // A database or a bus that is down must not hide the metrics that say so.
  const [first] = services;
  const observed = Promise.allSettled([
    readinessOf(services).then(({ ready, services: states }) =>
      showReadiness(metrics, { ready: ready && isServing(), services: states }),
    ),
    ...services.map(({ definition, consumers }) =>
      observeConsumers(metrics.for(definition.name), consumers),
    ),
    ...(first ? [observeRelays((service) => metrics.for(service), first.runtime.bus)] : []),
  ]);
  await Promise.race([observed, setTimeout(OBSERVE_MS_MAX, undefined, { ref: false })]);
  return reply.header('content-type', metrics.contentType).send(await metrics.text());
}

async function answerOf(request: FastifyRequest, calls: ServiceCalls): Promise<unknown> {
  const { service, operation } = request.params as { service: string; operation: string };
  const { platform, mode } = contextOf(request);
  const answer = calls.answer(`${service}.${operation}`, { platform, mode }, request.body);
  if (!answer) throw notFound('operation');
  return answer;
}
