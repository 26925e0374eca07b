/** What one unit of assets is worth in a currency at an instant. */
import { rateAt, wire } from '@kontor/money';
import { scheduleIn } from '../domain/exchange';
import type { Instant } from '../domain/instant';
import type { AssetReads, Tenant } from './ports';

export interface RatesQuestion {
  readonly assets: readonly string[];
  readonly source: string;
  readonly at: Instant;
}

/** As the platform gave it, one of the two. */
export interface FoundRate {
  readonly asset: string;
  readonly rate: string | null;
  readonly inverseRate: string | null;
}

/** Assets that have no rate in the currency then are left out. */
export async function findRates(
  reads: AssetReads,
  tenant: Tenant,
  { assets, source, at }: RatesQuestion,
): Promise<{ rates: FoundRate[] }> {
  const found = await reads.find(tenant, assets);
  const rates = assets.flatMap((code): FoundRate[] => {
    const asset = found.get(code);
    const dated = asset && rateAt(scheduleIn(asset, source), at);
    if (!dated) return [];
    const { rate, inverseRate } = dated;
    return [
      { asset: code, rate: rate && wire(rate), inverseRate: inverseRate && wire(inverseRate) },
    ];
  });
  return { rates };
}
