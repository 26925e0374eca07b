import { applyDecorators, Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import type { FactTopic } from '@kontor/contracts';
import { throwError, type Observable } from 'rxjs';

/** Nest would replace what a handler throws by "Internal server error"; the runner must see it. */
@Catch()
export class ThrownAsItIs implements RpcExceptionFilter<unknown> {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/**
 * Marks a controller's method as a consumer of schemas/topics.yaml:
 * `(batch: FactBatch<UsageRecorded>) => Promise<BatchOutcome>`.
 */
export const Consumes = (consumer: string, topic: FactTopic | (string & {})): MethodDecorator =>
  applyDecorators(EventPattern({ consumer, topic }), UseFilters(ThrownAsItIs));
