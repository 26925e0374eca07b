/** Entries <-> rows of the detail tables: the statements that insert, and what reads decode. */
import { arrayOf, columnsOf, jsonLines } from '@kontor/postgres';
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

/** A statement of one table, prepared once under its name. */
export interface Insert<Row> {
  readonly name: string;
  readonly text: string;
  values(rows: readonly Row[]): string[];
}

const happening: readonly ((row: Happening) => string | null)[] = [
  (row) => row.platform,
  (row) => row.mode,
  (row) => row.eventId,
  (row) => row.customerId,
  (row) => row.subject,
  (row) => row.occurredAt,
];

export const USAGE: Insert<UsageEntry> = {
  name: 'insert usage_detail',
  text: `INSERT INTO usage_detail (platform, mode, event_id, customer_id, subject, occurred_at,
             event_type, occurred_at_text, recorded_at, description, data, costs)
         SELECT a, b, c, d, e, f, g, h, i, j, NULLIF(k, '')::json, NULLIF(l, '')::json
         FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[],
             $7::text[], $8::text[], $9::timestamptz[], $10::text[],
             string_to_array($11::text, E'\\n'), string_to_array($12::text, E'\\n'))
           AS _(a, b, c, d, e, f, g, h, i, j, k, l)`,
  values: (rows) => [
    ...columnsOf<UsageEntry>(rows, [
      ...happening,
      (row) => row.eventType,
      (row) => row.occurredAtText,
      (row) => row.recordedAt,
      (row) => row.description,
    ]),
    jsonLines(rows.map((row) => row.data)),
    jsonLines(rows.map((row) => (row.sentCosts.length > 0 ? row.sentCosts : null))),
  ],
};

export const RATED: Insert<RatedEntry> = {
  name: 'insert rated_detail',
  text: `INSERT INTO rated_detail (platform, mode, event_id, customer_id, subject, occurred_at,
             event_type, recorded_at, unrated_reason, fee_count, product_ids, product_codes, fees,
             authorization_id)
         SELECT a, b, c, d, e, f, g, h, i, j, k::text[], l::text[], NULLIF(m, '')::json, n
         FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[],
             $7::text[], $8::timestamptz[], $9::text[], $10::smallint[], $11::text[], $12::text[],
             string_to_array($13::text, E'\\n'), $14::text[])
           AS _(a, b, c, d, e, f, g, h, i, j, k, l, m, n)`,
  values: (rows) => [
    ...columnsOf<RatedEntry>(rows, [
      ...happening,
      (row) => row.eventType,
      (row) => row.recordedAt,
      (row) => row.unratedReason,
      (row) => String(row.feeCount),
      // An array in an array: the inner literal is an element's text, cast in the statement.
      (row) => arrayOf(row.productIds),
      (row) => arrayOf(row.productCodes),
    ]),
    jsonLines(rows.map((row) => (row.fees.length > 0 ? row.fees : null))),
    ...columnsOf<RatedEntry>(rows, [(row) => row.authorizationId]),
  ],
};

export const EVENT_PRODUCT: Insert<EventProduct> = {
  name: 'insert event_product',
  text: `INSERT INTO event_product
             (platform, mode, event_id, customer_id, occurred_at, product_code)
         SELECT a, b, c, d, f, g
         FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[],
             $7::text[]) AS _(a, b, c, d, e, f, g)`,
  values: (rows) => columnsOf<EventProduct>(rows, [...happening, (row) => row.productCode]),
};

export const FEE_VALUE: Insert<FeeValue> = {
  name: 'insert fee_value',
  text: `INSERT INTO fee_value (platform, mode, event_id, customer_id, subject, occurred_at,
             fee_id, product_id, alternative, asset, amount, value, uncollected,
             uncollected_value)
         SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[],
             $6::timestamptz[], $7::text[], $8::text[], $9::smallint[], $10::text[],
             $11::numeric[], $12::numeric[], $13::numeric[], $14::numeric[])`,
  values: (rows) =>
    columnsOf<FeeValue>(rows, [
      ...happening,
      (row) => row.feeId,
      (row) => row.productId,
      (row) => String(row.alternative),
      (row) => row.asset,
      (row) => wire(row.amount),
      (row) => row.value && wire(row.value),
      (row) => wire(row.uncollected),
      (row) => wire(uncollectedOf(row)),
    ]),
};

export const CHARGE: Insert<ChargeEntry> = {
  name: 'insert charge_detail',
  text: `INSERT INTO charge_detail (platform, mode, transaction_id, customer_id, subject,
             occurred_at, asset, amount, value)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
             $6::timestamptz[], $7::text[], $8::numeric[], $9::numeric[])`,
  values: (rows) =>
    columnsOf<ChargeEntry>(rows, [
      (row) => row.platform,
      (row) => row.mode,
      (row) => row.transactionId,
      (row) => row.customerId,
      (row) => row.subject,
      (row) => row.occurredAt,
      (row) => row.asset,
      (row) => wire(row.amount),
      (row) => row.value && wire(row.value),
    ]),
};

export const AUTHORIZATION_USE: Insert<AuthorizationEntry> = {
  name: 'insert authorization_use',
  text: `INSERT INTO authorization_use (platform, mode, event_id, authorization_id, captured, ignored)
         SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::numeric[],
             $6::text[])`,
  values: (rows) =>
    columnsOf<AuthorizationEntry>(rows, [
      (row) => row.platform,
      (row) => row.mode,
      (row) => row.eventId,
      (row) => row.authorizationId,
      (row) => wire(row.captured),
      (row) => row.ignored,
    ]),
};

/** A cost, or the row that says that an event has none. */
type CostRow = Happening & { readonly cost: CostLine | undefined };

export const COST: Insert<CostEntry> = {
  name: 'insert cost_detail',
  text: `INSERT INTO cost_detail (platform, mode, event_id, customer_id, subject, occurred_at,
             line, cost_id, vendor_id, category, amount, currency, converted)
         SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[],
             $6::timestamptz[], $7::smallint[], $8::uuid[], $9::text[], $10::text[],
             $11::numeric[], $12::text[], $13::numeric[])`,
  values: (entries) => {
    const rows = entries.flatMap(({ lines, ...event }): CostRow[] =>
      lines.length > 0
        ? lines.map((cost) => ({ ...event, cost }))
        : [{ ...event, cost: undefined }],
    );
    return columnsOf<CostRow>(rows, [
      ...happening,
      (row) => String(row.cost?.line ?? 0),
      (row) => row.cost?.costId ?? null,
      (row) => row.cost?.vendorId ?? '',
      (row) => row.cost?.category ?? '',
      (row) => (row.cost ? wire(row.cost.amount) : '0'),
      (row) => row.cost?.currency ?? '',
      (row) => (row.cost?.converted ? wire(row.cost.converted) : null),
    ]);
  },
};

export const EVENT_SHARE: Insert<EventShare> = {
  name: 'insert event_share',
  text: `INSERT INTO event_share
             (platform, mode, event_id, occurred_at, product_id, currency, costs)
         SELECT a, b, c, f, g, h, i
         FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[],
             $7::text[], $8::text[], $9::numeric[]) AS _(a, b, c, d, e, f, g, h, i)`,
  values: (rows) =>
    columnsOf<EventShare>(rows, [
      ...happening,
      (row) => row.productId,
      (row) => row.currency,
      (row) => wire(row.costs),
    ]),
};

export const SUBJECT_COST: Insert<SubjectCost> = {
  name: 'insert subject_cost',
  text: `INSERT INTO subject_cost (platform, mode, event_id, customer_id, subject, occurred_at,
             line, currency, amount)
         SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[],
             $6::timestamptz[], $7::smallint[], $8::text[], $9::numeric[])`,
  values: (rows) =>
    columnsOf<SubjectCost>(rows, [
      ...happening,
      (row) => String(row.line),
      (row) => row.currency,
      (row) => wire(row.amount),
    ]),
};

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
