/**
 * Hands a request to a process of the service that owns its path, with who asks in a signed header.
 * Answers stream; a body of up to 64 KiB is kept, so that another process can be asked when the
 * first one is gone.
 *
 * Order:  a wallet command goes to the process that owns its customer's partition, else they take
 *         turns.
 * Retry:  another process is asked when the first took no connection or said that it did nothing;
 *         when the answer was lost, only for what may be answered twice. A refusal is then not passed
 *         on: the first process may stand still, and book when it wakes.
 * Limits: IN_FLIGHT_MAX requests (then 429), SOCKETS_MAX connections a process.
 * Errors: QueueFull (429); DependencyDown (503 with Retry-After) when no process answers.
 */
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream';
import { currentTraceparent } from '@kontor/event-log';
import { QueueFull } from '@kontor/event-sourcing';
import {
  CONTEXT_HEADER,
  contextOf,
  DependencyDown,
  NOTHING_DONE_HEADER,
  type ServiceInstances,
  signContext,
} from '@kontor/service-host';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ForwardedRequest } from './forwarded-request';
import { AnswerLost, callInstance, NotReached } from './instance-call';
import type { Placement } from './placement';
import type { ForeignRoute } from './route-table';

const IN_FLIGHT_MAX = 1_000;
const SOCKETS_MAX = 128;

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
  NOTHING_DONE_HEADER,
]);

export interface ForwarderOptions {
  readonly instances: ServiceInstances;
  readonly placement: Pick<Placement, 'of'>;
  readonly secret: string;
  readonly nowMs: () => number;
}

export class Forwarder {
  private readonly agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: SOCKETS_MAX }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: SOCKETS_MAX }),
  };
  /** One per process: aborted when it hangs, which ends what waits for it. */
  private readonly hangs = new Map<string, AbortController>();
  private inFlight = 0;

  constructor(private readonly options: ForwarderOptions) {
    options.instances.watch((url) => {
      this.hangs.get(url)?.abort();
      this.hangs.delete(url);
    });
  }

  /** Ends when the answer has begun; `reply` is then no longer the framework's. */
  async forward(request: FastifyRequest, reply: FastifyReply, route: ForeignRoute): Promise<void> {
    if (this.inFlight >= IN_FLIGHT_MAX) throw new QueueFull();
    this.inFlight += 1;
    reply.raw.once('close', () => (this.inFlight -= 1));
    const answer = await this.ask(await ForwardedRequest.take(request, route), reply);
    reply.hijack();
    reply.raw.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
    // A client that goes away, or a service that dies in its answer, ends both sides.
    pipeline(answer, reply.raw, () => undefined);
  }

  close(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }

  private async ask(forwarded: ForwardedRequest, reply: FastifyReply): Promise<IncomingMessage> {
    const { instances, placement } = this.options;
    const { service } = forwarded.route;
    const place = await placement.of(contextOf(forwarded.request), forwarded);
    let cause: unknown;
    let isOpen = false;
    for (const url of secondChance(instances.of(service, place)))
      try {
        const answer = await this.send(forwarded, url, reply);
        if (isOpen && isRefusal(answer)) {
          answer.resume();
          break;
        }
        if (!didNothing(answer)) return answer;
        instances.markDown(url);
        if (!forwarded.isKept) return answer;
        cause = new Error(`${url} is stopping`);
        answer.resume();
      } catch (error) {
        cause = error;
        isOpen ||= error instanceof AnswerLost;
        if (reply.raw.destroyed || !mayRepeat(error, forwarded)) break;
        instances.markDown(url);
      }
    throw new DependencyDown(service, { cause });
  }

  private send(
    forwarded: ForwardedRequest,
    url: string,
    reply: FastifyReply,
  ): Promise<IncomingMessage> {
    const hang = this.hangs.get(url) ?? new AbortController();
    this.hangs.set(url, hang);
    return callInstance(forwarded, {
      agent: this.agents[url.startsWith('https:') ? 'https:' : 'http:'],
      url,
      headers: this.headersOf(forwarded),
      reply,
      signal: hang.signal,
    });
  }

  private headersOf({ request, body }: ForwardedRequest): http.OutgoingHttpHeaders {
    const { secret, nowMs } = this.options;
    const context = contextOf(request);
    const trace = currentTraceparent();
    return {
      ...passedOn(request.raw.headers),
      ...(trace !== undefined && { traceparent: trace }),
      ...(body && body.length > 0 && { 'content-length': body.length }),
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

/** A kept connection may be closed just when it is used, so the only process is asked twice. */
const secondChance = (urls: readonly string[]): readonly string[] =>
  urls.length === 1 ? [...urls, ...urls] : urls;

const didNothing = (answer: IncomingMessage): boolean =>
  answer.statusCode === 503 && answer.headers[NOTHING_DONE_HEADER] !== undefined;

/** Of a command, by what the books were at that moment; it leaves no trace. */
const isRefusal = ({ statusCode }: IncomingMessage): boolean =>
  statusCode === 402 || statusCode === 409;

const mayRepeat = (error: unknown, forwarded: ForwardedRequest): boolean =>
  error instanceof NotReached ||
  (error instanceof AnswerLost && forwarded.isKept && forwarded.isRepeatable);

const passedOn = (headers: IncomingHttpHeaders): http.OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !KEPT_BACK.has(name)));
