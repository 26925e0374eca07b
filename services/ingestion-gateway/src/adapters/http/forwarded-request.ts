/**
 * A request on its way to another service, as it may have to be sent more than once.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { ForeignRoute } from './route-table';

/** Commands are far below it; only what is larger cannot be sent to a second process. */
const KEPT_BYTES_MAX = 64 * 1024;
/** May be asked twice whatever became of the first time. */
const SAFE_METHODS = new Set(['GET', 'HEAD']);
/** Members that make a command repeatable: the ledger knows them for ever. */
const OWN_IDS: ReadonlyMap<string, string> = new Map([
  ['/authorizations', 'id'],
  ['/customers/:customer/wallet/adjustments', 'transaction_id'],
  ['/customers/:customer/wallet/charges', 'transaction_id'],
]);

export class ForwardedRequest {
  private parsed: Readonly<Record<string, unknown>> | undefined;

  private constructor(
    readonly request: FastifyRequest,
    readonly route: ForeignRoute,
    /** The whole body; undefined when it is large or of unknown length, and streams. */
    readonly body: Buffer | undefined,
  ) {}

  /** Errors: what the connection says when the client goes away before its body is here. */
  static async take(request: FastifyRequest, route: ForeignRoute): Promise<ForwardedRequest> {
    const { raw } = request;
    const kept = isShort(raw.headers) ? await wholeBody(raw) : undefined;
    return new ForwardedRequest(request, route, kept);
  }

  /** Whether it can be sent again after some of it went somewhere. */
  get isKept(): boolean {
    return this.body !== undefined;
  }

  /**
   * Whether it may be answered twice: reads, and commands that carry an id of their own, which get
   * their first answer again.
   */
  get isRepeatable(): boolean {
    const { method, headers } = this.request;
    if (SAFE_METHODS.has(method) || headers['idempotency-key'] !== undefined) return true;
    const member = method === 'POST' ? OWN_IDS.get(this.route.pattern) : undefined;
    return member !== undefined && typeof this.json[member] === 'string';
  }

  /** The members of a kept JSON body; nothing for any other one: its owner will say what is wrong. */
  get json(): Readonly<Record<string, unknown>> {
    return (this.parsed ??= membersOf(this.body));
  }
}

const isShort = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] === undefined &&
  Number(headers['content-length'] ?? 0) <= KEPT_BYTES_MAX;

async function wholeBody(raw: IncomingMessage): Promise<Buffer> {
  if (Number(raw.headers['content-length'] ?? 0) === 0) return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  for await (const chunk of raw) chunks.push(chunk as Buffer);
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

function membersOf(body: Buffer | undefined): Readonly<Record<string, unknown>> {
  if (!body || body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
