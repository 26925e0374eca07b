/**
 * Request ids: the client's when it is a sensible one, else ours. It stands in every answer, every
 * problem and every log line.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const SENSIBLE = /^[A-Za-z0-9._:/+=-]{1,128}$/;

/** Unique per process; a counter makes the rest, because random bytes cost more than the request. */
const prefix = `req_${randomBytes(8).toString('hex')}_`;
let counter = 0;

export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  if (typeof given === 'string' && SENSIBLE.test(given)) return given;
  counter += 1;
  return `${prefix}${counter.toString(36)}`;
}
