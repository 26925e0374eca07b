/**
 * What a route declares about itself. It is kept in Fastify's route config, so that the hooks which
 * run before the body is read can use it, and the boot check can refuse a route that declares nothing.
 */
import 'reflect-metadata';
import type { HttpStatus } from '@nestjs/common';
import type { z } from 'zod';
import type { Scope } from '../context';

/** Where @nestjs/platform-fastify looks for a route's config. */
const ROUTE_CONFIG_METADATA = '__fastify_route_config__';
/** Where Nest keeps the status of a successful answer. */
const HTTP_CODE_METADATA = '__httpCode__';
/** Where Nest keeps what a method's parameters take, by `<kind>:<index>`. */
export const ROUTE_ARGS_METADATA = '__routeArguments__';
const BODY_PARAMETER = '3:';
const QUERY_PARAMETER = '4:';

/** A method, and the class whose instance has it. */
export interface ControllerMethod {
  readonly controller: abstract new (...args: never[]) => object;
  readonly method: string | symbol;
}

export interface RouteDeclaration {
  /** Undefined = the route is open to everyone; only the host's own routes may be. */
  readonly scope?: Scope;
  readonly open?: true;
  /** For other services of the installation only, never with an API key. */
  readonly internal?: true;
  /** Flaws of the JSON text are given to the controller instead of refusing the whole request. */
  readonly keepsFlaws?: true;
  /** Whether a parameter reads the query or the body; what nothing reads is refused. */
  readonly readsQuery?: true;
  readonly readsBody?: true;
  /** What `Kontor-At-Least` waits for; undefined = also for the views of the service. */
  readonly readsOwnRows?: true;
  /** Called without Nest between it and Fastify. */
  readonly hot?: ControllerMethod;
  readonly doc?: ApiDocumentation;
}

export interface ApiResponse {
  /** Of the body; undefined for an answer without one. */
  readonly schema?: z.ZodType;
  readonly description?: string;
  readonly example?: unknown;
}

export interface ApiDocumentation {
  /** One line, imperative: `Create a customer`. */
  readonly summary: string;
  /** The service that owns the path; the gateway forwards by it. */
  readonly tag: string;
  readonly description?: string;
  readonly body?: z.ZodType;
  readonly bodyExample?: unknown;
  readonly query?: z.ZodType;
  /** The first 2xx of the list is what the route answers by default. */
  readonly responses: Readonly<Record<number, ApiResponse>>;
  /** Codes of the registry that this route may answer, beside those that every route may. */
  readonly errors?: readonly string[];
  /** Extra request content types with the same meaning, e.g. CloudEvents. */
  readonly consumes?: readonly string[];
  /** Other types of the successful answer than JSON, with an example of each. */
  readonly produces?: Readonly<Record<string, string>>;
}

type Handler = object;

const isHandler = (value: unknown): value is Handler => typeof value === 'function';

export function declarationOf(handler: Handler): RouteDeclaration {
  const config: unknown = Reflect.getMetadata(ROUTE_CONFIG_METADATA, handler);
  return (config as { kontor?: RouteDeclaration } | undefined)?.kontor ?? {};
}

/** Adds to what a controller's method declares. */
export function declare(handler: Handler, patch: RouteDeclaration): void {
  const kontor = { ...declarationOf(handler), ...patch };
  Reflect.defineMetadata(ROUTE_CONFIG_METADATA, { kontor }, handler);
}

/**
 * What a key must be allowed to do. On a class: for each of its routes that says nothing itself.
 *
 * A route without a scope does not boot: forgetting this decorator can never open a path.
 */
export function RequireScope(scope: Scope): MethodDecorator & ClassDecorator {
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (descriptor && key !== undefined)
      return declare(handlerOf(descriptor), { scope, ...readBy(target.constructor, key) });
    for (const { name, handler } of routesOf(target))
      if (!declarationOf(handler).scope) declare(handler, { scope, ...readBy(target, name) });
  };
}

/** Nest's own `@Body()` and `@Query()` read, too. */
function readBy(controller: object, method: string | symbol): RouteDeclaration {
  const parameters: unknown = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method);
  const kinds = Object.keys(typeof parameters === 'object' && parameters ? parameters : {});
  return {
    ...(kinds.some((kind) => kind.startsWith(BODY_PARAMETER)) && { readsBody: true }),
    ...(kinds.some((kind) => kind.startsWith(QUERY_PARAMETER)) && { readsQuery: true }),
  };
}

/** A parameter decorator that also says on its route what it reads. */
export const reading =
  (decorator: ParameterDecorator, patch: RouteDeclaration): ParameterDecorator =>
  (target, key, index) => {
    decorator(target, key, index);
    if (key === undefined) return;
    const handler: unknown = Reflect.get(target, key);
    if (isHandler(handler)) declare(handler, patch);
  };

/** Gives the flaws of the JSON text to `@BodyFlaws()`: a batch refuses only the items that have one. */
export const KeepsFlaws = (): MethodDecorator => (_target, _key, descriptor) =>
  declare(handlerOf(descriptor), { keepsFlaws: true });

/**
 * The route shows what the service decides or owns: `Kontor-At-Least` waits for its decisions, not for
 * its views.
 */
export const ReadsOwnRows = (): MethodDecorator => (_target, _key, descriptor) =>
  declare(handlerOf(descriptor), { readsOwnRows: true });

/**
 * The method is called straight from Fastify: for what is asked thousands of times a second. Its
 * parameters are `@Param`, `@Headers()` and those of `requestParameter`.
 */
export const HotRoute = (): MethodDecorator => (target, method, descriptor) =>
  declare(handlerOf(descriptor), {
    hot: { controller: target.constructor as ControllerMethod['controller'], method },
  });

/**
 * Documents a route; OpenAPI and the gateway's route table are made from it.
 *
 * Shape:  the lowest 2xx of `responses` becomes the status of a successful answer, so that what is
 *         documented and what is answered cannot differ. A `Reply` with a status still wins.
 */
export const ApiDoc =
  (doc: ApiDocumentation): MethodDecorator =>
  (_target, _key, descriptor) => {
    const handler = handlerOf(descriptor);
    declare(handler, { doc });
    const status = successStatusOf(doc);
    if (status !== undefined) Reflect.defineMetadata(HTTP_CODE_METADATA, status, handler);
  };

export function successStatusOf(doc: ApiDocumentation): HttpStatus | undefined {
  const statuses = Object.keys(doc.responses).map(Number);
  return statuses.filter((status) => status >= 200 && status < 300).sort((a, b) => a - b)[0];
}

function handlerOf(descriptor: PropertyDescriptor): Handler {
  const handler: unknown = descriptor.value;
  if (!isHandler(handler)) throw new Error('this decorator belongs on a controller method');
  return handler;
}

function routesOf(target: object): { name: string; handler: Handler }[] {
  const prototype: unknown = Reflect.get(target, 'prototype');
  if (typeof prototype !== 'object' || prototype === null) return [];
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
    return name !== 'constructor' && isHandler(handler) ? [{ name, handler }] : [];
  });
}
