/**
 * Sums per UTC day that only ever grow by additions, so that facts may come in any order.
 *
 * A batch is folded here in memory; its sums are then added to the stored ones, a row per key.
 *
 * Invariants (roll-ups.spec.ts, fold.property.spec.ts):
 *   1. the sum of a table over all keys of a tenant and day is that of `platform_day`;
 *   2. `product_day` costs, "no product" included, are the platform's costs once nothing is open.
 *
 * Time: a row's day is that of the event's `occurredAt`, never of its arrival.
 */
import { ZERO, type Decimal } from '@kontor/money';
import {
  dayOf,
  keyOf,
  moneyOfCost,
  moneyOfFee,
  NO_PRODUCT,
  uncollectedOf,
  type ChargeEntry,
  type CostLine,
  type FeeValue,
  type Happening,
  type Tenant,
} from './entries';

export type RollUpTable =
  | 'customer_day'
  | 'subject_day'
  | 'product_day'
  | 'product_event_day'
  | 'vendor_day'
  | 'type_day'
  | 'platform_day';

/**
 * The order of writing. The customer and subject rows belong to the partition whose lock is held;
 * the rest is shared by all partitions, so it comes last, in the order of names and keys, and its
 * row locks are short.
 */
export const ROLL_UP_TABLES: readonly RollUpTable[] = [
  'customer_day',
  'subject_day',
  'platform_day',
  'product_day',
  'product_event_day',
  'type_day',
  'vendor_day',
];

export interface RollUpRow {
  /** Platform, mode, then the table's own key columns. */
  readonly key: readonly string[];
  revenue: Decimal;
  costs: Decimal;
  uncollected: Decimal;
  events: number;
  withFees: number;
  unrated: number;
}

/** An amount as it is added: itself, or its opposite when it is taken back. */
type Signed = (amount: Decimal) => Decimal;

/** Money and counters of one batch, by table and key. */
export class RollUps {
  private readonly tables = new Map<RollUpTable, Map<string, RollUpRow>>();

  /** An event was sent. */
  addEvent(event: Happening & { readonly eventType: string }): void {
    for (const row of this.counted(event)) row.events += 1;
  }

  /** An event that was sent was also rated: with fees, or with a reason for having none. */
  addOutcome(
    event: Happening & { readonly eventType: string },
    hasFees: boolean,
    productCodes: readonly string[],
  ): void {
    for (const row of this.counted(event))
      if (hasFees) row.withFees += 1;
      else row.unrated += 1;
    const day = dayOf(event.occurredAt);
    for (const code of productCodes)
      this.row('product_event_day', [event.platform, event.mode, code, day]).events += 1;
  }

  addFee(fee: FeeValue): void {
    this.countFee(fee, (amount) => amount);
  }

  /** Its period is the event's, so that the event nets to zero there. */
  removeFee(fee: Omit<FeeValue, 'alternative'>): void {
    this.countFee(fee, (amount) => amount.neg());
  }

  private countFee(fee: Omit<FeeValue, 'alternative'>, signed: Signed): void {
    const { currency, amount: size } = moneyOfFee(fee);
    if (size.eq(ZERO)) return;
    const amount = signed(size);
    const { platform, mode, productId } = fee;
    const day = dayOf(fee.occurredAt);
    for (const row of this.ofEvent(fee, currency)) row.revenue = row.revenue.plus(amount);
    const product = this.row('product_day', [platform, mode, productId, day, currency]);
    product.revenue = product.revenue.plus(amount);
    const uncollected = signed(uncollectedOf(fee));
    if (uncollected.eq(ZERO)) return;
    const customer = this.row('customer_day', [platform, mode, fee.customerId, day, currency]);
    customer.uncollected = customer.uncollected.plus(uncollected);
  }

  /** Revenue of no event and no product. */
  addCharge(charge: ChargeEntry): void {
    const { currency, amount } = moneyOfFee(charge);
    const { platform, mode } = charge;
    const day = dayOf(charge.occurredAt);
    for (const row of this.ofEvent(charge, currency)) row.revenue = row.revenue.plus(amount);
    const product = this.row('product_day', [platform, mode, NO_PRODUCT, day, currency]);
    product.revenue = product.revenue.plus(amount);
  }

  addCost(event: Happening, line: CostLine): void {
    this.countCost(event, line, (amount) => amount);
  }

  removeCost(event: Happening, line: CostLine): void {
    this.countCost(event, line, (amount) => amount.neg());
  }

  private countCost(event: Happening, line: CostLine, signed: Signed): void {
    const { currency, amount: size } = moneyOfCost(line);
    if (size.eq(ZERO)) return;
    const amount = signed(size);
    const { platform, mode } = event;
    const { vendorId, category } = line;
    const day = dayOf(event.occurredAt);
    for (const row of this.ofEvent(event, currency)) row.costs = row.costs.plus(amount);
    const vendor = this.row('vendor_day', [platform, mode, vendorId, category, day, currency]);
    vendor.costs = vendor.costs.plus(amount);
  }

  /** `amount` may be negative or 0: what a product bears of shared costs can change. */
  addProductCosts(tenant: Tenant, at: ProductDay, amount: Decimal): void {
    const { productId, day, currency } = at;
    const row = this.row('product_day', [tenant.platform, tenant.mode, productId, day, currency]);
    row.costs = row.costs.plus(amount);
  }

  /** The rows of a table in the order of their keys. */
  rows(table: RollUpTable): RollUpRow[] {
    const rows = this.tables.get(table);
    if (!rows) return [];
    return [...rows].sort(([a], [b]) => Number(a > b) - Number(a < b)).map(([, row]) => row);
  }

  private counted(event: Happening & { readonly eventType: string }): RollUpRow[] {
    const { platform, mode, customerId, eventType } = event;
    const day = dayOf(event.occurredAt);
    return [
      this.row('customer_day', [platform, mode, customerId, day, '']),
      this.row('platform_day', [platform, mode, day, '']),
      this.row('type_day', [platform, mode, eventType, day]),
    ];
  }

  private ofEvent(event: Omit<Happening, 'eventId'>, currency: string): RollUpRow[] {
    const { platform, mode, customerId, subject } = event;
    const day = dayOf(event.occurredAt);
    const rows = [
      this.row('customer_day', [platform, mode, customerId, day, currency]),
      this.row('platform_day', [platform, mode, day, currency]),
    ];
    if (subject !== null)
      rows.push(this.row('subject_day', [platform, mode, subject, customerId, day, currency]));
    return rows;
  }

  private row(table: RollUpTable, key: readonly string[]): RollUpRow {
    let rows = this.tables.get(table);
    if (!rows) this.tables.set(table, (rows = new Map<string, RollUpRow>()));
    const name = keyOf(...key);
    let row = rows.get(name);
    if (!row) {
      row = {
        key,
        revenue: ZERO,
        costs: ZERO,
        uncollected: ZERO,
        events: 0,
        withFees: 0,
        unrated: 0,
      };
      rows.set(name, row);
    }
    return row;
  }
}

export interface ProductDay {
  /** NO_PRODUCT for costs that no fee took on. */
  readonly productId: string;
  readonly day: string;
  readonly currency: string;
}
