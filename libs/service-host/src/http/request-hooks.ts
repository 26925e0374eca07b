/**
 * What happens to every request before its controller: an id, a refusal while stopping, the key or
 * signed context, the scope, the JSON body.
 */
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  HookHandlerDoneFunction,
  RouteOptions,
} from 'fastify';
import type { RequestGuard } from '../auth/request-guard';
import type { RequestContext } from '../context';
import type { Logger } from '../logger';
import { AT_LEAST_HEADER } from '../reads/position-token';
import type { ReadsAfterWrites } from '../reads/reads-after-writes';
import { surroundedBy, type RequestTracing } from '../tracing/request-tracing';
import { hotRoute, type HotRouteOptions } from './hot-route';
import { stopping } from './problem-of';
import { notFound, Problem, type FieldError } from './problem';
import { readQuery } from './query';
import { readBodies } from './read-body';
import { refused } from './refused';
import { newRequestState } from './request-state';
import { RouteIndex, type IndexedRoute } from './route-index';
import { successStatusOf, type RouteDeclaration } from './route-config';
import { pathOf, REQUEST_ID_HEADER } from './send';

export interface ServedRequest {
  readonly method: string;
  readonly pattern: string;
  readonly service: string;
  readonly status: number;
  readonly durationMs: number;
}

export interface HookOptions {
  readonly guard: RequestGuard;
  readonly logger: Logger;
  readonly inFlight: InFlight;
  /** The instance of a controller, once the application is wired. */
  readonly controllerOf: HotRouteOptions['controllerOf'];
  /** For requests that say `Kontor-At-Least`. */
  readonly reads?: Pick<ReadsAfterWrites, 'wait'>;
  /** Observes each answered request. */
  readonly onServed: (served: ServedRequest) => void;
  /** While traces are recorded. */
  readonly tracing?: RequestTracing | undefined;
}

/** Counts what is being answered, and turns new requests away once the process stops. */
export class InFlight {
  private count = 0;
  private closed = false;
  private readonly idle: (() => void)[] = [];

  get stopping(): boolean {
    return this.closed;
  }
  begin(): void {
    this.count += 1;
  }
  end(): void {
    this.count -= 1;
    if (this.count === 0) for (const done of this.idle.splice(0)) done();
  }
  /** Refuses what comes from now on; resolves when all that came before has its answer. */
  close(): Promise<void> {
    this.closed = true;
    return this.count === 0 ? Promise.resolve() : new Promise((done) => this.idle.push(done));
  }
}

interface Edges extends HookOptions {
  readonly fail: HotRouteOptions['fail'];
}

export function installHooks(server: FastifyInstance, options: Edges): void {
  const routes = new RouteIndex<IndexedRoute>();
  server.decorateRequest('kontor', undefined as never);
  server.addHook('onRequest', (request, reply, done) => arrive(request, reply, options, done));
  readBodies(server);
  // A body arrives in surroundings of its own: what follows it is a part of the request again.
  if (options.tracing)
    server.addHook('preValidation', (request, _reply, done) => surroundedBy(request, done));
  server.addHook('onRoute', (route) => declareRoute(route, routes, options));
  server.setNotFoundHandler(async (request) => {
    request.kontor.context = await options.guard.identify(request);
    throw missing(request, routes);
  });
}

function arrive(
  request: FastifyRequest,
  reply: FastifyReply,
  options: HookOptions,
  done: HookHandlerDoneFunction,
): void {
  request.kontor = newRequestState(performance.now());
  options.inFlight.begin();
  // 'close' also comes for a client that went away, unlike Fastify's onResponse.
  reply.raw.once('close', () => leave(request, reply, options));
  reply.header(REQUEST_ID_HEADER, request.id);
  if (options.inFlight.stopping) reply.header('connection', 'close');
  options.tracing?.begin(request);
  const next = (): void => done(request.raw.url?.includes('%00') ? nulInUrl() : undefined);
  if (options.tracing) surroundedBy(request, next);
  else next();
}

const nulInUrl = (): Problem => new Problem(400, 'malformed_url', 'The URL holds a NUL character.');

/** What the metric says of a request whose answer nobody waited for; never sent. */
const CLIENT_GONE = 499;

function leave(request: FastifyRequest, reply: FastifyReply, options: HookOptions): void {
  options.inFlight.end();
  const { kontor } = request;
  options.tracing?.end(request, reply);
  options.onServed({
    method: request.method,
    pattern: kontor.pattern,
    service: kontor.route?.doc?.tag ?? 'host',
    status: reply.raw.writableFinished ? reply.statusCode : CLIENT_GONE,
    durationMs: performance.now() - kontor.startedAtMs,
  });
}

/** Gives each route the hook that its declaration asks for; refuses one that declares nothing. */
function declareRoute(route: RouteOptions, routes: RouteIndex<IndexedRoute>, options: Edges): void {
  const declaration = route.config?.kontor ?? {};
  const methods = Array.isArray(route.method) ? route.method : [route.method];
  for (const method of methods) {
    checkDeclaration(`${method} ${route.url}`, route.url, declaration);
    routes.add({ method, pattern: route.url });
  }
  const own = (route.onRequest ?? []) as RouteHook | RouteHook[];
  route.onRequest = [guardRoute(declaration, route.url, options), ...[own].flat()];
  if (declaration.scope && !route.preHandler) route.preHandler = refuseUnread(declaration);
  if (declaration.hot) route.handler = hotRoute(declaration.hot, optionsOf(declaration, options));
}

const optionsOf = ({ doc }: RouteDeclaration, options: Edges): HotRouteOptions => ({
  ...options,
  status: (doc && successStatusOf(doc)) ?? 200,
});

type RouteHook = (
  request: FastifyRequest,
  reply: FastifyReply,
  done: HookHandlerDoneFunction,
) => void;

function checkDeclaration(name: string, url: string, declaration: RouteDeclaration): void {
  if (declaration.open || declaration.internal) return;
  if (!declaration.scope) throw new Error(`${name} declares no scope: add @RequireScope`);
  if (url.startsWith('/admin') !== (declaration.scope === 'admin'))
    throw new Error(`${name}: the scope "admin" and paths under /admin belong together`);
}

const guardRoute =
  (declaration: RouteDeclaration, pattern: string, options: HookOptions): RouteHook =>
  (request, _reply, done) => {
    request.kontor.route = declaration;
    request.kontor.pattern = pattern;
    if (declaration.open) return done();
    if (options.inFlight.stopping) return done(stopping());
    const admit = (context: RequestContext): void => {
      request.kontor.context = context;
      const problem = scopeProblem(declaration, context);
      if (problem || request.headers[AT_LEAST_HEADER] === undefined) return done(problem);
      whenReadable(request, context, options).then(() => done(), done);
    };
    // A hook that throws would not reach the error handler.
    try {
      const identified = declaration.internal
        ? options.guard.identifyInternal(request)
        : options.guard.identify(request);
      if (identified instanceof Promise) identified.then(admit, done);
      else admit(identified);
    } catch (error) {
      done(errorOf(error));
    }
  };

const errorOf = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown));

async function whenReadable(
  request: FastifyRequest,
  tenant: RequestContext,
  { reads }: HookOptions,
): Promise<void> {
  const { route } = request.kontor;
  const header = request.headers[AT_LEAST_HEADER];
  // A path that is forwarded has no documentation here: its owner waits.
  if (!reads || header === undefined || !route?.doc) return;
  const shown = route.readsOwnRows ? 'own' : 'views';
  await reads.wait({ service: route.doc.tag, header, shown, tenant });
}

/** A query or a body that nothing reads would be ignored silently: it is refused instead. */
const refuseUnread =
  (declaration: RouteDeclaration): RouteHook =>
  (request, _reply, done) => {
    try {
      done(unreadProblem(declaration, request));
    } catch (error) {
      done(errorOf(error));
    }
  };

function unreadProblem(
  { readsQuery, readsBody }: RouteDeclaration,
  request: FastifyRequest,
): Problem | undefined {
  const errors = readsQuery || !request.url.includes('?') ? [] : unreadParameters(request.url);
  if (!readsBody && !isEmptyBody(request.body)) errors.push(unreadBody);
  return errors.length > 0 ? refused(errors) : undefined;
}

const unreadParameters = (url: string): FieldError[] =>
  Object.keys(readQuery(url).values).map((name) => ({
    pointer: name,
    code: 'unknown_parameter',
    detail: `There is no parameter \`${name.slice(0, 100)}\` here.`,
  }));

const unreadBody: FieldError = {
  pointer: '',
  code: 'unknown_field',
  detail: 'This request takes no body.',
};

/** `{}` says nothing, and clients that always send a body send it. */
const isEmptyBody = (body: unknown): boolean =>
  body === undefined ||
  body === null ||
  (typeof body === 'object' && !Array.isArray(body) && Object.keys(body).length === 0);

function scopeProblem({ scope }: RouteDeclaration, context: RequestContext): Problem | undefined {
  if (!scope || context.scopes.includes(scope)) return undefined;
  return new Problem(403, 'missing_scope', `This needs a key with the scope \`${scope}\`.`, {
    extensions: { required_scope: scope },
  });
}

function missing(request: FastifyRequest, routes: RouteIndex<IndexedRoute>): Problem {
  const methods = routes.at(pathOf(request.url)).map((route) => route.method);
  if (methods.length === 0) return notFound('path');
  const allow = [...new Set(methods)].sort().join(', ');
  return new Problem(405, 'method_not_allowed', `This path has ${allow}.`, {
    headers: { allow },
  });
}
