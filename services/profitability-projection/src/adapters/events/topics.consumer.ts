/** The four view consumers: facts into entries, one transaction a batch, then who waits is woken. */
import { Controller } from '@nestjs/common';
import type {
  CostAttributedV1,
  FactHeader,
  RatingRatedV1,
  UsageRecordedV1,
  WalletPostedV1,
} from '@kontor/contracts';
import { Consumes, type BatchOutcome, type DeliveredFact, type FactBatch } from '@kontor/event-log';
import { FOLDS } from '../../app/fold-topics';
import type { EntryOf, Topic, UsagePlace } from '../../app/ports';
import type { SubjectSharing } from '../../app/subject-sharing';
import type { EventRef, Tenant } from '../../domain/entries';
import type { ViewWriter } from '../postgres/view-writer';
import type { Arrivals } from './arrivals';
import {
  costTopicFromWire,
  ratedTopicFromWire,
  usageTopicFromWire,
  walletFromWire,
} from './facts.mapping';

const USAGE = 'usage.recorded.v1';
const WALLET = 'wallet.posted.v1';

/** Caused by the acceptance of the event; everything else about it is caused by something later. */
const FIRST_OF_EVENT: ReadonlySet<string> = new Set([
  'usage.recorded',
  'rating.usage-rated',
  'cost.usage-costs-attributed',
]);

/** What a batch needs, whatever its topic. */
export class BatchFold {
  constructor(
    private readonly writer: ViewWriter,
    private readonly arrivals: Arrivals,
    private readonly sharing: SubjectSharing,
  ) {}

  async apply<Name extends Topic, Fact extends FactHeader>(
    topic: Name,
    batch: FactBatch<Fact>,
    entriesOf: (fact: Fact) => readonly EntryOf[Name][],
  ): Promise<BatchOutcome> {
    const partitions = new Set<number>();
    const usagePlaces = new Map<object, UsagePlace>();
    const entries: EntryOf[Name][] = [];
    for (const delivered of batch.facts) {
      partitions.add(delivered.partition);
      const place = placeOf(delivered);
      for (const entry of entriesOf(delivered.fact)) {
        entries.push(entry);
        if (place) usagePlaces.set(entry, place);
      }
    }
    const written = await this.writer.write(
      { topic, partitions: [...partitions], entries, usagePlaces },
      FOLDS[topic],
      batch.settlement,
    );
    this.arrivals.arrived(entries.filter(isAboutEvent));
    if (written.opensSubjects) this.sharing.wake();
    return { kind: 'applied' };
  }
}

/** Nobody asks by event for what the wallet says. */
function placeOf({
  topic,
  partition,
  position,
  cause,
  fact,
}: DeliveredFact): UsagePlace | undefined {
  const isOfEvent = FIRST_OF_EVENT.has(fact.type);
  if (topic === USAGE) return { partition, position, isOfEvent };
  if (topic === WALLET || !cause) return undefined;
  return { partition: cause.partition, position: cause.position, isOfEvent };
}

/** Revenue without usage is about no event. */
const isAboutEvent = <Entry extends Tenant>(entry: Entry): entry is Entry & EventRef =>
  'eventId' in entry;

@Controller()
export class TopicsConsumer {
  constructor(private readonly batches: BatchFold) {}

  @Consumes('profitability-projection.usage', 'usage.recorded.v1')
  usage(batch: FactBatch<UsageRecordedV1>): Promise<BatchOutcome> {
    return this.batches.apply('usage', batch, usageTopicFromWire);
  }

  @Consumes('profitability-projection.rated', 'rating.rated.v1')
  rated(batch: FactBatch<RatingRatedV1>): Promise<BatchOutcome> {
    return this.batches.apply('rated', batch, ratedTopicFromWire);
  }

  @Consumes('profitability-projection.wallet', 'wallet.posted.v1')
  wallet(batch: FactBatch<WalletPostedV1>): Promise<BatchOutcome> {
    return this.batches.apply('wallet', batch, walletFromWire);
  }

  @Consumes('profitability-projection.costs', 'cost.attributed.v1')
  costs(batch: FactBatch<CostAttributedV1>): Promise<BatchOutcome> {
    return this.batches.apply('costs', batch, costTopicFromWire);
  }
}
