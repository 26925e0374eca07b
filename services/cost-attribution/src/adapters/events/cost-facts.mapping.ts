/** Usage facts to what attribution takes, and its answer to the fact that is published. */
import type {
  AttributedCost as AttributedCostWire,
  UsageCostsAttributed,
  UsageCostsReversed,
  UsageRecorded,
  UsageReversed,
} from '@kontor/contracts';
import { decimal, wire } from '@kontor/money';
import type { RecordedCosts } from '../../app/attribute-batch';
import type { Heads } from '../../app/ports';
import type { AttributedCost } from '../../domain/attribute-costs';

export const fromWire = (fact: UsageRecorded): RecordedCosts => ({
  platform: fact.platform,
  mode: fact.mode,
  occurredAt: fact.occurredAt,
  costs: (fact.costs ?? []).map(({ costId, vendorId, category, amount, currency }) => ({
    costId,
    vendorId,
    category,
    amount: decimal(amount),
    currency,
  })),
  heads: fact.heads,
});

/** The catalogs that were used, and what totals are shown in. */
export interface AttributedWith {
  readonly heads: Heads;
  readonly reportingCurrency: string;
}

/** Members in one order and nothing from a clock: the same usage gives the same bytes. */
export const toWire = (
  usage: UsageRecorded,
  costs: readonly AttributedCost[],
  { heads, reportingCurrency }: AttributedWith,
): UsageCostsAttributed => ({
  type: 'cost.usage-costs-attributed',
  platform: usage.platform,
  mode: usage.mode,
  key: usage.key,
  eventId: usage.eventId,
  occurredAt: usage.occurredAt,
  ...(usage.subject !== undefined && { subject: usage.subject }),
  catalogHead: heads.catalog,
  costCatalogHead: heads.costCatalog,
  reportingCurrency,
  costs: costs.map(costToWire),
});

/** What the costs were stands in the log before it: the reversal only says whether they go. */
export const reversedToWire = (fact: UsageReversed): UsageCostsReversed => ({
  type: 'cost.usage-costs-reversed',
  platform: fact.platform,
  mode: fact.mode,
  key: fact.key,
  eventId: fact.eventId,
  costs: fact.costs,
  recordedAt: fact.recordedAt,
});

const costToWire = (cost: AttributedCost): AttributedCostWire => ({
  costId: cost.costId,
  vendorId: cost.vendorId,
  ...(cost.category !== undefined && { category: cost.category }),
  amount: wire(cost.amount),
  currency: cost.currency,
  rate: cost.rate && wire(cost.rate),
  converted: cost.converted && wire(cost.converted),
});
