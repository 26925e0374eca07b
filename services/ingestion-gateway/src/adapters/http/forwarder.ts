/**
 * Hands a request to the service that owns its path, with who asks in a signed header. Bodies
 * stream both ways; nothing is parsed or kept here.
 *
 * Limits: IN_FLIGHT_MAX requests (then 429), SOCKETS_MAX connections a service, RESPONSE_MS_MAX
 *         until the answer begins.
 * Errors: QueueFull (429); DependencyDown (503 with Retry-After) when the service does not answer.
 */
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream';
import { QueueFull } from '@kontor/event-sourcing';
import {
  CONTEXT_HEADER,
  contextOf,
  DependencyDown,
  signContext,
  type KontorConfig,
} from '@kontor/service-host';
import type { FastifyReply, FastifyRequest } from 'fastify';

const IN_FLIGHT_MAX = 1_000;
const SOCKETS_MAX = 128;
/** The longest honest wait is that of `Prefer: wait=10`. */
const RESPONSE_MS_MAX = 30_000;

/** Of one connection only, or the client's proof of who it is: never passed on. */
const KEPT_BACK = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'host',
  'authorization',
  'x-api-key',
  'x-credyt-api-key',
  CONTEXT_HEADER,
]);
/** May be asked twice when a kept connection turns out to be closed. */
const REPEATABLE = new Set(['GET', 'HEAD']);

export interface ForwarderOptions {
  readonly serviceUrls: NonNullable<KontorConfig['serviceUrls']>;
  readonly secret: string;
  readonly nowMs: () => number;
}

export class Forwarder {
  private readonly agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: SOCKETS_MAX }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: SOCKETS_MAX }),
  };
  private inFlight = 0;

  constructor(private readonly options: ForwarderOptions) {}

  /** Ends when the answer has begun; `reply` is then no longer the framework's. */
  async forward(request: FastifyRequest, reply: FastifyReply, service: string): Promise<void> {
    if (this.inFlight >= IN_FLIGHT_MAX) throw new QueueFull();
    this.inFlight += 1;
    reply.raw.once('close', () => (this.inFlight -= 1));
    const answer = await this.ask(request, reply, service);
    reply.hijack();
    reply.raw.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
    // A client that goes away, or a service that dies in its answer, ends both sides.
    pipeline(answer, reply.raw, () => undefined);
  }

  close(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }

  private async ask(
    request: FastifyRequest,
    reply: FastifyReply,
    service: string,
  ): Promise<IncomingMessage> {
    try {
      return await this.send(request, reply, service);
    } catch (cause) {
      if (!(cause instanceof ClosedWhileKept) || !REPEATABLE.has(request.method))
        throw new DependencyDown(service, { cause });
    }
    return this.send(request, reply, service).catch((cause: unknown) => {
      throw new DependencyDown(service, { cause });
    });
  }

  private send(
    request: FastifyRequest,
    reply: FastifyReply,
    service: string,
  ): Promise<IncomingMessage> {
    const url = new URL(this.options.serviceUrls[service] ?? '');
    const isSecure = url.protocol === 'https:';
    return new Promise((resolve, reject) => {
      const asked = (isSecure ? https : http).request({
        agent: this.agents[isSecure ? 'https:' : 'http:'],
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port,
        method: request.method,
        path: request.raw.url,
        headers: this.headersOf(request),
        timeout: RESPONSE_MS_MAX,
      });
      const giveUp = (): void => void asked.destroy();
      reply.raw.once('close', giveUp);
      asked.once('timeout', () => asked.destroy(new Error('no answer in time')));
      asked.once('response', (answer) => {
        asked.setTimeout(0);
        // From its end on the connection is no longer this request's: another may be using it.
        answer.once('end', () => reply.raw.off('close', giveUp));
        resolve(answer);
      });
      asked.once('error', (error) => {
        request.raw.unpipe(asked);
        reject(asked.reusedSocket ? new ClosedWhileKept(error) : error);
      });
      if (hasBody(request.raw.headers)) request.raw.pipe(asked);
      else asked.end();
    });
  }

  private headersOf(request: FastifyRequest): http.OutgoingHttpHeaders {
    const { secret, nowMs } = this.options;
    const context = contextOf(request);
    return {
      ...passedOn(request.raw.headers),
      'x-request-id': request.id,
      [CONTEXT_HEADER]: signContext(secret, context, {
        kind: 'client',
        method: request.method,
        target: request.raw.url ?? '',
        nowMs: nowMs(),
      }),
    };
  }
}

/** A kept connection ended before the answer: the service may have closed it just then. */
class ClosedWhileKept extends Error {
  constructor(cause: unknown) {
    super('a kept connection was closed', { cause });
  }
}

const passedOn = (headers: IncomingHttpHeaders): http.OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !KEPT_BACK.has(name)));

const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
