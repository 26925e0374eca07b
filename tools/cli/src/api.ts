/** Requests to a running server. Money travels as strings. */
import { Unusable } from './command';

export interface Json {
  readonly [key: string]: unknown;
}

/** The server refused: its status and its problem document. */
export class RequestRefused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Json,
  ) {
    super(`${status} ${String(problem['code'] ?? '')}: ${String(problem['detail'] ?? '')}`.trim());
  }
}

const RETRY_STATUSES: ReadonlySet<number> = new Set([429, 503]);
const RETRIES_MAX = 10;
const RETRY_MS = 500;

export class Api {
  constructor(
    readonly url: string,
    private readonly key: string,
  ) {}

  /** A busy or restarting server is asked again. Errors: RequestRefused, Unusable. */
  async get(path: string): Promise<Json> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.request('GET', path);
      } catch (error) {
        const busy = error instanceof RequestRefused && RETRY_STATUSES.has(error.status);
        if (!busy || attempt >= RETRIES_MAX) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** Errors: RequestRefused, Unusable. */
  post(path: string, body?: object): Promise<Json> {
    return this.request('POST', path, body);
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
    }).catch((error: unknown) => {
      throw new Unusable(`no answer from ${this.url}: ${reasonOf(error)}`);
    });
    const answer = parse(await response.text());
    if (!response.ok) throw new RequestRefused(response.status, answer);
    return answer;
  }
}

/** A proxy in between answers in its own words. */
function parse(text: string): Json {
  if (text === '') return {};
  try {
    return JSON.parse(text) as Json;
  } catch {
    return { detail: text.slice(0, 500) };
  }
}

/** fetch hides the reason one level down. */
function reasonOf(error: unknown): string {
  const { cause = error } = error instanceof Error ? error : { cause: error };
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
