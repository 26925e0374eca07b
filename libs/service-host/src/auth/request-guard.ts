/**
 * Who asks. At the edge an API key says so; behind the gateway its signed context does.
 */
import type { FastifyRequest } from 'fastify';
import type { Authenticate, KeyHolder, RequestContext } from '../context';
import { Problem } from '../http/problem';
import { CONTEXT_HEADER, verifyContext, type ContextKind } from '../signed-context';

type Identified = RequestContext | Promise<RequestContext>;

export interface RequestGuard {
  /** Errors: Problem 401, thrown or as a rejection. */
  identify(request: FastifyRequest): Identified;
  /** For routes between services. Errors: Problem 401, 404 where no secret is configured. */
  identifyInternal(request: FastifyRequest): Identified;
}

export interface GuardOptions {
  /** Undefined behind the gateway. */
  readonly authenticate: Authenticate | undefined;
  readonly secret: string | undefined;
  readonly nowMs: () => number;
}

export function createGuard(options: GuardOptions): RequestGuard {
  const { authenticate } = options;
  return {
    identify: authenticate
      ? (request) => byKey(request, authenticate)
      : (request) => contextOf(request, 'client', options),
    identifyInternal: (request) => contextOf(request, 'internal', options),
  };
}

function byKey(request: FastifyRequest, authenticate: Authenticate): Identified {
  const key = keyOf(request);
  if (key === undefined)
    throw unauthorized(
      'missing_api_key',
      'Send your key as `Authorization: Bearer`, `X-Api-Key` or `X-Credyt-Api-Key`.',
    );
  const holder = authenticate(key);
  return holder instanceof Promise
    ? holder.then((found) => heldBy(found, request))
    : heldBy(holder, request);
}

function heldBy(holder: KeyHolder, { id: requestId }: FastifyRequest): RequestContext {
  if (!holder) throw unauthorized('invalid_api_key', 'There is no such key, or it was revoked.');
  const { platform, mode, scopes, keyId } = holder;
  return { platform, mode, scopes, keyId, requestId };
}

/** Longer than any key; a longer text is not hashed at all. */
const KEY_CHARACTERS_MAX = 512;
const BEARER = /^Bearer +(\S+) *$/i;

function keyOf({ headers }: FastifyRequest): string | undefined {
  const bearer = headers.authorization ? BEARER.exec(headers.authorization)?.[1] : undefined;
  const key = bearer ?? headers['x-api-key'] ?? headers['x-credyt-api-key'];
  return typeof key === 'string' && key !== '' && key.length <= KEY_CHARACTERS_MAX
    ? key
    : undefined;
}

const unauthorized = (code: string, detail: string): Problem =>
  new Problem(401, code, detail, { headers: { 'www-authenticate': 'Bearer realm="kontor"' } });

function contextOf(
  request: FastifyRequest,
  kind: ContextKind,
  { secret, nowMs }: GuardOptions,
): RequestContext {
  const header = request.headers[CONTEXT_HEADER];
  const binding = { method: request.method, target: request.raw.url ?? '', nowMs: nowMs() };
  const verified =
    secret !== undefined && typeof header === 'string'
      ? verifyContext(secret, header, binding)
      : undefined;
  if (verified?.kind !== kind)
    throw unauthorized('invalid_context', 'This port answers only to signed requests.');
  return verified.context;
}
