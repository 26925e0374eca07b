import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { idempotencyOf, type IdempotencyRequest } from '@kontor/service-host';
import type { FastifyRequest } from 'fastify';

export interface SentRequest {
  readonly key: IdempotencyRequest | undefined;
  /** Of the body as compact JSON. */
  readonly bytes: number;
}

/** What a request is as a whole, beside its body's content. */
export const Sent = createParamDecorator<undefined>(
  (_unused, context: ExecutionContext): SentRequest => {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const text = JSON.stringify(request.body ?? null);
    return { key: idempotencyOf(request), bytes: Buffer.byteLength(text) };
  },
);
