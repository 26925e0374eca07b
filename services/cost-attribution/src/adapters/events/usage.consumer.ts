import { Controller } from '@nestjs/common';
import type { UsageRecordedV1 } from '@kontor/contracts';
import {
  type BatchCommitter,
  type BatchOutcome,
  Consumes,
  type FactBatch,
  recordsCausedBy,
} from '@kontor/event-log';
import {
  type AttributedBatch,
  attributeBatch,
  type RecordedCosts,
  type StuckUsage,
} from '../../app/attribute-batch';
import type { Catalogs } from '../../app/ports';
import { fromWire, reversedToWire, toWire } from './cost-facts.mapping';

const TOPIC = 'cost.attributed.v1';

/** Turns recorded usage into attributed costs, and reversals into theirs; a deciding consumer. */
export class UsageCostAttributor {
  constructor(
    private readonly catalogs: Catalogs,
    private readonly committer: BatchCommitter,
    private readonly reportingCurrency: string,
  ) {}

  async apply(batch: FactBatch<UsageRecordedV1>): Promise<BatchOutcome> {
    const places: number[] = [];
    const usage: RecordedCosts[] = [];
    batch.facts.forEach(({ fact }, at) => {
      if (fact.type !== 'usage.recorded') return;
      places.push(at);
      usage.push(fromWire(fact));
    });
    const attributed = await attributeBatch(usage, this.catalogs);
    if (attributed.kind === 'behind')
      return { kind: 'retry', reason: `a catalog is behind ${JSON.stringify(attributed.heads)}` };
    if (attributed.kind === 'poison') return inBatch(attributed, places);
    const attributedWith = {
      heads: attributed.heads,
      reportingCurrency: this.reportingCurrency,
    };
    let next = 0;
    const built = recordsCausedBy(batch.facts, TOPIC, (fact) =>
      fact.type === 'usage.recorded'
        ? toWire(fact, attributed.costs[next++] ?? [], attributedWith)
        : reversedToWire(fact),
    );
    return built.kind === 'poison' ? built : this.committer.commit(batch, built.records);
  }
}

/** Usage stands at other places among itself than among the facts of its batch. */
function inBatch(
  { index, reason, more }: Extract<AttributedBatch, { kind: 'poison' }>,
  places: readonly number[],
): BatchOutcome {
  const placed = (stuck: StuckUsage): StuckUsage => ({
    ...stuck,
    index: places[stuck.index] ?? stuck.index,
  });
  return { kind: 'poison', ...placed({ index, reason }), more: more.map(placed) };
}

@Controller()
export class UsageConsumer {
  constructor(private readonly attributor: UsageCostAttributor) {}

  @Consumes('cost-attribution.usage', 'usage.recorded.v1')
  apply(batch: FactBatch<UsageRecordedV1>): Promise<BatchOutcome> {
    return this.attributor.apply(batch);
  }
}
