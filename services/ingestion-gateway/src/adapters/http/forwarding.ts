/**
 * The routes that the gateway does not answer itself, when every service is its own process: the
 * key and its scope are checked here, before the body is read, then the request goes on.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { RouteDeclaration } from '@kontor/service-host';
import type { Forwarder } from './forwarder';
import type { ForeignRoute } from './route-table';

export function addForwarding(
  server: FastifyInstance,
  forwarder: Forwarder,
  routes: readonly ForeignRoute[],
): void {
  for (const route of routes) {
    const { method, pattern, service, scope } = route;
    const kontor: RouteDeclaration = {
      scope,
      readsQuery: true,
      readsBody: true,
      doc: { summary: '', tag: service, responses: {} },
    };
    server.route({
      method: method as HTTPMethods,
      url: pattern,
      config: { kontor },
      onRequest: (request: FastifyRequest, reply: FastifyReply) =>
        forwarder.forward(request, reply, route),
      handler: () => {
        throw new Error('a forwarded request has no answer of ours');
      },
    });
  }
}
