/** Rating as the ledger asks it: in this process, or by a signed request to its own. */
import type { InternalOperations } from '@kontor/contracts';
import { DependencyDown, type InternalCalls } from '@kontor/service-host';
import type { PricedUsage, Tenant, UsagePrices, UsageToPrice } from '../../app/ports';

/** A person waits for the authorization; nothing is held before the answer. */
const DEADLINE_MS = 2_000;

export class RatingPrices implements UsagePrices {
  constructor(private readonly internal: InternalCalls) {}

  /** Errors: DependencyDown (503), whatever rating's trouble is. */
  async price(
    tenant: Tenant,
    { customerId, eventType, data, at }: UsageToPrice,
  ): Promise<PricedUsage> {
    const request: InternalOperations['rating.price-usage']['request'] = {
      customerId,
      eventType,
      at,
      ...(data && { data: { ...data } }),
    };
    try {
      return await this.internal.call('rating.price-usage', tenant, request, {
        deadlineMs: DEADLINE_MS,
      });
    } catch (cause) {
      throw cause instanceof DependencyDown ? cause : new DependencyDown('rating', { cause });
    }
  }
}
