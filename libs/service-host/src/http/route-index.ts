/**
 * Which methods a path has: for 405 with `Allow`, and for the gateway's forwarding.
 *
 * Patterns are Fastify's (`/customers/:id`) or OpenAPI's (`/customers/{id}`); a literal segment
 * wins over a parameter, as in the router.
 */
export interface IndexedRoute {
  readonly method: string;
  readonly pattern: string;
}

const PARAMETER = /^(?::.+|\{.+\})$/;

export class RouteIndex<Route extends IndexedRoute> {
  private readonly byLength = new Map<number, { segments: readonly string[]; route: Route }[]>();

  add(route: Route): void {
    const segments = segmentsOf(route.pattern);
    const known = this.byLength.get(segments.length) ?? [];
    known.push({ segments, route });
    this.byLength.set(segments.length, known);
  }

  /** The routes of the most literal pattern that fits `path`, one per method; empty for none. */
  at(path: string): Route[] {
    const wanted = segmentsOf(path);
    const fitting = (this.byLength.get(wanted.length) ?? []).filter(({ segments }) =>
      segments.every((segment, index) => PARAMETER.test(segment) || segment === wanted[index]),
    );
    const literal = (segments: readonly string[]): string =>
      segments.map((segment) => (PARAMETER.test(segment) ? '1' : '0')).join('');
    const best = fitting.map(({ segments }) => literal(segments)).sort()[0];
    return fitting.filter(({ segments }) => literal(segments) === best).map(({ route }) => route);
  }

  /** The route that serves a request; HEAD is served by GET. */
  find(method: string, path: string): Route | undefined {
    const wanted = method === 'HEAD' ? 'GET' : method;
    return this.at(path).find((route) => route.method === wanted);
  }
}

const segmentsOf = (path: string): string[] => {
  const text = path.endsWith('/') && path.length > 1 ? path.slice(0, -1) : path;
  return text.split('/').slice(1);
};
