/**
 * What controllers take from a request. Each is checked here; a controller sees only valid values.
 */
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { canonicalJson, withoutNulls } from '../json/canonical-json';
import type { RequestContext } from '../context';
import { invalid, type FieldError, type Problem } from './problem';
import { readQuery } from './query';
import { MISS, quickly, type QuickParse } from './quick-parse';
import { refused } from './refused';
import { requestParameter } from './request-parameter';
import './request-state';
import { reading } from './route-config';
import { strictly } from './strict-schema';
import { fieldErrorsOf } from './zod-issues';

/** A command id and what it was used for; the same id with another hash is refused. */
export interface IdempotencyRequest {
  readonly commandId: string;
  /** SHA-256, hex, of method, path and canonical body. */
  readonly requestHash: string;
}

const contextParameter = requestParameter((request) => contextOf(request));
/** Who asks. */
export const Ctx = (): ParameterDecorator => contextParameter();

export function contextOf(request: FastifyRequest): RequestContext {
  const { context } = request.kontor;
  if (!context) throw new Error('a controller asked for the context of an open path');
  return context;
}

/** Nest takes whatever has a `transform` for a pipe, and a bare schema has one. */
interface SchemaHolder {
  readonly schema: z.ZodType;
}

const bodyParameter = requestParameter<SchemaHolder & { readonly quick: QuickParse }>(
  (request, { schema, quick }) => {
    const input = inputOf(request);
    const value = quick(input);
    return value === MISS ? parseBody(schema, request) : value;
  },
);
/**
 * The body as the schema reads it. Unknown fields are refused, `null` means absent.
 *
 * Errors: 422 `invalid_request` with one entry per field.
 */
export const ZBody = (schema: z.ZodType): ParameterDecorator =>
  reading(bodyParameter({ schema: strictly(schema), quick: quickly(schema) }), { readsBody: true });

const queryParameter = requestParameter<SchemaHolder>((request, { schema }) =>
  parseQuery(schema, request),
);
/**
 * The query parameters as the schema reads them: values are text, a repeated parameter is refused.
 *
 * Errors: 400 `malformed_url`; 422 `invalid_request`.
 */
export const ZQuery = (schema: z.ZodType): ParameterDecorator =>
  reading(queryParameter({ schema: strictly(schema) }), { readsQuery: true });

const jsonParameter = requestParameter((request) => jsonBodyOf(request));
/** The body as it was parsed, unchecked except for what a JSON text may hold. For hot routes. */
export const JsonBody = (): ParameterDecorator => reading(jsonParameter(), { readsBody: true });

const flawsParameter = requestParameter((request): readonly FieldError[] => request.kontor.flaws);
/** On a route with `@KeepsFlaws`: what is wrong with the JSON text, by pointer. */
export const BodyFlaws = (): ParameterDecorator => flawsParameter();

const keyParameter = requestParameter((request) => idempotencyOf(request));
/**
 * The `Idempotency-Key` with the hash of this request; undefined when the header is not there.
 *
 * Errors: 422 `invalid_idempotency_key`.
 */
export const IdempotencyKey = (): ParameterDecorator => keyParameter();

const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,255}$/;

export function idempotencyOf(request: FastifyRequest): IdempotencyRequest | undefined {
  const commandId = request.headers['idempotency-key'];
  if (commandId === undefined) return undefined;
  if (typeof commandId !== 'string' || !IDEMPOTENCY_KEY.test(commandId))
    throw invalid(
      'Idempotency-Key',
      'invalid_idempotency_key',
      'An idempotency key is 1 to 255 printable ASCII characters.',
    );
  const body = canonicalJson(withoutNulls(request.body ?? null));
  const hash = createHash('sha256').update(`${request.method} ${request.url}\n${body}`);
  return { commandId, requestHash: hash.digest('hex') };
}

function jsonBodyOf(request: FastifyRequest): unknown {
  if (request.body === undefined) throw bodyMissing();
  return request.body;
}

/** What `@ZBody` does, for routes outside Nest. `schema` must be strict. */
export function parseBody<T>(schema: z.ZodType<T>, request: FastifyRequest): T {
  const input = inputOf(request);
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  if (request.body === undefined) throw bodyMissing();
  throw refused(fieldErrorsOf(result.error.issues, input, 'body'));
}

/** Without a body the defaults may still do: POST .../void needs nothing. */
function inputOf({ body, kontor }: FastifyRequest): unknown {
  if (body === undefined) return {};
  return kontor.hasNull ? withoutNulls(body) : body;
}

const bodyMissing = (): Problem =>
  invalid('', 'body_required', 'This request needs a JSON body (Content-Type: application/json).');

/** What `@ZQuery` does, for routes outside Nest. `schema` must be strict. */
export function parseQuery<T>(schema: z.ZodType<T>, request: FastifyRequest): T {
  const query = readQuery(request.raw.url ?? '');
  const result = schema.safeParse(query.values);
  if (result.success && query.errors.length === 0) return result.data;
  const issues = result.success ? [] : fieldErrorsOf(result.error.issues, query.values, 'query');
  throw refused([...query.errors, ...issues]);
}
