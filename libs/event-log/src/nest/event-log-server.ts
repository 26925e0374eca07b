import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import type { Database } from '@kontor/postgres';
import type { ServiceCheckpoints } from '../checkpoints';
import type { ConsumerProgress, DeadLetters } from '../operators';
import type { EventBus } from '../ports';
import type { ConsumerHooks, RunnerLogger } from '../runner/types';

export interface EventLogServerOptions {
  readonly service: string;
  readonly database: Database;
  readonly checkpoints: ServiceCheckpoints;
  readonly bus: EventBus;
  readonly hooks?: ConsumerHooks;
  readonly logger?: RunnerLogger;
  /** Facts a delivery, at most; rounded up to whole records. */
  readonly factsMax?: number;
}

/** Nest's transport for the consumers of ONE service. */
export class EventLogServer extends Server implements CustomTransportStrategy {
  constructor(readonly options: EventLogServerOptions) {
    super();
  }

  get deadLetters(): DeadLetters {
    throw new Error('not yet');
  }

  progress(): Promise<ConsumerProgress[]> {
    return Promise.resolve([]);
  }

  /** Starts the subscriptions of this service's consumers. */
  async listen(callback: (error?: unknown) => void): Promise<void> {
    callback();
  }

  async close(): Promise<void> {}

  on(): void {}

  unwrap<T>(): T {
    throw new Error('there is no client underneath');
  }
}
