/**
 * Parameters of a controller's method that are read from the request: for Nest, which calls a
 * factory with its execution context, and for hot routes, which have only the request.
 */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

export type RequestReader = (request: FastifyRequest) => unknown;

type Read<Input> = (request: FastifyRequest, input: Input) => unknown;
type Factory = (input: never, context: ExecutionContext) => unknown;

/** What each factory given to Nest reads. */
const reads = new WeakMap<object, Read<unknown>>();

/** A parameter decorator whose value is `read` from the request; `input` is what it was called with. */
export function requestParameter<Input = undefined>(
  read: Read<Input>,
): (...input: Input extends undefined ? [] : [Input]) => ParameterDecorator {
  const factory = (input: Input, context: ExecutionContext): unknown =>
    read(context.switchToHttp().getRequest<FastifyRequest>(), input);
  reads.set(factory satisfies Factory, read as Read<unknown>);
  return createParamDecorator<Input>(factory);
}

/** As Nest keeps a parameter, by `<kind>:<index>`. */
export interface KeptParameter {
  readonly index: number;
  readonly factory?: object;
  readonly data?: unknown;
}

const PATH_PARAMETER = '5:';
const HEADERS = '6:';

/** Undefined for a parameter that needs more than the request. */
export function readerOf(
  kind: string,
  { factory, data }: KeptParameter,
): RequestReader | undefined {
  const read = factory && reads.get(factory);
  if (read) return (request) => read(request, data);
  if (kind.startsWith(PATH_PARAMETER) && typeof data === 'string')
    return ({ params }) => (params as Readonly<Record<string, string>>)[data];
  if (kind.startsWith(HEADERS) && data === undefined) return ({ headers }) => headers;
  return undefined;
}
