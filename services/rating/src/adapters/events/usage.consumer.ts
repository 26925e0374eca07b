import { Controller } from '@nestjs/common';
import type { RatingRatedV1, UsageRecordedV1 } from '@kontor/contracts';
import {
  type BatchCommitter,
  type BatchOutcome,
  Consumes,
  type FactBatch,
  recordsCausedBy,
} from '@kontor/event-log';
import type { Catalog } from '../../app/ports';
import {
  type RatedBatch,
  rateBatch,
  type RecordedUsage,
  type StuckUsage,
} from '../../app/rate-batch';
import { pricesThatMayHaveRated } from '../../app/when-usage-reversed';
import { fromWire, toWire } from './rated-facts.mapping';
import { reversedFromWire, reversedToWire } from './reversed-facts.mapping';

const TOPIC = 'rating.rated.v1';

/** Turns recorded usage into rated usage, and reversals into theirs; a deciding consumer. */
export class UsageRater {
  constructor(
    private readonly catalog: Catalog,
    private readonly committer: BatchCommitter,
    private readonly reportingCurrency: string,
  ) {}

  async apply(batch: FactBatch<UsageRecordedV1>): Promise<BatchOutcome> {
    const places: number[] = [];
    const usage: RecordedUsage[] = [];
    batch.facts.forEach(({ fact }, at) => {
      if (fact.type !== 'usage.recorded') return;
      places.push(at);
      usage.push(fromWire(fact));
    });
    const rated = await rateBatch(usage, this.catalog);
    if (rated.kind === 'behind')
      return { kind: 'retry', reason: `the catalog is behind ${rated.catalogHead}` };
    if (rated.kind === 'poison') return inBatch(rated, places);
    const answers = await this.answersTo(batch, rated);
    const built = recordsCausedBy(batch.facts, TOPIC, (_fact, at) => present(answers[at]));
    return built.kind === 'poison' ? built : this.committer.commit(batch, built.records);
  }

  /** One for each fact of the batch, in their order. */
  private async answersTo(
    batch: FactBatch<UsageRecordedV1>,
    rated: Rated,
  ): Promise<RatingRatedV1[]> {
    const { catalogHead } = rated;
    const ratedWith = { catalogHead, reportingCurrency: this.reportingCurrency };
    const reversed = batch.facts.flatMap(({ fact }) =>
      fact.type === 'usage.reversed' ? [reversedFromWire(fact)] : [],
    );
    const priceIds = await pricesThatMayHaveRated(reversed, { catalog: this.catalog, catalogHead });
    let next = 0;
    let nextReversed = 0;
    return batch.facts.map(({ fact }) =>
      fact.type === 'usage.recorded'
        ? toWire(fact, present(rated.rated[next++]), ratedWith)
        : reversedToWire(fact, present(priceIds[nextReversed++])),
    );
  }
}

type Rated = Extract<RatedBatch, { kind: 'rated' }>;

/** Usage stands at other places among itself than among the facts of its batch. */
function inBatch(
  { index, reason, more }: Extract<RatedBatch, { kind: 'poison' }>,
  places: readonly number[],
): BatchOutcome {
  const placed = (stuck: StuckUsage): StuckUsage => ({
    ...stuck,
    index: places[stuck.index] ?? stuck.index,
  });
  return { kind: 'poison', ...placed({ index, reason }), more: more.map(placed) };
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('fewer answers than usage');
  return value;
}

@Controller()
export class UsageConsumer {
  constructor(private readonly rater: UsageRater) {}

  @Consumes('rating.usage', 'usage.recorded.v1')
  apply(batch: FactBatch<UsageRecordedV1>): Promise<BatchOutcome> {
    return this.rater.apply(batch);
  }
}
