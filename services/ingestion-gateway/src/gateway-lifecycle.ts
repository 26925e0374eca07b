import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { ServiceRuntime } from '@kontor/service-host';
import { serveFindAccepted } from './adapters/events/find-accepted';
import { serveFindUsageHeads } from './adapters/events/find-usage-heads';
import type { AcceptUsage } from './app/accept-usage';
import { keyRingOf } from './key-ring-of';

/** How exact `last_used_at` is: writing it with every request would cost more than the request. */
const LAST_USE_EVERY_MS = 10_000;

/** What runs beside requests, from the start to the stop. */
@Injectable()
export class GatewayLifecycle implements OnModuleInit, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly runtime: ServiceRuntime,
    private readonly acceptance: AcceptUsage,
  ) {}

  onModuleInit(): void {
    serveFindAccepted(this.runtime.internal, this.runtime.database);
    serveFindUsageHeads(this.runtime.internal, this.runtime.log);
    this.timer = setInterval(() => void this.note(), LAST_USE_EVERY_MS);
    this.timer.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.acceptance.stop();
    await this.note();
  }

  private async note(): Promise<void> {
    try {
      await keyRingOf(this.runtime).flush();
    } catch (error) {
      this.runtime.logger.warn('last uses of keys were not noted', { error: String(error) });
    }
  }
}
