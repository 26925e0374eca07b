/**
 * Questions between services: a function call when the owner is in this process, else one signed
 * POST to the owner's process.
 */
import type { Tenant } from '@kontor/contracts';
import { currentTraceparent } from '@kontor/event-log';
import { DependencyDown } from '../dependency-down';
import type { ServiceInstances } from '../instances';
import type { InternalCalls, OperationName, OperationRequest, OperationResponse } from '../runtime';
import { CONTEXT_HEADER, signContext } from '../signed-context';
import { postJson } from './post-json';

export interface RemoteOptions {
  readonly instances: ServiceInstances;
  readonly secret: string | undefined;
  readonly nowMs: () => number;
}

/** A question that takes longer is answered 503: a person waits at the other end. */
const DEADLINE_MS = 2_000;
/**
 * Inside one process the asker and the owner share the loop and the database: a late answer says
 * that they are busy, not that the owner is down, so short deadlines are for other processes.
 */
const LOCAL_DEADLINE_MS = 2_000;

type Answer = (tenant: Tenant, request: unknown) => Promise<unknown>;

export class ServiceCalls implements InternalCalls {
  private readonly answers = new Map<string, Answer>();

  constructor(private readonly remote: RemoteOptions) {}

  serve<Name extends OperationName>(
    operation: Name,
    answer: (tenant: Tenant, request: OperationRequest<Name>) => Promise<OperationResponse<Name>>,
  ): void {
    if (this.answers.has(operation)) throw new Error(`${operation} is served already`);
    this.answers.set(operation, answer as Answer);
  }

  async call<Name extends OperationName>(
    operation: Name,
    tenant: Tenant,
    request: OperationRequest<Name>,
    options: { readonly deadlineMs?: number } = {},
  ): Promise<OperationResponse<Name>> {
    const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
    const local = this.answers.get(operation);
    const answer = local
      ? within(Math.max(deadlineMs, LOCAL_DEADLINE_MS), operation, local(tenant, request))
      : this.ask(operation, tenant, request, deadlineMs);
    return (await answer) as OperationResponse<Name>;
  }

  /** What another process asks; undefined when this process does not serve the operation. */
  answer(operation: string, tenant: Tenant, request: unknown): Promise<unknown> | undefined {
    return this.answers.get(operation)?.(tenant, request);
  }

  private async ask(
    operation: string,
    tenant: Tenant,
    request: unknown,
    deadlineMs: number,
  ): Promise<unknown> {
    const [service = '', name = ''] = operation.split('.');
    const { instances, secret, nowMs } = this.remote;
    const urls = instances.of(service);
    if (urls.length === 0 || secret === undefined) throw new DependencyDown(service);
    const target = `/internal/${service}/${name}`;
    const context = { ...tenant, scopes: [], keyId: 'internal', requestId: operation };
    const signature = signContext(secret, context, {
      kind: 'internal',
      method: 'POST',
      target,
      nowMs: nowMs(),
    });
    const trace = currentTraceparent();
    const body = JSON.stringify(request);
    const options = {
      headers: { [CONTEXT_HEADER]: signature, ...(trace !== undefined && { traceparent: trace }) },
      signal: AbortSignal.timeout(deadlineMs),
      dependency: service,
    };
    // Questions change nothing: whatever went wrong at one process, the next one may be asked.
    for (const url of urls.slice(0, -1))
      try {
        return await postJson(`${url}${target}`, body, options);
      } catch (error) {
        if (options.signal.aborted) throw error;
        instances.markDown(url);
      }
    return postJson(`${urls.at(-1) ?? ''}${target}`, body, options);
  }
}

async function within<T>(deadlineMs: number, operation: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DependencyDown(operation.split('.')[0] ?? '')), deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
