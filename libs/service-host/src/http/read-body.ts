/**
 * Reads the body of a request. The host does it itself: Fastify's parser binds every body to an
 * async resource of its own, which costs more than parsing it.
 *
 * Errors: 413 `body_too_large`; 415 `unsupported_media_type`; 400 `malformed_json`; 422 for what a
 *         JSON text may not hold; 400 `malformed_request` for one that ends early.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { parseJsonBody } from '../json/json-body';
import { Problem } from './problem';
import { refused } from './refused';

export const BODY_BYTES_MAX = 8 * 1024 * 1024;

const JSON_TYPES = new Set([
  'application/json',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
]);

const METHODS_WITH_BODY = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const HAS_BODY = new Set(METHODS_WITH_BODY);

type Done = (error?: Error) => void;

/** From here on Fastify leaves bodies alone, and each is read before its route sees the request. */
export function readBodies(server: FastifyInstance): void {
  for (const method of METHODS_WITH_BODY)
    server.addHttpMethod(method, { hasBody: false, overrideExisting: true });
  server.addHook('preValidation', (request, _reply, done) => {
    if (HAS_BODY.has(request.method)) readBody(request, done);
    else done();
  });
}

function readBody(request: FastifyRequest, done: Done): void {
  const { headers } = request;
  const type = headers['content-type'];
  if (type === undefined && isEmpty(headers)) return done();
  // Where there is no route, that is what the answer says.
  if (!isJson(type)) return done(request.is404 ? undefined : notJson());
  if (Number(headers['content-length']) > BODY_BYTES_MAX) return done(tooLarge());
  collect(request, (error, bytes) => done(error ?? takeBody(request, bytes)));
}

/** Without a body as long as the header, or in one piece: the usual case copies nothing. */
function collect(
  { raw }: FastifyRequest,
  done: (error: Error | undefined, bytes: Buffer) => void,
): void {
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  let length = 0;
  raw.on('data', onData).on('end', onEnd).on('error', onError);

  function onData(chunk: Buffer): void {
    length += chunk.length;
    if (length > BODY_BYTES_MAX) return finish(tooLarge());
    if (first === undefined) first = chunk;
    else (more ??= [first]).push(chunk);
  }
  function onEnd(): void {
    finish(undefined);
  }
  function onError(error: Error): void {
    finish(new Problem(400, 'malformed_request', error.message));
  }
  function finish(error: Error | undefined): void {
    raw.off('data', onData).off('end', onEnd).off('error', onError);
    done(error, more ? Buffer.concat(more, length) : (first ?? NOTHING));
  }
}

const NOTHING = Buffer.alloc(0);

function takeBody(request: FastifyRequest, bytes: Buffer): Error | undefined {
  if (bytes.length === 0) return undefined;
  try {
    request.body = bodyOf(request, bytes);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function bodyOf(request: FastifyRequest, bytes: Buffer): unknown {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    throw new Problem(415, 'unsupported_media_type', 'Send the body without a content encoding.');
  const { value, hasNull, flaws } = parseJsonBody(bytes);
  const state = request.kontor;
  if (flaws.length > 0 && !state.route?.keepsFlaws) throw refused(flaws);
  state.flaws = flaws;
  state.hasNull = hasNull;
  return value;
}

const isEmpty = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;

/** Parameters say nothing about JSON, whose texts are UTF-8. */
function isJson(type: string | undefined): boolean {
  if (type === undefined) return false;
  if (JSON_TYPES.has(type)) return true;
  const [mediaType = ''] = type.split(';', 1);
  return JSON_TYPES.has(mediaType.trim().toLowerCase());
}

const tooLarge = (): Problem => new Problem(413, 'body_too_large', 'A body is at most 8 MiB.');
const notJson = (): Problem =>
  new Problem(
    415,
    'unsupported_media_type',
    'Send the body as JSON, with Content-Type: application/json.',
  );
