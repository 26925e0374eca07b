/**
 * What a hold for usage that has not happened yet can be placed in.
 *
 * One hold is in one asset, and the usage that draws on it pays in that asset. So only assets that
 * every fee lists can be held; fees that are 0 in all their assets ask for none.
 *
 * Shape:  one offer per such asset, in the order of the first fee's price; none = the fees need
 *         several assets. Fees that are all 0 make one offer of 0.
 * Units:  an offer's amount is the sum of its fees, each of which was rounded when it was priced.
 */
import { type Decimal, decimal, type DecimalString, sum, ZERO } from '@kontor/money';

/** A fee as it was priced in one asset. Carried for the readers, except for its amount. */
export interface PricedAlternative {
  readonly asset: string;
  readonly amount: DecimalString;
  readonly inputVolume?: DecimalString;
  readonly volumeRate?: DecimalString;
  readonly packageSize?: DecimalString;
  readonly units?: DecimalString;
  readonly unitPrice?: DecimalString;
  readonly description: string;
}

interface PriceOfFee {
  readonly productId: string;
  readonly productCode: string;
  readonly productVersion: number;
  readonly priceId: string;
  readonly priceName: string;
  readonly usageType: 'unit' | 'volume' | 'unit_and_volume';
  readonly volumeField?: string;
  readonly dimensions?: Readonly<Record<string, string>>;
}

/** In every asset that its price lists, in the price's order. */
export interface PricedFee extends PriceOfFee {
  readonly alternatives: readonly PricedAlternative[];
}

/** In the asset that was chosen. */
export interface HeldFee extends PriceOfFee, PricedAlternative {}

export interface HoldOffer {
  readonly asset: string;
  readonly amount: Decimal;
  readonly fees: readonly HeldFee[];
}

export function offersFor(fees: readonly PricedFee[]): HoldOffer[] {
  const due = fees.filter(isDue);
  const listing = due[0] ?? fees[0];
  return (listing?.alternatives ?? [])
    .map(({ asset }) => asset)
    .filter((asset) => due.every((fee) => alternativeIn(fee, asset) !== undefined))
    .slice(0, due.length === 0 ? 1 : undefined)
    .map((asset) => offerIn(asset, fees));
}

function offerIn(asset: string, fees: readonly PricedFee[]): HoldOffer {
  const held = fees.flatMap((fee): HeldFee[] => {
    const { alternatives, ...price } = fee;
    // A fee that is free everywhere may not list the asset; it is shown in one that it lists.
    const chosen = alternativeIn(fee, asset) ?? alternatives[0];
    return chosen ? [{ ...price, ...chosen }] : [];
  });
  return { asset, amount: sum(held.map(({ amount }) => decimal(amount))), fees: held };
}

const isDue = (fee: PricedFee): boolean =>
  fee.alternatives.some(({ amount }) => decimal(amount).gt(ZERO));

const alternativeIn = (fee: PricedFee, asset: string): PricedAlternative | undefined =>
  fee.alternatives.find((alternative) => alternative.asset === asset);
