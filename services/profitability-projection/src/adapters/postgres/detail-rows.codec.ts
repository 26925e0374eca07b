/** Entries <-> rows of the detail tables: what inserts, and what reads decode. */
import { arrayOf, columnsOf, type CopyColumn, copyTable } from '@kontor/postgres';
import { decimal, wire } from '@kontor/money';
import type {
  AuthorizationEntry,
  ChargeEntry,
  CostEntry,
  CostLine,
  FeeValue,
  Happening,
  Mode,
  RatedEntry,
  ReversalEntry,
  UsageEntry,
} from '../../domain/entries';
import { uncollectedOf } from '../../domain/entries';
import type { EventProduct, EventShare, SubjectCost } from '../../domain/changes';

const json = (value: object | null): string | null => value && JSON.stringify(value);

const TENANT: readonly CopyColumn<Pick<Happening, 'platform' | 'mode'>>[] = [
  ['platform', (row) => row.platform],
  ['mode', (row) => row.mode],
];
const HAPPENING: readonly CopyColumn<Happening>[] = [
  ...TENANT,
  ['event_id', (row) => row.eventId],
  ['customer_id', (row) => row.customerId],
  ['subject', (row) => row.subject],
  ['occurred_at', (row) => row.occurredAt],
];
const WITHOUT_SUBJECT = HAPPENING.filter(([name]) => name !== 'subject');

export const USAGE = copyTable<UsageEntry>('usage_detail', [
  ...HAPPENING,
  ['event_type', (row) => row.eventType],
  ['occurred_at_text', (row) => row.occurredAtText],
  ['recorded_at', (row) => row.recordedAt],
  ['description', (row) => row.description],
  ['data', (row) => json(row.data)],
  ['costs', (row) => (row.sentCosts.length > 0 ? json(row.sentCosts) : null)],
]);

export const RATED = copyTable<RatedEntry>('rated_detail', [
  ...HAPPENING,
  ['event_type', (row) => row.eventType],
  ['recorded_at', (row) => row.recordedAt],
  ['unrated_reason', (row) => row.unratedReason],
  ['fee_count', (row) => String(row.feeCount)],
  ['product_ids', (row) => arrayOf(row.productIds)],
  ['product_codes', (row) => arrayOf(row.productCodes)],
  ['fees', (row) => (row.fees.length > 0 ? json(row.fees) : null)],
  ['authorization_id', (row) => row.authorizationId],
]);

export const EVENT_PRODUCT = copyTable<EventProduct>('event_product', [
  ...WITHOUT_SUBJECT,
  ['product_code', (row) => row.productCode],
]);

export const FEE_VALUE = copyTable<FeeValue>('fee_value', [
  ...HAPPENING,
  ['fee_id', (row) => row.feeId],
  ['product_id', (row) => row.productId],
  ['alternative', (row) => String(row.alternative)],
  ['asset', (row) => row.asset],
  ['amount', (row) => wire(row.amount)],
  ['value', (row) => row.value && wire(row.value)],
  ['uncollected', (row) => wire(row.uncollected)],
  ['uncollected_value', (row) => wire(uncollectedOf(row))],
]);

export const CHARGE = copyTable<ChargeEntry>('charge_detail', [
  ...TENANT,
  ['transaction_id', (row) => row.transactionId],
  ['customer_id', (row) => row.customerId],
  ['subject', (row) => row.subject],
  ['occurred_at', (row) => row.occurredAt],
  ['asset', (row) => row.asset],
  ['amount', (row) => wire(row.amount)],
  ['value', (row) => row.value && wire(row.value)],
]);

export const AUTHORIZATION_USE = copyTable<AuthorizationEntry>('authorization_use', [
  ...TENANT,
  ['event_id', (row) => row.eventId],
  ['authorization_id', (row) => row.authorizationId],
  ['captured', (row) => wire(row.captured)],
  ['ignored', (row) => row.ignored],
]);

/** A cost, or the row that says that an event has none. */
export type CostRow = Happening & { readonly cost: CostLine | undefined };

export const costRowsOf = (entries: readonly CostEntry[]): CostRow[] =>
  entries.flatMap(({ lines, ...event }): CostRow[] =>
    lines.length > 0 ? lines.map((cost) => ({ ...event, cost })) : [{ ...event, cost: undefined }],
  );

export const COST = copyTable<CostRow>('cost_detail', [
  ...HAPPENING,
  ['line', ({ cost }) => String(cost?.line ?? 0)],
  ['cost_id', ({ cost }) => cost?.costId ?? null],
  ['vendor_id', ({ cost }) => cost?.vendorId ?? ''],
  ['category', ({ cost }) => cost?.category ?? ''],
  ['amount', ({ cost }) => (cost ? wire(cost.amount) : '0')],
  ['currency', ({ cost }) => cost?.currency ?? ''],
  ['converted', ({ cost }) => (cost?.converted ? wire(cost.converted) : null)],
]);

export const EVENT_SHARE = copyTable<EventShare>('event_share', [
  ...HAPPENING.filter(([name]) => name !== 'subject' && name !== 'customer_id'),
  ['product_id', (row) => row.productId],
  ['currency', (row) => row.currency],
  ['costs', (row) => wire(row.costs)],
]);

export const SUBJECT_COST = copyTable<SubjectCost>('subject_cost', [
  ...HAPPENING,
  ['line', (row) => String(row.line)],
  ['currency', (row) => row.currency],
  ['amount', (row) => wire(row.amount)],
]);

/** A statement of one table, prepared once under its name. */
export interface Insert<Row> {
  readonly name: string;
  readonly text: string;
  values(rows: readonly Row[]): string[];
}

/** What was said first stays, but costs may follow. */
export const REVERSAL: Insert<ReversalEntry> = {
  name: 'insert event_reversal',
  text: `INSERT INTO event_reversal AS t (platform, mode, event_id, reason, reversed_at, costs)
         SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::timestamptz[],
             $6::boolean[])
         ON CONFLICT (event_id, platform, mode) DO UPDATE SET costs = t.costs OR excluded.costs`,
  values: (rows) =>
    columnsOf<ReversalEntry>(rows, [
      (row) => row.platform,
      (row) => row.mode,
      (row) => row.eventId,
      (row) => row.reason,
      (row) => row.reversedAt,
      (row) => String(row.costs),
    ]),
};

/** Columns of a happening as a read answers them. */
export interface HappeningRow {
  readonly platform: string;
  readonly mode: Mode;
  readonly event_id: string;
  readonly customer_id: string;
  readonly subject: string | null;
  readonly occurred_at: string;
}

export const happeningFromRow = (row: HappeningRow): Happening => ({
  platform: row.platform,
  mode: row.mode,
  eventId: row.event_id,
  customerId: row.customer_id,
  subject: row.subject,
  occurredAt: row.occurred_at,
});

export interface FeeValueRow extends HappeningRow {
  readonly fee_id: string;
  readonly product_id: string;
  readonly alternative: number;
  readonly asset: string;
  readonly amount: string;
  readonly value: string | null;
  readonly uncollected: string;
  readonly reversed: boolean;
}

export const feeValueFromRow = (row: FeeValueRow): FeeValue => ({
  ...happeningFromRow(row),
  feeId: row.fee_id,
  productId: row.product_id,
  alternative: row.alternative,
  asset: row.asset,
  amount: decimal(row.amount),
  value: row.value === null ? null : decimal(row.value),
  uncollected: decimal(row.uncollected),
  ...(row.reversed && { reversed: true }),
});

export interface CostLineRow {
  readonly line: number;
  readonly cost_id: string;
  readonly vendor_id: string;
  readonly category: string;
  readonly amount: string;
  readonly currency: string;
  readonly converted: string | null;
  readonly reversed: boolean;
}

export const costLineFromRow = (row: CostLineRow): CostLine => ({
  line: row.line,
  costId: row.cost_id,
  vendorId: row.vendor_id,
  category: row.category,
  amount: decimal(row.amount),
  currency: row.currency,
  converted: row.converted === null ? null : decimal(row.converted),
});
