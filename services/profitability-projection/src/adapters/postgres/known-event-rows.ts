/** What the view holds about given events, by one set-based read per question. */
import { columnsOf, type Queryable } from '@kontor/postgres';
import type { KnownEvents } from '../../app/ports';
import {
  eventKey,
  type CostEntry,
  type EventRef,
  type FeeValue,
  type RatedSummary,
} from '../../domain/entries';
import type { AppliedUsage } from './applied-usage';
import {
  costLineFromRow,
  feeValueFromRow,
  happeningFromRow,
  type CostLineRow,
  type FeeValueRow,
  type HappeningRow,
} from './detail-rows.codec';

/**
 * The rows of a table for the given events, by one descent of its primary key per event; `place`
 * counts the events from 1. OFFSET 0 keeps the planner from reading the whole table while it is
 * small or its statistics are old, and other conditions outside, where they cannot tempt it to
 * another index. Not prepared, for a plan made for a small table would be kept while it grows.
 */
const rowsOf = (table: string, columns: string, where = 'true'): string =>
  `SELECT k.place::int AS place, ${columns}
   FROM unnest($1::text[], $2::text[], $3::uuid[])
     WITH ORDINALITY AS k(platform, mode, event_id, place)
   CROSS JOIN LATERAL (SELECT * FROM ${table} AS t
     WHERE t.platform = k.platform AND t.mode = k.mode AND t.event_id = k.event_id
     OFFSET 0) AS t WHERE ${where}`;
const keysOf = (events: readonly EventRef[]): string[] =>
  columnsOf(events, [(event) => event.platform, (event) => event.mode, (event) => event.eventId]);

interface PlacedRow {
  readonly place: number;
}

const SUMMARY = 't.fee_count, t.product_ids, t.product_codes';

interface SummaryRow extends PlacedRow {
  readonly fee_count: number;
  readonly product_ids: string[];
  readonly product_codes: string[];
}

export class KnownEventRows implements KnownEvents {
  constructor(
    private readonly tx: Queryable,
    private readonly applied: AppliedUsage,
  ) {}

  async sent(asked: readonly EventRef[]): Promise<ReadonlySet<string>> {
    const events = this.applied.reachedBy('usage', asked);
    if (events.length === 0) return new Set();
    const rows = await this.tx.query<PlacedRow>(
      rowsOf('usage_detail', 'true AS sent'),
      keysOf(events),
    );
    return new Set(rows.map((row) => eventKey(at(events, row))));
  }

  rated(events: readonly EventRef[]): Promise<Map<string, RatedSummary>> {
    return this.summaries(this.applied.reachedBy('rated', events), 'true');
  }

  ratedWithSeveralProducts(events: readonly EventRef[]): Promise<Map<string, RatedSummary>> {
    return this.summaries(events, 'cardinality(t.product_ids) > 1');
  }

  private async summaries(
    events: readonly EventRef[],
    where: string,
  ): Promise<Map<string, RatedSummary>> {
    if (events.length === 0) return new Map();
    const rows = await this.tx.query<SummaryRow>(
      rowsOf('rated_detail', SUMMARY, where),
      keysOf(events),
    );
    return new Map(
      rows.map((row) => {
        const { platform, mode, eventId } = at(events, row);
        const summary = {
          ...{ platform, mode, eventId, feeCount: row.fee_count },
          ...{ productIds: row.product_ids, productCodes: row.product_codes },
        };
        return [eventKey(summary), summary];
      }),
    );
  }

  async costs(asked: readonly EventRef[]): Promise<Map<string, CostEntry>> {
    const events = this.applied.reachedBy('costs', asked);
    if (events.length === 0) return new Map();
    const rows = await this.tx.query<HappeningRow & CostLineRow>(
      rowsOf('cost_detail', 't.*', 't.line > 0'),
      keysOf(events),
    );
    const entries = new Map<string, CostEntry>();
    for (const row of rows) {
      const event = happeningFromRow(row);
      const known = entries.get(eventKey(event));
      const lines = [...(known?.lines ?? []), costLineFromRow(row)];
      entries.set(eventKey(event), {
        ...event,
        lines: lines.sort((a, b) => a.line - b.line),
        ...(row.reversed && { reversed: true }),
      });
    }
    return entries;
  }

  async fees(events: readonly EventRef[]): Promise<Map<string, FeeValue[]>> {
    const rows = await this.tx.query<FeeValueRow>(rowsOf('fee_value', 't.*'), keysOf(events));
    const fees = new Map<string, FeeValue[]>();
    for (const fee of rows.map(feeValueFromRow)) {
      const known = fees.get(eventKey(fee));
      if (known) known.push(fee);
      else fees.set(eventKey(fee), [fee]);
    }
    return fees;
  }
}

function at(events: readonly EventRef[], { place }: PlacedRow): EventRef {
  const event = events[place - 1];
  if (!event) throw new Error('a row of an event that was not asked for');
  return event;
}
