/**
 * One POST to another process of the installation, over connections that are kept.
 */
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { DependencyDown } from '../dependency-down';

export interface PostOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the wait; one for all attempts. */
  readonly signal: AbortSignal;
  /** The service asked, for the error. */
  readonly dependency: string;
}

/** Questions are small and quick; more sockets than this would only queue at the other side. */
const agent = new Agent({ keepAlive: true, maxSockets: 32 });

/**
 * Sends `body` and reads the JSON answer.
 *
 * Errors: DependencyDown when there is no 200 in time; trying again later can help.
 */
export async function postJson(url: string, body: string, options: PostOptions): Promise<unknown> {
  try {
    const { status, text } = await post(url, body, options);
    if (status !== 200) throw new Error(`answered ${status}: ${text.slice(0, 500)}`);
    return JSON.parse(text);
  } catch (cause) {
    throw new DependencyDown(options.dependency, { cause });
  }
}

function post(
  url: string,
  body: string,
  options: PostOptions,
): Promise<{ status: number; text: string }> {
  const secure = url.startsWith('https:');
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(
      url,
      {
        method: 'POST',
        ...(!secure && { agent }),
        headers: {
          ...options.headers,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
        signal: options.signal,
      },
      (response) => {
        readText(response).then(
          (text) => resolve({ status: response.statusCode ?? 0, text }),
          reject,
        );
      },
    );
    request.once('error', reject);
    request.end(body);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
