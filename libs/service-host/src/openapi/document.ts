/**
 * The OpenAPI 3.1 document: every documented route with its schemas, examples and error answers.
 */
import { z } from 'zod';
import { writeJson } from '@kontor/money';
import type { ApiDocumentation, ApiResponse } from '../http/route-config';
import type { ServiceDefinition } from '../runtime';
import { components, COMMON_PARAMETERS, RESPONSE_HEADERS } from './components';
import { errorComponents, errorResponsesOf } from './error-responses';
import { hostPaths } from './host-paths';
import { documentedRoutes, type DocumentedRoute } from './routes';
import { schemaOf } from './schema-of';

type Json = Readonly<Record<string, unknown>>;

export interface OpenApiOptions {
  readonly version: string;
}

export interface OpenApiDocument extends Json {
  readonly openapi: '3.1.0';
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

/** A pure function of the services' declarations: the same code gives the same bytes. */
export function openApiDocument(
  definitions: readonly ServiceDefinition[],
  options: OpenApiOptions,
): OpenApiDocument {
  const routes = documentedRoutes(definitions);
  const paths: Record<string, Record<string, Json>> = { ...hostPaths() };
  for (const route of routes) {
    const operations = (paths[route.path] ??= {});
    const method = route.method.toLowerCase();
    if (operations[method]) throw new Error(`${route.method} ${route.path} is documented twice`);
    operations[method] = operationOf(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kontor',
      version: options.version,
      summary: 'Real-time billing and profitability for AI products',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(['host', ...routes.map(({ doc }) => doc.tag)])]
      .sort()
      .map((name) => ({ name })),
    security: [{ bearer: [] }, { apiKey: [] }, { credytApiKey: [] }],
    paths,
    components: { ...components(), ...errorComponents(routes) },
  };
}

/** `GET /customers/{id}/wallet` is `getCustomersByIdWallet`: unique, and stable in generated clients. */
const idOf = ({ method, path }: DocumentedRoute): string =>
  method.toLowerCase() +
  path
    .split('/')
    .map((part) => part.replace(/^\{(.+)\}$/, 'by-$1'))
    .flatMap((part) => part.split(/[^A-Za-z0-9]+/))
    .map((word) => word.replace(/^./, (first) => first.toUpperCase()))
    .join('');

function operationOf(route: DocumentedRoute): Json {
  const { doc, scope } = route;
  return {
    operationId: idOf(route),
    summary: doc.summary,
    ...(doc.description !== undefined && { description: doc.description }),
    tags: [doc.tag],
    'x-required-scope': scope,
    parameters: parametersOf(route),
    ...(doc.body && { requestBody: requestBodyOf(route, doc.body) }),
    responses: {
      ...Object.fromEntries(
        Object.entries(doc.responses).map(([status, response]) => [
          status,
          responseOf(Number(status), response, doc.produces),
        ]),
      ),
      ...errorResponsesOf(route),
    },
  };
}

function parametersOf({ path, doc, method }: DocumentedRoute): Json[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => ({
    name: match[1],
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const common = Object.entries(COMMON_PARAMETERS)
    .filter(([, { methods }]) => !methods || methods.includes(method))
    .map(([name]) => ({ $ref: `#/components/parameters/${name}` }));
  return [...inPath, ...queryParameters(doc.query), ...common];
}

function queryParameters(query: z.ZodType | undefined): Json[] {
  if (!query) return [];
  const { properties = {}, required = [] } = schemaOf(query) as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}

function requestBodyOf({ doc }: DocumentedRoute, body: z.ZodType): Json {
  const media = {
    schema: schemaOf(body),
    ...(doc.bodyExample !== undefined && { example: plain(doc.bodyExample) }),
  };
  const types = ['application/json', ...(doc.consumes ?? [])];
  return {
    required: !body.safeParse({}).success,
    content: Object.fromEntries(
      types.map((type) => [type, type === 'application/json' ? media : {}]),
    ),
  };
}

function responseOf(
  status: number,
  { schema, description, example }: ApiResponse,
  produces: ApiDocumentation['produces'] = {},
): Json {
  const headers = Object.fromEntries(
    RESPONSE_HEADERS.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  );
  const content = {
    ...(schema && { schema: schemaOf(schema) }),
    ...(example !== undefined && { example: plain(example) }),
  };
  return {
    description: description ?? DESCRIPTIONS[status] ?? 'The answer.',
    headers,
    ...(Object.keys(content).length > 0 && {
      content: { 'application/json': content, ...otherContent(status < 300 ? produces : {}) },
    }),
  };
}

const otherContent = (produces: NonNullable<ApiDocumentation['produces']>): Json =>
  Object.fromEntries(
    Object.entries(produces).map(([type, example]) => [
      type,
      { schema: { type: 'string' }, example },
    ]),
  );

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  200: 'The answer.',
  201: 'Created.',
  202: 'Accepted: what is answered so is durable.',
  204: 'Done.',
  303: 'See the address in `Location`.',
};

/** Examples as they are answered: decimals become numbers. */
const plain = (example: unknown): unknown => JSON.parse(writeJson(example)) as unknown;

export interface OwnedRoute {
  readonly method: string;
  readonly pattern: string;
  readonly service: string;
}

/** Which service answers a path: what the gateway forwards by. What every process has is not in it. */
export function routeTable(document: OpenApiDocument): OwnedRoute[] {
  return Object.entries(document.paths).flatMap(([pattern, operations]) =>
    Object.entries(operations)
      .filter(([, operation]) => 'x-required-scope' in operation)
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        pattern,
        service: String((operation['tags'] as readonly unknown[])[0]),
      })),
  );
}
