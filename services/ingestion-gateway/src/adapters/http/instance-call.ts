/**
 * One request to one process of a service. What went wrong says whether another one may be asked.
 */
import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import type { FastifyReply } from 'fastify';
import type { ForwardedRequest } from './forwarded-request';

/** The longest honest wait is that of `Prefer: wait=10`. */
const RESPONSE_MS_MAX = 30_000;
/** Machines of one installation answer a connect in a millisecond, or are away. */
const CONNECT_MS_MAX = 1_000;

/** No connection came about: nothing of the request left this process. */
export class NotReached extends Error {}
/** A connection ended before the answer: the request may have been honoured. */
export class AnswerLost extends Error {}
/** It takes too long already: nothing is asked again. */
export class AnswerLate extends Error {}

export interface InstanceCallOptions {
  readonly agent: http.Agent;
  readonly url: string;
  readonly headers: OutgoingHttpHeaders;
  readonly reply: FastifyReply;
  /** Aborted when the process is found to hang; only what may be asked of another one ends then. */
  readonly signal: AbortSignal;
}

/** Errors: NotReached; AnswerLost; AnswerLate. */
export function callInstance(
  forwarded: ForwardedRequest,
  { agent, url: address, headers, reply, signal }: InstanceCallOptions,
): Promise<IncomingMessage> {
  const { request, body } = forwarded;
  const url = new URL(address);
  return new Promise((resolve, reject) => {
    const asked = (url.protocol === 'https:' ? https : http).request({
      agent,
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      method: request.method,
      path: request.raw.url,
      headers,
      timeout: RESPONSE_MS_MAX,
    });
    let isReached = false;
    const send = (): void => {
      isReached = true;
      if (body) asked.end(body);
      else request.raw.pipe(asked);
    };
    const giveUp = (): void => void asked.destroy(new AnswerLost('nobody waits any more'));
    reply.raw.once('close', giveUp);
    if (forwarded.isKept && forwarded.isRepeatable)
      signal.addEventListener('abort', giveUp, { once: true });
    whenConnected(asked, send);
    asked.once('timeout', () => asked.destroy(new AnswerLate('no answer in time')));
    const release = (): void => {
      // From its end on the connection is no longer this request's: another may be using it.
      reply.raw.off('close', giveUp);
      signal.removeEventListener('abort', giveUp);
    };
    asked.once('response', (answer) => {
      asked.setTimeout(0);
      answer.once('end', release);
      resolve(answer);
    });
    asked.once('error', (error) => {
      request.raw.unpipe(asked);
      release();
      if (!isReached) reject(new NotReached(error.message));
      else reject(error instanceof AnswerLate ? error : new AnswerLost(error.message));
    });
  });
}

/** A body is sent only into a connection that stands, so that it is whole for the next process. */
function whenConnected(asked: http.ClientRequest, send: () => void): void {
  asked.once('socket', (socket) => {
    if (!socket.connecting) return send();
    const late = setTimeout(
      () => asked.destroy(new Error('no connection in time')),
      CONNECT_MS_MAX,
    );
    const connected = 'encrypted' in socket ? 'secureConnect' : 'connect';
    socket.once(connected, () => {
      clearTimeout(late);
      send();
    });
    asked.once('close', () => clearTimeout(late));
  });
}
