import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ConfigError, type ServiceRuntime } from '@kontor/service-host';
import type { FastifyInstance } from 'fastify';
import { addForwarding } from './adapters/http/forwarding';
import { Forwarder } from './adapters/http/forwarder';
import { readForeignRoutes } from './adapters/http/route-table';

export const FORWARDING_RUNTIME = Symbol('ForwardingRuntime');

/** With every service in its own process, the gateway passes on what it does not answer itself. */
@Injectable()
export class ForwardingLifecycle implements OnModuleInit, OnApplicationShutdown {
  private forwarder: Forwarder | undefined;

  constructor(
    @Inject(FORWARDING_RUNTIME) private readonly runtime: ServiceRuntime,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {}

  onModuleInit(): void {
    const { serviceUrls, internalSecret } = this.runtime.config;
    if (!serviceUrls) return;
    if (internalSecret === undefined)
      throw new ConfigError('KONTOR_INTERNAL_SECRET', 'is needed to pass requests on to services');
    this.forwarder = new Forwarder({
      serviceUrls,
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
