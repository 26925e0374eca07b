import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { partitionsOf } from '@kontor/event-log';
import { ConfigError, type ServiceRuntime } from '@kontor/service-host';
import type { FastifyInstance } from 'fastify';
import { addForwarding } from './adapters/http/forwarding';
import { Forwarder } from './adapters/http/forwarder';
import { Placement } from './adapters/http/placement';
import { readForeignRoutes } from './adapters/http/route-table';
import type { KnownReferences } from './app/ports';

export const FORWARDING_RUNTIME = Symbol('ForwardingRuntime');
export const KNOWN_CUSTOMERS = Symbol('KnownCustomers');
/** All topics that are keyed by customer have as many partitions. */
const PLACED_TOPIC = 'wallet.posted.v1';

/** With every service in its own process, the gateway passes on what it does not answer itself. */
@Injectable()
export class ForwardingLifecycle implements OnModuleInit, OnApplicationShutdown {
  private forwarder: Forwarder | undefined;

  constructor(
    @Inject(FORWARDING_RUNTIME) private readonly runtime: ServiceRuntime,
    @Inject(KNOWN_CUSTOMERS) private readonly customers: KnownReferences,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {}

  onModuleInit(): void {
    const { serviceUrls, internalSecret } = this.runtime.config;
    if (!serviceUrls) return;
    if (internalSecret === undefined)
      throw new ConfigError('KONTOR_INTERNAL_SECRET', 'is needed to pass requests on to services');
    this.forwarder = new Forwarder({
      instances: this.runtime.instances,
      placement: new Placement({
        customers: this.customers,
        partitions: partitionsOf(PLACED_TOPIC),
      }),
      secret: internalSecret,
      nowMs: () => Date.now(),
    });
    const server = this.host.httpAdapter.getInstance<FastifyInstance>();
    addForwarding(server, this.forwarder, readForeignRoutes());
  }

  onApplicationShutdown(): void {
    this.forwarder?.close();
  }
}
