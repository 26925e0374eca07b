/** The rate of an asset in the reporting currency, as the catalog has it at the instant. */
import type { Clock, Tenant } from '@kontor/contracts';
import { decimal, type ExchangeRate, PARITY } from '@kontor/money';
import type { InternalCalls } from '@kontor/service-host';

export class CatalogRates {
  constructor(
    private readonly internal: InternalCalls,
    private readonly parts: { readonly clock: Clock; readonly reportingCurrency: string },
  ) {}

  /**
   * Null when the asset has no rate now. Asked each time, so that a rate that was just answered to
   * a client counts.
   *
   * Errors: DependencyDown (503) when the catalog does not answer; never of the reporting currency.
   */
  async now(tenant: Tenant, asset: string): Promise<ExchangeRate | null> {
    const { clock, reportingCurrency } = this.parts;
    if (asset === reportingCurrency) return PARITY;
    const { rates } = await this.internal.call(
      'catalog.find-rates',
      { platform: tenant.platform, mode: tenant.mode },
      { assets: [asset], source: reportingCurrency, at: clock.now() },
    );
    const found = rates.find((rate) => rate.asset === asset);
    return found ? { rate: orNull(found.rate), inverseRate: orNull(found.inverseRate) } : null;
  }
}

const orNull = (text: string | null) => (text === null ? null : decimal(text));
