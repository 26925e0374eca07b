/**
 * What a client program would write: JSON in, JSON out, a key, nothing else.
 *
 * Money is asked for as strings, so that no test compares floats.
 */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, for bodies that are no JSON. */
  readonly raw?: string | Uint8Array;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test looks into any JSON it gets.
export type Json = any;

export class ApiClient {
  constructor(
    readonly url: string,
    readonly key: string | undefined,
    private readonly headers: Readonly<Record<string, string>> = { 'kontor-numbers': 'string' },
  ) {}

  /** The same server with another key. */
  as(key: string | undefined): ApiClient {
    return new ApiClient(this.url, key, this.headers);
  }

  /** Numbers as JSON numbers, as a client that asks for nothing gets them. */
  plain(): ApiClient {
    return new ApiClient(this.url, this.key, {});
  }

  get<T = Json>(path: string, options?: RequestOptions): Promise<Answer<T>> {
    return this.request('GET', path, undefined, options);
  }
  post<T = Json>(path: string, body?: unknown, options?: RequestOptions): Promise<Answer<T>> {
    return this.request('POST', path, body, options);
  }
  patch<T = Json>(path: string, body?: unknown, options?: RequestOptions): Promise<Answer<T>> {
    return this.request('PATCH', path, body, options);
  }
  delete<T = Json>(path: string, options?: RequestOptions): Promise<Answer<T>> {
    return this.request('DELETE', path, undefined, options);
  }

  /** Posts and expects success; answers the body. */
  async create<T = Json>(path: string, body: unknown): Promise<T> {
    const answer = await this.post<T>(path, body);
    if (answer.status >= 300)
      throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Reads and expects success; answers the body. */
  async read<T = Json>(path: string): Promise<T> {
    const answer = await this.get<T>(path);
    if (answer.status >= 300)
      throw new Error(`GET ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  private async request<T>(
    method: string,
    path: string,
    body: unknown,
    options: RequestOptions = {},
  ): Promise<Answer<T>> {
    const payload = options.raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(this.key !== undefined && { authorization: `Bearer ${this.key}` }),
        ...(payload !== undefined && { 'content-type': 'application/json' }),
        ...this.headers,
        ...options.headers,
      },
      ...(payload !== undefined && { body: payload }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson && text !== '' ? JSON.parse(text) : text) as T,
    };
  }
}
