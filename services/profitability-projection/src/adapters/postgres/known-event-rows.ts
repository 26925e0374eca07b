/** What the view holds about given events, by one set-based read per question. */
import type { Transaction } from '@kontor/postgres';
import type { KnownEvents } from '../../app/ports';
import {
  eventKey,
  type CostEntry,
  type EventRef,
  type FeeValue,
  type RatedSummary,
} from '../../domain/entries';
import { columnsOf } from './columns';
import {
  costLineFromRow,
  feeValueFromRow,
  happeningFromRow,
  type CostLineRow,
  type FeeValueRow,
  type HappeningRow,
} from './detail-rows.codec';

// Not prepared: a plan made for a small table would be kept while the table grows.
const KEYS = 'unnest($1::text[], $2::text[], $3::uuid[]) AS k(platform, mode, event_id)';
const keysOf = (events: readonly EventRef[]): string[] =>
  columnsOf(events, [(event) => event.platform, (event) => event.mode, (event) => event.eventId]);

const SUMMARY = `r.platform, r.mode, r.event_id, r.customer_id, r.subject, r.occurred_at,
  r.event_type, r.fee_count, r.product_ids, r.product_codes`;

interface SummaryRow extends HappeningRow {
  readonly event_type: string;
  readonly fee_count: number;
  readonly product_ids: string[];
  readonly product_codes: string[];
}

export class KnownEventRows implements KnownEvents {
  constructor(private readonly tx: Transaction) {}

  async sent(events: readonly EventRef[]): Promise<ReadonlySet<string>> {
    const rows = await this.tx.query<HappeningRow>(
      `SELECT platform, mode, event_id
       FROM ${KEYS} JOIN usage_detail USING (platform, mode, event_id)`,
      keysOf(events),
    );
    return new Set(rows.map((row) => eventKey({ ...row, eventId: row.event_id })));
  }

  async rated(events: readonly EventRef[]): Promise<Map<string, RatedSummary>> {
    const rows = await this.tx.query<SummaryRow>(
      `SELECT ${SUMMARY} FROM ${KEYS} JOIN rated_detail AS r USING (platform, mode, event_id)`,
      keysOf(events),
    );
    return byKey(rows.map(summaryFromRow));
  }

  async ratedWithSeveralProducts(events: readonly EventRef[]): Promise<Map<string, RatedSummary>> {
    const rows = await this.tx.query<SummaryRow>(
      `SELECT DISTINCT ${SUMMARY}
       FROM ${KEYS} JOIN rated_detail AS r USING (platform, mode, event_id)
       WHERE cardinality(r.product_ids) > 1`,
      keysOf(events),
    );
    return byKey(rows.map(summaryFromRow));
  }

  async costs(events: readonly EventRef[]): Promise<Map<string, CostEntry>> {
    const rows = await this.tx.query<HappeningRow & CostLineRow>(
      `SELECT c.* FROM ${KEYS} JOIN cost_detail AS c USING (platform, mode, event_id)
       WHERE c.line > 0 ORDER BY c.platform, c.mode, c.event_id, c.line`,
      keysOf(events),
    );
    const entries = new Map<string, CostEntry>();
    for (const row of rows) {
      const event = happeningFromRow(row);
      const known = entries.get(eventKey(event));
      const lines = [...(known?.lines ?? []), costLineFromRow(row)];
      entries.set(eventKey(event), { ...event, lines });
    }
    return entries;
  }

  async fees(events: readonly EventRef[]): Promise<Map<string, FeeValue[]>> {
    const rows = await this.tx.query<FeeValueRow>(
      `SELECT f.* FROM ${KEYS} JOIN fee_value AS f USING (platform, mode, event_id)`,
      keysOf(events),
    );
    const fees = new Map<string, FeeValue[]>();
    for (const fee of rows.map(feeValueFromRow)) {
      const known = fees.get(eventKey(fee));
      if (known) known.push(fee);
      else fees.set(eventKey(fee), [fee]);
    }
    return fees;
  }
}

const byKey = (summaries: readonly RatedSummary[]): Map<string, RatedSummary> =>
  new Map(summaries.map((summary) => [eventKey(summary), summary]));

const summaryFromRow = (row: SummaryRow): RatedSummary => ({
  ...happeningFromRow(row),
  eventType: row.event_type,
  feeCount: row.fee_count,
  productIds: row.product_ids,
  productCodes: row.product_codes,
});
