/**
 * The documented routes of services, read from their controllers' metadata: no service is started
 * for it.
 */
import 'reflect-metadata';
import { RequestMethod, type DynamicModule, type Type } from '@nestjs/common';
import { adminRoutesOf } from '../host/admin-routes';
import { rebuildRoutesOf } from '../host/rebuild-routes';
import { declarationOf, type ApiDocumentation } from '../http/route-config';
import type { Scope } from '../context';
import type { ServiceDefinition, ServiceRuntime } from '../runtime';

export interface DocumentedRoute {
  readonly method: string;
  /** `/customers/{id}`. */
  readonly path: string;
  readonly scope: Scope;
  readonly doc: ApiDocumentation;
}

/** Where Nest keeps them. */
const PATH_METADATA = 'path';
const METHOD_METADATA = 'method';

/** Every documented route of these services with the operators' ones, in order of path. */
export function documentedRoutes(definitions: readonly ServiceDefinition[]): DocumentedRoute[] {
  const routes = definitions.flatMap((definition) => [
    ...controllersOf(definition).flatMap(routesOfController),
    ...operatorRoutes(definition),
  ]);
  return routes.sort((a, b) => compare(a.path, b.path) || compare(a.method, b.method));
}

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b);

function controllersOf(definition: ServiceDefinition): Type[] {
  const module = definition.module(runtimeForDocumentation(definition.name));
  return [...new Set(controllersIn(module))];
}

function controllersIn(module: DynamicModule): Type[] {
  const imported = (module.imports ?? []).filter(isDynamicModule).flatMap(controllersIn);
  const decorated: unknown = Reflect.getMetadata('controllers', module.module);
  const own = Array.isArray(decorated) ? (decorated as Type[]) : [];
  return [...(module.controllers ?? []), ...own, ...imported];
}

const isDynamicModule = (value: unknown): value is DynamicModule =>
  typeof value === 'object' && value !== null && 'module' in value;

function routesOfController(controller: Type): DocumentedRoute[] {
  const prefixes = pathsOf(controller);
  const prototype = controller.prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    if (name === 'constructor' || typeof handler !== 'function') return [];
    const method: unknown = Reflect.getMetadata(METHOD_METADATA, handler);
    const { doc, scope } = declarationOf(handler);
    if (typeof method !== 'number' || !doc || !scope) return [];
    return prefixes.flatMap((prefix) =>
      pathsOf(handler).map((path) => ({
        method: RequestMethod[method] ?? 'GET',
        path: openApiPath(`${prefix}/${path}`),
        scope,
        doc,
      })),
    );
  });
}

function pathsOf(target: object): string[] {
  const path: unknown = Reflect.getMetadata(PATH_METADATA, target);
  if (Array.isArray(path)) return path.map(String);
  return [typeof path === 'string' ? path : ''];
}

const openApiPath = (path: string): string =>
  `/${path}`
    .replaceAll(/\/+/g, '/')
    .replace(/(.)\/$/, '$1')
    .replaceAll(/:(\w+)/g, '{$1}');

const operatorRoutes = ({ name, view }: ServiceDefinition): DocumentedRoute[] =>
  [
    ...Object.values(adminRoutesOf(name)),
    ...(view ? Object.values(rebuildRoutesOf(name)) : []),
  ].map(({ method, path, doc }) => ({ method, path, doc, scope: 'admin' }));

/**
 * A runtime that can be wired but not used: a module only passes its parts on when it is made, so
 * whatever it asks for is another such stand-in.
 */
function runtimeForDocumentation(service: string): ServiceRuntime {
  const standIn: unknown = new Proxy(() => standIn, {
    get: (_target, key) => (key === 'then' || typeof key === 'symbol' ? undefined : standIn),
    apply: () => standIn,
  });
  return new Proxy({} as ServiceRuntime, {
    get: (_target, key) => (key === 'service' ? service : standIn),
  });
}
