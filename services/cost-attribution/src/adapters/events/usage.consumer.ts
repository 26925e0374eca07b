import { Controller } from '@nestjs/common';
import type { UsageRecorded } from '@kontor/contracts';
import {
  type BatchCommitter,
  type BatchOutcome,
  Consumes,
  type FactBatch,
  recordsCausedBy,
} from '@kontor/event-log';
import { attributeBatch } from '../../app/attribute-batch';
import type { Catalogs } from '../../app/ports';
import { fromWire, toWire } from './cost-facts.mapping';

const TOPIC = 'cost.attributed.v1';

/** Turns recorded usage into attributed costs; a deciding consumer. */
export class UsageCostAttributor {
  constructor(
    private readonly catalogs: Catalogs,
    private readonly committer: BatchCommitter,
    private readonly reportingCurrency: string,
  ) {}

  async apply(batch: FactBatch<UsageRecorded>): Promise<BatchOutcome> {
    const usage = batch.facts.map(({ fact }) => fromWire(fact));
    const attributed = await attributeBatch(usage, this.catalogs);
    if (attributed.kind === 'behind')
      return { kind: 'retry', reason: `a catalog is behind ${JSON.stringify(attributed.heads)}` };
    if (attributed.kind === 'poison') return attributed;
    const attributedWith = {
      heads: attributed.heads,
      reportingCurrency: this.reportingCurrency,
    };
    const built = recordsCausedBy(batch.facts, TOPIC, (fact, at) =>
      toWire(fact, attributed.costs[at] ?? [], attributedWith),
    );
    return built.kind === 'poison' ? built : this.committer.commit(batch, built.records);
  }
}

@Controller()
export class UsageConsumer {
  constructor(private readonly attributor: UsageCostAttributor) {}

  @Consumes('cost-attribution.usage', 'usage.recorded.v1')
  apply(batch: FactBatch<UsageRecorded>): Promise<BatchOutcome> {
    return this.attributor.apply(batch);
  }
}
