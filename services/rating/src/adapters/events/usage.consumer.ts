import { Controller } from '@nestjs/common';
import type { UsageRated, UsageRecorded } from '@kontor/contracts';
import {
  type BatchCommitter,
  type BatchOutcome,
  buildRecords,
  type Cause,
  Consumes,
  type DeliveredFact,
  type FactBatch,
  FactTooLarge,
  type RecordDraft,
} from '@kontor/event-log';
import type { Catalog } from '../../app/ports';
import { rateBatch, type RatedBatch } from '../../app/rate-batch';
import { fromWire, toWire } from './rated-facts.mapping';

const TOPIC = 'rating.rated.v1';

/** Turns recorded usage into rated usage; a deciding consumer. */
export class UsageRater {
  constructor(
    private readonly catalog: Catalog,
    private readonly committer: BatchCommitter,
    private readonly reportingCurrency: string,
  ) {}

  async apply(batch: FactBatch<UsageRecorded>): Promise<BatchOutcome> {
    const usage = batch.facts.map(({ fact }) => fromWire(fact));
    const rated = await rateBatch(usage, this.catalog);
    if (rated.kind === 'behind')
      return { kind: 'retry', reason: `the catalog is behind ${rated.catalogHead}` };
    if (rated.kind === 'poison') return rated;
    const built = this.recordsOf(batch.facts, rated);
    return built.kind === 'poison' ? built : this.committer.commit(batch, built.records);
  }

  /** One record for each usage record, with it as the cause; more only when it grew too large. */
  private recordsOf(
    facts: readonly DeliveredFact<UsageRecorded>[],
    { catalogHead, rated }: Extract<RatedBatch, { kind: 'rated' }>,
  ): BuiltRecords {
    const ratedWith = { catalogHead, reportingCurrency: this.reportingCurrency };
    const records: RecordDraft[] = [];
    for (const [start, end] of runsOfOneRecord(facts)) {
      const written: UsageRated[] = [];
      for (let at = start; at < end; at += 1) {
        const usage = facts[at];
        const answer = rated[at];
        if (usage && answer) written.push(toWire(usage.fact, answer, ratedWith));
      }
      try {
        records.push(...buildRecords(TOPIC, written, addressOf(facts[start])));
      } catch (error) {
        if (!(error instanceof FactTooLarge)) throw error;
        return { kind: 'poison', index: start + error.index, reason: error.message };
      }
    }
    return { kind: 'records', records };
  }
}

const addressOf = (usage: DeliveredFact | undefined): Cause | undefined =>
  usage && { topic: usage.topic, partition: usage.partition, position: usage.position };

type BuiltRecords =
  | { readonly kind: 'records'; readonly records: readonly RecordDraft[] }
  | { readonly kind: 'poison'; readonly index: number; readonly reason: string };

/** Half-open ranges of facts that came in the same record. */
function* runsOfOneRecord(facts: readonly DeliveredFact[]): Generator<[number, number]> {
  let start = 0;
  for (let at = 1; at <= facts.length; at += 1) {
    const before = facts[at - 1];
    const here = facts[at];
    if (here && here.position === before?.position && here.partition === before.partition) continue;
    if (before) yield [start, at];
    start = at;
  }
}

@Controller()
export class UsageConsumer {
  constructor(private readonly rater: UsageRater) {}

  @Consumes('rating.usage', 'usage.recorded.v1')
  apply(batch: FactBatch<UsageRecorded>): Promise<BatchOutcome> {
    return this.rater.apply(batch);
  }
}
