/**
 * What the host knows about a request beside Fastify's own members.
 */
import type { RequestContext } from '../context';
import type { Span } from '../tracing/span';
import type { FieldError } from './problem';
import type { RouteDeclaration } from './route-config';

export interface RequestState {
  /** Set by the authentication hook; undefined on open paths only. */
  context: RequestContext | undefined;
  /** What is wrong with the JSON text; empty unless the route keeps flaws. */
  flaws: readonly FieldError[];
  /** Whether the JSON text holds a `null`: without one, no body is walked for them. */
  hasNull: boolean;
  /** Of the route that was found; undefined for none. */
  route: RouteDeclaration | undefined;
  /** The route's pattern, for metrics: `/customers/:id`. */
  pattern: string;
  /** `performance.now()` at the arrival, for the duration metric. */
  startedAtMs: number;
  /** While traces are recorded. */
  span: Span | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    kontor: RequestState;
  }
  interface FastifyContextConfig {
    kontor?: RouteDeclaration;
  }
}

export const newRequestState = (startedAtMs: number): RequestState => ({
  context: undefined,
  flaws: NO_FLAWS,
  hasNull: false,
  route: undefined,
  pattern: '',
  startedAtMs,
  span: undefined,
});

const NO_FLAWS: readonly FieldError[] = [];
