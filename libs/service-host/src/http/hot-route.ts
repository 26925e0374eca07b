/**
 * Hot routes: the method of a controller is called straight from Fastify. Nest would build an
 * execution context and await its empty lists of guards, pipes and interceptors, which costs as much
 * as some of the methods. Hooks, answers and problems are those of every other route.
 */
import 'reflect-metadata';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readerOf, type KeptParameter, type RequestReader } from './request-parameter';
import { ROUTE_ARGS_METADATA, type ControllerMethod } from './route-config';
import { sendReply } from './send';

export interface HotRouteOptions {
  /** The instance of a controller; instances exist before routes do. */
  readonly controllerOf: (type: ControllerMethod['controller']) => object;
  /** What the route answers unless its reply says otherwise. */
  readonly status: number;
  readonly fail: (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;
}

type FastifyHandler = (request: FastifyRequest, reply: FastifyReply) => void;

/** Errors: for a method with a parameter that needs more than the request. */
export function hotRoute(hot: ControllerMethod, options: HotRouteOptions): FastifyHandler {
  const { status, fail } = options;
  const controller = options.controllerOf(hot.controller);
  const method: unknown = Reflect.get(controller, hot.method);
  if (typeof method !== 'function') throw new Error(`${nameOf(hot)} is no method`);
  const readers = readersOf(hot);

  const answer = (request: FastifyRequest, reply: FastifyReply, result: unknown): void => {
    try {
      reply.code(status);
      sendReply(reply, result);
    } catch (error) {
      fail(error, request, reply);
    }
  };
  return (request, reply) => {
    try {
      const values = readers.map((read) => read(request));
      const result: unknown = Reflect.apply(method, controller, values);
      if (!(result instanceof Promise)) return answer(request, reply, result);
      result.then(
        (value) => answer(request, reply, value),
        (error: unknown) => fail(error, request, reply),
      );
    } catch (error) {
      fail(error, request, reply);
    }
  };
}

/** In the order of the method's parameters. */
function readersOf(hot: ControllerMethod): RequestReader[] {
  const kept: unknown = Reflect.getMetadata(ROUTE_ARGS_METADATA, hot.controller, hot.method);
  const readers: RequestReader[] = [];
  for (const [kind, parameter] of Object.entries((kept ?? {}) as Record<string, KeptParameter>)) {
    const read = readerOf(kind, parameter);
    if (!read) throw new Error(`${nameOf(hot)} takes what is not read from the request alone`);
    readers[parameter.index] = read;
  }
  return readers;
}

const nameOf = ({ controller, method }: ControllerMethod): string =>
  `${controller.name}.${String(method)}`;
