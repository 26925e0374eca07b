/** Another service did not answer in time. Retriable; HTTP 503 with Retry-After. */
export class DependencyDown extends Error {
  readonly code = 'dependency_down';
  readonly retriable = true;

  constructor(
    readonly dependency: string,
    options?: { readonly cause?: unknown },
  ) {
    super(`${dependency} does not answer`, options);
  }
}
