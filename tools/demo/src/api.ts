/** The few requests that the demo makes. Money travels as strings. */
export interface Json {
  readonly [key: string]: unknown;
}

export class RequestFailed extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const RETRY_STATUSES = new Set([429, 503]);
const RETRIES_MAX = 20;
const RETRY_MS = 250;

export class Api {
  constructor(
    readonly url: string,
    private readonly key: string,
  ) {}

  get(path: string): Promise<Json> {
    return this.request('GET', path);
  }

  /** Posts; a busy or restarting server is asked again, which every id in the bodies makes safe. */
  async post(path: string, body: object): Promise<Json> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.request('POST', path, body);
      } catch (error) {
        const busy = error instanceof RequestFailed && RETRY_STATUSES.has(error.status);
        if (!busy || attempt >= RETRIES_MAX) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  private async request(method: string, path: string, body?: object): Promise<Json> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        'kontor-numbers': 'string',
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = (text === '' ? {} : JSON.parse(text)) as Json;
    if (!response.ok)
      throw new RequestFailed(
        response.status,
        String(answer['code'] ?? ''),
        `${method} ${path}: ${response.status} ${text.slice(0, 500)}`,
      );
    return answer;
  }
}
