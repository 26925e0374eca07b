/**
 * What the host gives to a service, and what a service gives to the host.
 */
import type { DynamicModule } from '@nestjs/common';
import type { Clock, InternalOperations, Tenant } from '@kontor/contracts';
import type { Checkpoints, EventBus, LocalLog, ViewFold } from '@kontor/event-log';
import type { Database } from '@kontor/postgres';
import type { KontorConfig } from './config';
import type { Authenticate } from './context';
import type { ServiceInstances } from './instances';
import type { Logger } from './logger';
import type { Metrics } from './metrics';

export type OperationName = keyof InternalOperations;
export type OperationRequest<Name extends OperationName> = InternalOperations[Name]['request'];
export type OperationResponse<Name extends OperationName> = InternalOperations[Name]['response'];

/**
 * Questions between services: a function call inside one process, HTTP with a signed context
 * between processes.
 */
export interface InternalCalls {
  /**
   * Asks the owner of the operation.
   *
   * Errors: DependencyDown (retriable; HTTP 503) when it does not answer within `deadlineMs`.
   */
  call<Name extends OperationName>(
    operation: Name,
    tenant: Tenant,
    request: OperationRequest<Name>,
    options?: { readonly deadlineMs?: number },
  ): Promise<OperationResponse<Name>>;
  /** Registers the answer; called once per operation by the service that owns it, at start. */
  serve<Name extends OperationName>(
    operation: Name,
    answer: (tenant: Tenant, request: OperationRequest<Name>) => Promise<OperationResponse<Name>>,
  ): void;
}

/** Everything a service needs from outside; each service has its own database, log and checkpoints. */
export interface ServiceRuntime {
  readonly service: string;
  readonly config: KontorConfig;
  readonly clock: Clock;
  readonly database: Database;
  readonly log: LocalLog;
  readonly checkpoints: Checkpoints;
  readonly bus: EventBus;
  readonly internal: InternalCalls;
  /** The processes of the other services; of none when all run in this one. */
  readonly instances: ServiceInstances;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export interface ServiceDefinition {
  readonly name: string;
  /** Folder with `state/*.sql` and `view/*.sql`. */
  readonly migrationsDir: string;
  /** The service's Nest module: controllers (HTTP and `@EventPattern`), use cases, adapters. */
  module(runtime: ServiceRuntime): DynamicModule;
  /**
   * The service's view consumers, on the database and checkpoints of the runtime given: those of the
   * served view, or of a shadow that is to replace it. Absent where a service has no view.
   */
  view?(runtime: ServiceRuntime): ViewFold;
  /** Only the gateway: how keys are known. In its absence requests must carry a signed context. */
  authenticator?(runtime: ServiceRuntime): Promise<Authenticate>;
}
