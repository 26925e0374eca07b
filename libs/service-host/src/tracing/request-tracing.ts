/** The span of a request, from its arrival to its answer. */
import { withTraceparent } from '@kontor/event-log';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Tracing } from './tracing';

const SERVER_ERROR = 500;

export class RequestTracing {
  constructor(
    private readonly tracing: Tracing,
    /** The one service of this process; undefined where a route says whose it is. */
    private readonly service: string | undefined,
  ) {}

  begin(request: FastifyRequest): void {
    request.kontor.span = this.tracing.request(request);
  }

  end(request: FastifyRequest, reply: FastifyReply): void {
    const { span, pattern, route } = request.kontor;
    const status = reply.raw.statusCode;
    span?.end({
      service: this.service ?? route?.doc?.tag ?? 'host',
      name: `${request.method} ${pattern || 'unknown'}`,
      attributes: { 'http.route': pattern, 'http.response.status_code': status },
      ...(status >= SERVER_ERROR && { error: `answered ${status}` }),
    });
  }
}

/** Runs what follows of a request as a part of its trace. */
export function surroundedBy(request: FastifyRequest, next: () => void): void {
  const { span } = request.kontor;
  if (span) withTraceparent(span.traceparent, next);
  else next();
}
