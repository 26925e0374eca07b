/** The four view consumers: facts into entries, one transaction a batch, then who waits is woken. */
import { Controller } from '@nestjs/common';
import type {
  CostAttributedV1,
  RatingRatedV1,
  UsageRecordedV1,
  WalletPostedV1,
} from '@kontor/contracts';
import { Consumes, type BatchOutcome, type FactBatch } from '@kontor/event-log';
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

/** What a batch needs, whatever its topic. */
export class BatchFold {
  constructor(
    private readonly writer: ViewWriter,
    private readonly arrivals: Arrivals,
    private readonly sharing: SubjectSharing,
  ) {}

  async apply<Name extends Topic>(
    topic: Name,
    batch: FactBatch,
    entries: readonly EntryOf[Name][],
  ): Promise<BatchOutcome> {
    const partitions = [...new Set(batch.facts.map(({ partition }) => partition))];
    const usagePlaces = placesOf(batch, entries);
    const written = await this.writer.write(
      { topic, partitions, entries, usagePlaces },
      FOLDS[topic],
      batch.settlement,
    );
    this.arrivals.arrived(entries.filter(isAboutEvent));
    if (written.opensSubjects) this.sharing.wake();
    return { kind: 'applied' };
  }
}

/** Where one entry was made of one fact. */
function placesOf(batch: FactBatch, entries: readonly object[]): Map<object, UsagePlace> {
  const places = new Map<object, UsagePlace>();
  if (entries.length !== batch.facts.length) return places;
  batch.facts.forEach(({ topic, partition, position, cause }, index) => {
    const place = topic === USAGE ? { partition, position } : cause;
    const entry = entries[index];
    if (entry && place) places.set(entry, place);
  });
  return places;
}

/** Revenue without usage is about no event. */
const isAboutEvent = <Entry extends Tenant>(entry: Entry): entry is Entry & EventRef =>
  'eventId' in entry;

@Controller()
export class TopicsConsumer {
  constructor(private readonly batches: BatchFold) {}

  @Consumes('profitability-projection.usage', 'usage.recorded.v1')
  usage(batch: FactBatch<UsageRecordedV1>): Promise<BatchOutcome> {
    const entries = batch.facts.map(({ fact }) => usageTopicFromWire(fact));
    return this.batches.apply('usage', batch, entries);
  }

  @Consumes('profitability-projection.rated', 'rating.rated.v1')
  rated(batch: FactBatch<RatingRatedV1>): Promise<BatchOutcome> {
    const entries = batch.facts.flatMap(({ fact }) => ratedTopicFromWire(fact));
    return this.batches.apply('rated', batch, entries);
  }

  @Consumes('profitability-projection.wallet', 'wallet.posted.v1')
  wallet(batch: FactBatch<WalletPostedV1>): Promise<BatchOutcome> {
    const entries = batch.facts.flatMap(({ fact }) => walletFromWire(fact));
    return this.batches.apply('wallet', batch, entries);
  }

  @Consumes('profitability-projection.costs', 'cost.attributed.v1')
  costs(batch: FactBatch<CostAttributedV1>): Promise<BatchOutcome> {
    const entries = batch.facts.flatMap(({ fact }) => costTopicFromWire(fact));
    return this.batches.apply('costs', batch, entries);
  }
}
