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
  type Mode,
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

/** The key of a row behind platform and mode, of what tells it apart within a tenant and a day. */
const KEYS: Record<
  RollUpTable,
  (first: string, second: string, day: string, currency: string) => readonly string[]
> = {
  customer_day: (customerId, _, day, currency) => [customerId, day, currency],
  subject_day: (subject, customerId, day, currency) => [subject, customerId, day, currency],
  platform_day: (_, __, day, currency) => [day, currency],
  product_day: (productId, _, day, currency) => [productId, day, currency],
  product_event_day: (productCode, _, day) => [productCode, day],
  type_day: (eventType, _, day) => [eventType, day],
  vendor_day: (vendorId, category, day, currency) => [vendorId, category, day, currency],
};

/** Of one tenant and UTC day: nearly all of a batch is, so what they share is in no key here. */
class DayRows {
  private readonly tables = new Map<RollUpTable, Map<string, RollUpRow>>();

  constructor(
    private readonly platform: string,
    private readonly mode: Mode,
    private readonly day: string,
  ) {}

  /** `at`: the day, or an instant of it. */
  isOf(tenant: Tenant, at: string): boolean {
    return (
      at.startsWith(this.day) && tenant.platform === this.platform && tenant.mode === this.mode
    );
  }

  row(table: RollUpTable, first: string, second = '', currency = ''): RollUpRow {
    let rows = this.tables.get(table);
    if (!rows) this.tables.set(table, (rows = new Map<string, RollUpRow>()));
    const name = second === '' && currency === '' ? first : `${first}\n${second}\n${currency}`;
    let row = rows.get(name);
    if (!row) {
      const ofTable = KEYS[table](first, second, this.day, currency);
      row = {
        key: [this.platform, this.mode, ...ofTable],
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

  rows(table: RollUpTable): Iterable<RollUpRow> {
    return this.tables.get(table)?.values() ?? [];
  }
}

/** Money and counters of the batches of a transaction, by table and key. */
export class RollUps {
  private readonly days = new Map<string, DayRows>();
  private last: DayRows | undefined;

  /** An event was sent. */
  addEvent(event: Happening & { readonly eventType: string }): void {
    const at = this.at(event, event.occurredAt);
    at.row('customer_day', event.customerId).events += 1;
    at.row('platform_day', '').events += 1;
    at.row('type_day', event.eventType).events += 1;
  }

  /** An event that was sent was also rated: with fees, or with a reason for having none. */
  addOutcome(
    event: Happening & { readonly eventType: string },
    hasFees: boolean,
    productCodes: readonly string[],
  ): void {
    const at = this.at(event, event.occurredAt);
    countOutcome(at.row('customer_day', event.customerId), hasFees);
    countOutcome(at.row('platform_day', ''), hasFees);
    countOutcome(at.row('type_day', event.eventType), hasFees);
    for (const code of productCodes) at.row('product_event_day', code).events += 1;
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
    this.addRevenue(fee, fee.productId, currency, signed(size));
    const uncollected = signed(uncollectedOf(fee));
    if (uncollected.eq(ZERO)) return;
    const at = this.at(fee, fee.occurredAt);
    const customer = at.row('customer_day', fee.customerId, '', currency);
    customer.uncollected = customer.uncollected.plus(uncollected);
  }

  /** Revenue of no event and no product. */
  addCharge(charge: ChargeEntry): void {
    const { currency, amount } = moneyOfFee(charge);
    this.addRevenue(charge, NO_PRODUCT, currency, amount);
  }

  private addRevenue(of: Earning, productId: string, currency: string, amount: Decimal): void {
    const at = this.at(of, of.occurredAt);
    const customer = at.row('customer_day', of.customerId, '', currency);
    customer.revenue = customer.revenue.plus(amount);
    const platform = at.row('platform_day', '', '', currency);
    platform.revenue = platform.revenue.plus(amount);
    const product = at.row('product_day', productId, '', currency);
    product.revenue = product.revenue.plus(amount);
    if (of.subject === null) return;
    const subject = at.row('subject_day', of.subject, of.customerId, currency);
    subject.revenue = subject.revenue.plus(amount);
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
    const at = this.at(event, event.occurredAt);
    const customer = at.row('customer_day', event.customerId, '', currency);
    customer.costs = customer.costs.plus(amount);
    const platform = at.row('platform_day', '', '', currency);
    platform.costs = platform.costs.plus(amount);
    const vendor = at.row('vendor_day', line.vendorId, line.category, currency);
    vendor.costs = vendor.costs.plus(amount);
    if (event.subject === null) return;
    const subject = at.row('subject_day', event.subject, event.customerId, currency);
    subject.costs = subject.costs.plus(amount);
  }

  /** `amount` may be negative or 0: what a product bears of shared costs can change. */
  addProductCosts(tenant: Tenant, { productId, day, currency }: ProductDay, amount: Decimal): void {
    const row = this.at(tenant, day).row('product_day', productId, '', currency);
    row.costs = row.costs.plus(amount);
  }

  /** The rows of a table in the order of their keys. */
  rows(table: RollUpTable): RollUpRow[] {
    const rows = [...this.days.values()].flatMap((day) =>
      Array.from(day.rows(table), (row) => ({ name: keyOf(...row.key), row })),
    );
    rows.sort((a, b) => Number(a.name > b.name) - Number(a.name < b.name));
    return rows.map(({ row }) => row);
  }

  private at(tenant: Tenant, at: string): DayRows {
    if (this.last?.isOf(tenant, at)) return this.last;
    const { platform, mode } = tenant;
    const day = dayOf(at);
    const name = keyOf(platform, mode, day);
    let rows = this.days.get(name);
    if (!rows) this.days.set(name, (rows = new DayRows(platform, mode, day)));
    this.last = rows;
    return rows;
  }
}

/** What brings revenue: a fee or a charge. */
type Earning = Pick<Happening, 'platform' | 'mode' | 'customerId' | 'subject' | 'occurredAt'>;

function countOutcome(row: RollUpRow, hasFees: boolean): void {
  if (hasFees) row.withFees += 1;
  else row.unrated += 1;
}

export interface ProductDay {
  /** NO_PRODUCT for costs that no fee took on. */
  readonly productId: string;
  readonly day: string;
  readonly currency: string;
}
