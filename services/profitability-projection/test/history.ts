/**
 * Random histories of a few customers, as entries of the four topics, and what they must add up to
 * by the plainest reading of the rules: a second, slow implementation that sees everything at once.
 */
import { allocate, decimal, sum, wire, ZERO, type Decimal } from '@kontor/money';
import fc from 'fast-check';
import {
  moneyOfCost,
  moneyOfFee,
  productsOf,
  type CostEntry,
  type CostTopicEntry,
  type FeeReversal,
  type FeeValue,
  type Happening,
  type RatedEntry,
  type RatedFee,
  type UsageTopicEntry,
} from '../src/domain/entries';

export type Entry =
  | { readonly topic: 'usage'; readonly customerId: string; readonly entry: UsageTopicEntry }
  | { readonly topic: 'rated'; readonly customerId: string; readonly entry: RatedEntry }
  | {
      readonly topic: 'wallet';
      readonly customerId: string;
      readonly entry: FeeValue | FeeReversal;
    }
  | { readonly topic: 'costs'; readonly customerId: string; readonly entry: CostTopicEntry };

/** What happened to one event, before it is spread over topics. */
export interface Story {
  readonly customer: number;
  readonly subject: string | null;
  readonly day: number;
  readonly hour: number;
  readonly type: string;
  readonly fees: readonly {
    readonly product: number;
    readonly amount: string;
    readonly priced: boolean;
  }[];
  readonly costs: readonly {
    readonly vendor: number;
    readonly amount: string;
    readonly converted: boolean;
    readonly category: string;
  }[];
  /** Fees alone, at once with the costs, or the costs later. */
  readonly reversed: 'not' | 'fees' | 'with costs' | 'costs later';
}

const amount = fc.constantFrom('0', '0.1', '0.000000000001', '1', '0.333333333333', '7', '0.16');

export const storyArbitrary: fc.Arbitrary<Story> = fc.record({
  customer: fc.integer({ min: 0, max: 2 }),
  subject: fc.constantFrom(null, 'chat', 'task'),
  day: fc.integer({ min: 1, max: 3 }),
  hour: fc.integer({ min: 0, max: 23 }),
  type: fc.constantFrom('generated', 'called'),
  fees: fc.array(
    fc.record({ product: fc.integer({ min: 0, max: 2 }), amount, priced: fc.boolean() }),
    { maxLength: 3 },
  ),
  costs: fc.array(
    fc.record({
      vendor: fc.integer({ min: 0, max: 1 }),
      amount,
      converted: fc.boolean(),
      category: fc.constantFrom('', 'tokens'),
    }),
    { maxLength: 3 },
  ),
  reversed: fc.constantFrom('not', 'not', 'fees', 'with costs', 'costs later'),
});

const hex = (value: number): string => value.toString(16).padStart(12, '0');
const uuid = (kind: string, value: number): string => `${kind}-0000-4000-8000-${hex(value)}`;
export const customerOf = (index: number): string => `cust_${'0'.repeat(25)}${index}`;
export const productOf = (index: number): string => `prp_${'0'.repeat(25)}${index}`;
export const vendorOf = (index: number): string => `vnd_${'0'.repeat(25)}${index}`;

/** Whose histories these are. */
export const PLATFORM = 'acc_0000000000000000000000000a';

/** The entries of one event: one of usage, rated and costs, and one debit per fee that costs. */
export function entriesOf(story: Story, index: number): Entry[] {
  const happening: Happening = {
    platform: PLATFORM,
    mode: 'live',
    eventId: uuid('00000000', index),
    customerId: customerOf(story.customer),
    subject: story.subject,
    occurredAt: `2026-01-0${story.day}T${String(story.hour).padStart(2, '0')}:30:00.000000Z`,
  };
  const recordedAt = '2026-02-01T00:00:00.000000Z';
  const fees = story.fees.map((fee, at): RatedFee => ratedFee(fee, `${hex(index)}${at}`));
  const debits = fees.flatMap((fee, at): FeeValue[] => {
    const [alternative] = fee.alternatives;
    const { priced, amount: text } = story.fees[at]!;
    if (!alternative || text === '0') return [];
    return [
      {
        ...happening,
        ...{ feeId: fee.feeId, productId: fee.productId, alternative: 0, asset: alternative.asset },
        amount: decimal(text),
        value: priced ? decimal(text) : null,
        uncollected: ZERO,
      },
    ];
  });
  const lines = story.costs.map((cost, at) => ({
    line: at + 1,
    costId: uuid('cccccccc', index * 100 + at),
    vendorId: vendorOf(cost.vendor),
    category: cost.category,
    amount: decimal(cost.amount),
    currency: cost.converted ? 'USD' : 'EUR',
    converted: cost.converted ? decimal(cost.amount) : null,
  }));
  const { customerId } = happening;
  return [
    {
      ...{ topic: 'usage', customerId },
      entry: {
        ...happening,
        ...{ eventType: story.type, occurredAtText: happening.occurredAt, recordedAt },
        ...{ description: null, data: { n: 1 }, sentCosts: lines.map(({ line }) => ({ line })) },
      },
    },
    {
      ...{ topic: 'rated', customerId },
      entry: {
        ...happening,
        ...{ eventType: story.type, recordedAt, fees, ...productsOf(fees) },
        unratedReason: fees.length > 0 ? null : 'no_matching_price',
        authorizationId: null,
      },
    },
    ...debits.map((entry): Entry => ({ topic: 'wallet', customerId, entry })),
    { topic: 'costs', customerId, entry: { ...happening, lines } },
    ...reversalsOf(story, happening, debits),
  ];
}

/** What each topic says of a reversal, behind what it said of the event. */
function reversalsOf(
  { reversed }: Story,
  { platform, mode, eventId, customerId }: Happening,
  debits: readonly FeeValue[],
): Entry[] {
  if (reversed === 'not') return [];
  const event = { platform, mode, eventId };
  const said = { ...event, reason: 'sent twice', reversedAt: '2026-02-02T00:00:00.000000Z' };
  const usage = (costs: boolean): Entry => ({
    ...{ topic: 'usage', customerId },
    entry: { ...said, costs },
  });
  return [
    usage(reversed === 'with costs'),
    ...(reversed === 'costs later' ? [usage(true)] : []),
    ...debits.map((reversedFee): Entry => ({
      topic: 'wallet',
      customerId,
      entry: { ...event, reversedFee },
    })),
    ...(reversed === 'fees'
      ? []
      : [{ topic: 'costs', customerId, entry: { ...event, costsReversed: true } } as const]),
  ];
}

const ratedFee = (fee: Story['fees'][number], id: string): RatedFee => ({
  feeId: `fee_${id.padStart(26, '0')}`,
  productId: productOf(fee.product),
  productCode: `product_${fee.product}`,
  productVersion: 1,
  priceId: 'prc_1',
  priceName: 'Price',
  usageType: 'unit',
  alternatives: [{ asset: fee.priced ? 'USD' : 'PTS', amount: fee.amount, description: 'Fee' }],
});

/** Revenue and costs by any key, as texts: `key|currency` -> `revenue/costs`. */
export type Totals = Record<string, string>;

interface Everything {
  readonly fees: readonly FeeValue[];
  readonly costs: readonly (Happening & CostEntry['lines'][number])[];
  readonly rated: ReadonlyMap<string, RatedEntry>;
  readonly reversedFees: ReadonlySet<string>;
}

/** Costs that were reversed are none; of reversed fees it is known that they were. */
function everythingOf(entries: readonly Entry[]): Everything {
  const rated = new Map<string, RatedEntry>();
  const fees: FeeValue[] = [];
  const reversedFees = new Set<string>();
  const reversedCosts = new Set<string>();
  const costs: (Happening & CostEntry['lines'][number])[] = [];
  for (const { topic, entry } of entries)
    if (topic === 'wallet')
      if ('reversedFee' in entry) reversedFees.add(entry.reversedFee.feeId);
      else fees.push(entry);
    else if (topic === 'costs')
      if ('costsReversed' in entry) reversedCosts.add(entry.eventId);
      else costs.push(...entry.lines.map((line) => ({ ...entry, ...line })));
    else if (topic === 'rated') {
      rated.set(entry.eventId, entry);
      fees.push(...freeFeesOf(entry));
    }
  return {
    ...{ fees, rated, reversedFees },
    costs: costs.filter(({ eventId }) => !reversedCosts.has(eventId)),
  };
}

const freeFeesOf = (entry: RatedEntry): FeeValue[] =>
  entry.fees
    .filter(({ alternatives }) => alternatives.every((alternative) => alternative.amount === '0'))
    .map((fee) => ({
      ...entry,
      ...{ feeId: fee.feeId, productId: fee.productId, alternative: 0 },
      ...{ asset: 'USD', amount: ZERO, value: ZERO, uncollected: ZERO },
    }));

/** What each product must bear of costs, by day; '' = no product. */
export function expectedProductCosts(entries: readonly Entry[]): Totals {
  const { fees, costs, rated, reversedFees } = everythingOf(entries);
  const sums = new Map<string, Decimal>();
  for (const cost of costs) {
    const { currency, amount: size } = moneyOfCost(cost);
    const own = rated.get(cost.eventId)?.fees.length ?? 0;
    const bearers = fees
      .filter((fee) =>
        own > 0
          ? fee.eventId === cost.eventId
          : cost.subject !== null &&
            fee.subject === cost.subject &&
            fee.customerId === cost.customerId,
      )
      .sort((a, b) => (a.feeId < b.feeId ? -1 : 1));
    const parts =
      bearers.length === 0
        ? [['', size] as const]
        : allocate(
            size,
            bearers.map(({ value, feeId }) =>
              // A reversed fee still says who bears the costs that arose for it, and no others.
              own === 0 && reversedFees.has(feeId) ? ZERO : (value ?? ZERO),
            ),
          ).map((part, at) => [bearers[at]!.productId, part] as const);
    for (const [product, part] of parts) {
      const key = `${product}|${cost.occurredAt.slice(0, 10)}|${currency}`;
      sums.set(key, (sums.get(key) ?? ZERO).plus(part));
    }
  }
  return textsOf(sums);
}

/** Revenue and costs by customer and day. */
export function expectedCustomers(entries: readonly Entry[]): Totals {
  const { fees, costs, reversedFees } = everythingOf(entries);
  const revenue = new Map<string, Decimal>();
  const spent = new Map<string, Decimal>();
  const keyOf = (at: Happening, currency: string): string =>
    `${at.customerId}|${at.occurredAt.slice(0, 10)}|${currency}`;
  for (const fee of fees.filter(({ feeId }) => !reversedFees.has(feeId))) {
    const { currency, amount: size } = moneyOfFee(fee);
    revenue.set(keyOf(fee, currency), sum([revenue.get(keyOf(fee, currency)) ?? ZERO, size]));
  }
  for (const cost of costs) {
    const { currency, amount: size } = moneyOfCost(cost);
    spent.set(keyOf(cost, currency), sum([spent.get(keyOf(cost, currency)) ?? ZERO, size]));
  }
  const totals: Totals = {};
  for (const [key, text] of Object.entries(textsOf(revenue))) totals[`${key}|revenue`] = text;
  for (const [key, text] of Object.entries(textsOf(spent))) totals[`${key}|costs`] = text;
  return totals;
}

const textsOf = (sums: ReadonlyMap<string, Decimal>): Totals =>
  Object.fromEntries(
    [...sums]
      .filter(([, size]) => !size.eq(ZERO))
      .map(([key, size]) => [key, wire(size)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** A shuffle that keeps the order within a customer's part of one topic, as the log does. */
export function interleave(entries: readonly Entry[], pick: () => number): Entry[] {
  const queues = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = `${entry.topic} ${entry.customerId}`;
    queues.set(key, [...(queues.get(key) ?? []), entry]);
  }
  const waiting = [...queues.values()];
  const order: Entry[] = [];
  while (waiting.length > 0) {
    const at = Math.floor(pick() * waiting.length);
    const next = waiting[at]!.shift();
    if (next) order.push(next);
    if (waiting[at]!.length === 0) waiting.splice(at, 1);
  }
  return order;
}

/** Cuts an order into batches of one topic each, as consumers take them. */
export function batchesOf(order: readonly Entry[], pick: () => number): Entry[][] {
  const batches: Entry[][] = [];
  for (const entry of order) {
    const last = batches.at(-1);
    if (last && last[0]!.topic === entry.topic && pick() < 0.7) last.push(entry);
    else batches.push([entry]);
  }
  return batches;
}

/** The same history on another platform: none of its rows meet. */
export const onPlatform = (entries: readonly Entry[], platform: string): Entry[] =>
  entries.map((one) => {
    const entry = { ...one.entry, platform };
    return (
      'reversedFee' in entry
        ? { ...one, entry: { ...entry, reversedFee: { ...entry.reversedFee, platform } } }
        : { ...one, entry }
    ) as Entry;
  });
