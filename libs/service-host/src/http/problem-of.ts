/**
 * Whatever was thrown, as the problem that the client gets.
 */
import { HttpException } from '@nestjs/common';
import { QueueFull, QueueStopped } from '@kontor/event-sourcing';
import { BusUnreachable, FactTooLarge } from '@kontor/event-log';
import { isInfrastructureError } from '@kontor/postgres';
import { DependencyDown } from '../dependency-down';
import { Problem } from './problem';

/** Long enough that a retry is not a flood, short enough that nobody waits for nothing. */
const RETRY_SECONDS = 1;

/** Shape: undefined for what is a bug of ours; the caller logs it and answers 500. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  return fromOurs(error) ?? fromFramework(error);
}

const later = (status: number, code: string, detail: string): Problem =>
  new Problem(status, code, detail, { retryAfterSeconds: RETRY_SECONDS });

function fromOurs(error: unknown): Problem | undefined {
  if (error instanceof QueueFull)
    return later(429, 'queue_full', 'Too many commands are waiting. Send this one again, later.');
  if (error instanceof QueueStopped) return stopping();
  if (error instanceof DependencyDown)
    return later(503, 'dependency_down', `${error.dependency} does not answer right now.`);
  if (error instanceof BusUnreachable)
    return later(503, 'dependency_down', 'The message bus does not answer right now.');
  if (error instanceof FactTooLarge)
    return new Problem(413, 'request_too_large', 'This would make a fact of more than 256 KiB.');
  if (isInfrastructureError(error))
    return later(503, 'database_unavailable', 'The database does not answer right now.');
  return undefined;
}

/** On a refusal before anything was done: whoever forwarded the request may ask another process. */
export const NOTHING_DONE_HEADER = 'kontor-nothing-done';

export const stopping = (): Problem =>
  new Problem(503, 'stopping', 'This process is stopping.', {
    retryAfterSeconds: RETRY_SECONDS,
    headers: { [NOTHING_DONE_HEADER]: 'stopping' },
  });

/** Fastify's own errors, by its codes. */
const FASTIFY: Readonly<Record<string, readonly [number, string, string]>> = {
  FST_ERR_BAD_URL: [400, 'malformed_url', 'The path has a percent-encoding that is not UTF-8.'],
  FST_ERR_MAX_PARAM_LENGTH: [414, 'uri_too_long', 'A segment of the path is too long.'],
};

/** By status, for Nest's exceptions and what else Fastify refuses. */
const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'missing_api_key',
  403: 'missing_scope',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  413: 'body_too_large',
  415: 'unsupported_media_type',
};

function fromFramework(error: unknown): Problem | undefined {
  if (!(error instanceof Error)) return undefined;
  const known = FASTIFY['code' in error ? String(error.code) : ''];
  if (known) return new Problem(...known);
  const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
  if (status === undefined || status < 400 || status >= 500) return undefined;
  return new Problem(status, BY_STATUS[status] ?? 'malformed_request', error.message);
}

const statusOf = (error: Error): number | undefined =>
  'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined;
