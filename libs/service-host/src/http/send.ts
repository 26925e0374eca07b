/**
 * The only places where an answer leaves: a reply, or a problem.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { writeJson, type NumberStyle } from '@kontor/money';
import { Problem } from './problem';
import { problemText, PROBLEM_TYPE } from './problem-document';
import { positionToken, Reply } from './reply';

export const JSON_TYPE = 'application/json; charset=utf-8';
export const REQUEST_ID_HEADER = 'x-request-id';
const NUMBERS_HEADER = 'kontor-numbers';
const POSITION_HEADER = 'kontor-position';

/**
 * A refused upload is read to its end, within these bounds, before the answer closes the
 * connection: a client that still writes would otherwise see a reset instead of the answer.
 */
const DRAIN_BYTES_MAX = 64 * 1024 * 1024;
const DRAIN_MS_MAX = 10_000;

const styleOf = (request: FastifyRequest): NumberStyle =>
  request.headers[NUMBERS_HEADER] === 'string' ? 'string' : 'number';

/** Sends what a controller returned. Money keeps its exact digits; `undefined` is an empty body. */
export function sendReply(reply: FastifyReply, result: unknown): FastifyReply {
  if (!(result instanceof Reply)) return sendBody(reply, result, false);
  const { status, headers, positions, plain } = result.options;
  if (status !== undefined) reply.code(status);
  if (headers) reply.headers(headers);
  if (positions && positions.length > 0) reply.header(POSITION_HEADER, positionToken(positions));
  return sendBody(reply, result.body, plain === true);
}

function sendBody(reply: FastifyReply, body: unknown, plain: boolean): FastifyReply {
  if (body === undefined) return reply.send();
  if (isRaw(body)) return reply.send(body);
  if (!reply.hasHeader('content-type')) reply.header('content-type', JSON_TYPE);
  return reply.send(plain ? JSON.stringify(body) : writeJson(body, styleOf(reply.request)));
}

/** Bytes and streams go out as they are; their route sets the content type. */
const isRaw = (body: unknown): boolean =>
  Buffer.isBuffer(body) ||
  (typeof body === 'object' && body !== null && 'pipe' in body && typeof body.pipe === 'function');

/** Sends a problem, once; a request whose body is still arriving is read to its end first. */
export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  if (reply.sent) return;
  const { retryAfterSeconds, headers } = problem.options;
  if (headers) reply.headers(headers);
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  const place = { instance: pathOf(request.url), requestId: request.id };
  const text = problemText(problem, place, styleOf(request));
  reply.code(problem.status).header('content-type', PROBLEM_TYPE);
  afterUpload(request, reply, () => {
    if (!reply.sent) reply.send(text);
  });
}

export const pathOf = (url: string): string => {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
};

function afterUpload(request: FastifyRequest, reply: FastifyReply, send: () => void): void {
  const { raw } = request;
  if (raw.complete || !hasBody(request)) return send();
  reply.header('connection', 'close');
  let received = 0;
  const timer = setTimeout(done, DRAIN_MS_MAX);
  raw.on('data', count).once('end', done).once('close', done).once('error', done);
  raw.resume();

  function count(chunk: Buffer): void {
    received += chunk.length;
    if (received > DRAIN_BYTES_MAX) done();
  }
  function done(): void {
    clearTimeout(timer);
    raw.off('data', count).off('end', done).off('close', done).off('error', done);
    send();
  }
}

const hasBody = (request: FastifyRequest): boolean =>
  request.headers['transfer-encoding'] !== undefined ||
  Number(request.headers['content-length'] ?? 0) > 0;
